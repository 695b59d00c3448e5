import type { CancelTimer, Clock } from "../base/clock.ts";
import { formatDuration } from "../base/duration.ts";
import { formatEndpoint } from "../base/endpoint.ts";
import { limits } from "../base/limits.ts";
import type {
  StreamClient,
  StreamConsumer,
  StreamFailure,
  StreamGap,
  StreamHandle,
  StreamRequest,
  StreamResult,
} from "../failover/stream-request.ts";
import type { GapRecord, StreamRecord } from "../ledger/record.ts";
import type { StatusName } from "../rpc/status.ts";
import { StreamPace } from "./stream-pace.ts";

export interface RunningStreamOptions {
  readonly request: StreamRequest;
  readonly consumer: StreamConsumer;
  /** Things a second at which it is read; undefined: as fast as they come. */
  readonly ratePerSecond: number | undefined;
  readonly clock: Clock;
  readonly onAttemptFailed: () => void;
  readonly onGap: (record: GapRecord) => void;
  /** Called exactly once. */
  readonly onEnded: (record: StreamRecord) => void;
}

/** Why we ended a stream. */
interface StreamStop {
  readonly outcome: "stopped" | "failed";
  readonly detail: string;
}

/** One stream from its start to its one outcome, read no faster than it is to be. */
export class RunningStream implements StreamConsumer {
  readonly #options: RunningStreamOptions;
  readonly #pace: StreamPace | undefined;
  readonly #startUs: number;
  #handle: StreamHandle | undefined;
  /** When it last brought anything, else its beginning. */
  #lastTakenUs: number;
  /** How the last attempt since then ended. */
  #lastFailure: StreamFailure | undefined;
  #cancelPause: CancelTimer | undefined;
  #cancelGrace: CancelTimer | undefined;
  #stop: StreamStop | undefined;

  constructor(options: RunningStreamOptions) {
    const { clock, ratePerSecond } = options;
    this.#options = options;
    this.#pace = ratePerSecond === undefined ? undefined : new StreamPace(ratePerSecond);
    this.#startUs = clock.nowUs();
    this.#lastTakenUs = this.#startUs;
  }

  start(client: StreamClient): void {
    this.#handle = client.startStream(this.#options.request, this, {
      onAttemptFailed: (failure) => {
        this.#lastFailure = failure;
        this.#options.onAttemptFailed();
      },
      onGap: (gap) => this.#options.onGap(this.#gapRecord(gap)),
      onDone: (result) => this.#done(result),
    });
  }

  nextRequest(): Uint8Array {
    return this.#options.consumer.nextRequest();
  }

  get isComplete(): boolean {
    return this.#options.consumer.isComplete;
  }

  get itemCount(): number {
    return this.#options.consumer.itemCount;
  }

  /** The status that has stopped it; undefined: it moves, or is merely slow. */
  get heldUpBy(): StatusName | undefined {
    return this.#lastFailure?.status;
  }

  take(message: Uint8Array): string | undefined {
    const { consumer, clock } = this.#options;
    const before = consumer.itemCount;
    const fault = consumer.take(message);
    const nowUs = clock.nowUs();
    // A greeting brings nothing: that of one that had to wait for its place proves nothing.
    if (consumer.itemCount > before || consumer.isComplete) this.#moved(nowUs);
    const pauseMs = this.#pace?.pauseMs(consumer.itemCount - before, nowUs) ?? 0;
    if (pauseMs > 0 && !consumer.isComplete) this.#pause(pauseMs);
    return fault;
  }

  /**
   * The load is over: the stream ends as `stopped`, right as far as it came. One that stands still
   * has to move first, since it may be lost; if it does not, it is `failed`. So is one that was
   * kept from bringing anything at all, or for long: that it can go on once others have stopped
   * does not mean that it was served.
   */
  stop(): void {
    const { clock } = this.#options;
    const stillMs = this.#stillMs;
    const isHeldUp = this.#lastFailure !== undefined;
    if (this.#cancelPause !== undefined || stillMs <= limits.streamStillMs) {
      this.#end(loadIsOver);
    } else if (isHeldUp && (this.itemCount === 0 || stillMs > limits.streamStarvedMs)) {
      this.#end(this.#standstill());
    } else {
      this.#cancelGrace = clock.after(limits.streamGraceMs, () => this.#end(this.#standstill()));
    }
  }

  get #stillMs(): number {
    return Math.round((this.#options.clock.nowUs() - this.#lastTakenUs) / 1000);
  }

  #standstill(): StreamStop {
    const why = this.#lastFailure === undefined ? "" : `: ${this.#lastFailure.detail}`;
    const span = formatDuration(this.#stillMs);
    return { outcome: "failed", detail: `stood still for ${span} when the load was over${why}` };
  }

  #moved(nowUs: number): void {
    this.#lastTakenUs = nowUs;
    this.#lastFailure = undefined;
    if (this.#cancelGrace !== undefined) this.#end(loadIsOver);
  }

  #end(stop: StreamStop): void {
    this.#stop ??= stop;
    this.#cancelGrace?.();
    this.#cancelGrace = undefined;
    this.#handle?.cancel();
  }

  /** The server feels it by flow control. */
  #pause(pauseMs: number): void {
    if (this.#cancelPause === undefined) this.#handle?.pause();
    this.#cancelPause?.();
    this.#cancelPause = this.#options.clock.after(pauseMs, () => {
      this.#cancelPause = undefined;
      // Whoever paused has not stood still.
      this.#lastTakenUs = this.#options.clock.nowUs();
      this.#handle?.resume();
    });
  }

  #done(result: StreamResult): void {
    this.#cancelPause?.();
    this.#cancelPause = undefined;
    this.#cancelGrace?.();
    this.#cancelGrace = undefined;
    const { outcome, detail } = this.#outcomeOf(result);
    this.#options.onEnded({
      kind: "stream",
      tUs: result.finishedUs,
      stream: this.#options.request.id,
      outcome,
      endpoint: result.endpoint === undefined ? "" : formatEndpoint(result.endpoint),
      attempts: result.attemptCount,
      elapsedUs: Math.max(0, result.finishedUs - this.#startUs),
      items: result.itemCount,
      detail: detail.slice(0, limits.errorTextMaxLength),
    });
  }

  #outcomeOf({ outcome, status, detail }: StreamResult): Pick<StreamRecord, "outcome" | "detail"> {
    switch (outcome) {
      case "complete":
        return { outcome: "ok", detail: "" };
      case "wrong":
        return { outcome: "wrong", detail };
      case "failed":
        return { outcome: "failed", detail: detail === "" ? status : `${status}: ${detail}` };
      case "cancelled":
        return this.#stop ?? { outcome: "failed", detail: `cancelled: ${detail}` };
    }
  }

  #gapRecord({ beganUs, endedUs, itemCount, from, to, status, detail }: StreamGap): GapRecord {
    return {
      kind: "gap",
      tUs: endedUs,
      stream: this.#options.request.id,
      gapUs: Math.max(0, endedUs - beganUs),
      from: formatEndpoint(from),
      to: formatEndpoint(to),
      items: itemCount,
      error: status,
      detail: detail.slice(0, limits.errorTextMaxLength),
    };
  }
}

const loadIsOver: StreamStop = { outcome: "stopped", detail: "the load was over" };
