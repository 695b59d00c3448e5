import { type Endpoint, formatEndpoint } from "../base/endpoint.ts";
import type { StreamFailure, StreamGap } from "./stream-request.ts";

/** Since when a stream stands still, and because of what. */
export class StreamStanding {
  /** Attempts without progress that a live replica left barren; and those that were refused. */
  barrenCount = 0;
  refusedCount = 0;
  #sinceUs: number;
  #gap: (StreamFailure & Pick<StreamGap, "from">) | undefined;
  #lastFailure: StreamFailure | undefined;

  constructor(startUs: number) {
    this.#sinceUs = startUs;
  }

  /** Of its last attempt that failed; the detail names the replica. */
  get lastFailure(): StreamFailure | undefined {
    return this.#lastFailure;
  }

  /** Its reader goes on reading: what was before is not counted. */
  resume(nowUs: number): void {
    this.#sinceUs = nowUs;
  }

  /** An attempt on `endpoint` is over, and not all has come; returns what becomes lastFailure. */
  fail(endpoint: Endpoint, { status, detail }: StreamFailure): StreamFailure {
    const failure = { status, detail: `${status} from ${formatEndpoint(endpoint)}: ${detail}` };
    this.#lastFailure = failure;
    this.#gap ??= { from: endpoint, status, detail };
    return failure;
  }

  /** It moves again, by a message from `to`; the gap that this ends, if an attempt had failed. */
  proceed(nowUs: number, to: Endpoint, itemCountBefore: number): StreamGap | undefined {
    const [beganUs, gap] = [this.#sinceUs, this.#gap];
    this.#sinceUs = nowUs;
    this.#gap = undefined;
    this.barrenCount = 0;
    this.refusedCount = 0;
    if (gap === undefined) return undefined;
    return { ...gap, beganUs, endedUs: nowUs, to, itemCount: itemCountBefore };
  }
}
