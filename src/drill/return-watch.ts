import { type Clock, sleep } from "../base/clock.ts";
import { type Endpoint, formatEndpoint } from "../base/endpoint.ts";
import type { ReplicaState } from "../failover/replica-state.ts";

interface Change {
  readonly tUs: number;
  readonly endpoint: Endpoint;
  readonly state: ReplicaState;
}

/** Tells when replicas serve again, by what the load's client knows of them. */
export class ReturnWatch {
  readonly #clock: Clock;
  /** By endpoint: when it last began to serve; undefined while it does not. */
  readonly #servesSince = new Map<string, number | undefined>();
  readonly #waiting = new Set<() => void>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  changed({ tUs, endpoint, state }: Change): void {
    this.#servesSince.set(formatEndpoint(endpoint), state === "healthy" ? tUs : undefined);
    for (const look of [...this.#waiting]) look();
  }

  /** Resolves to true when the replica has begun to serve after `afterUs`, else to false. */
  async isBack(
    endpoint: Endpoint,
    afterUs: number,
    bound: { readonly withinMs: number; readonly signal: AbortSignal },
  ): Promise<boolean> {
    const name = formatEndpoint(endpoint);
    const found = new AbortController();
    const look = () => {
      if ((this.#servesSince.get(name) ?? Number.NEGATIVE_INFINITY) > afterUs) found.abort();
    };
    this.#waiting.add(look);
    look();
    await sleep(this.#clock, bound.withinMs, AbortSignal.any([bound.signal, found.signal]));
    this.#waiting.delete(look);
    return found.signal.aborted;
  }
}
