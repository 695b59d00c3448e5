import type { CancelTimer } from "../base/clock.ts";
import { afterFairly } from "./fair-timer.ts";
import type { ClientContext } from "./request.ts";

export interface SilenceWatchOptions {
  readonly context: ClientContext;
  /** Index of the replica that is to speak. */
  readonly replica: number;
  /** Nothing was heard for the attempt timeout. The watch is over. */
  readonly onSilence: () => void;
  /** Nothing was brought for the attempt timeout, but the replica lives. The watch goes on. */
  readonly onLife?: () => void;
}

/** Watches an open attempt for the silence of its replica, as the policy's timing says. */
export class SilenceWatch {
  readonly #options: SilenceWatchOptions;
  #sinceUs = 0;
  #cancelTimer: CancelTimer | undefined;

  constructor(options: SilenceWatchOptions) {
    this.#options = options;
  }

  /** Silence counts from now. */
  start(): void {
    this.stop();
    this.#sinceUs = this.#options.context.clock.nowUs();
    this.#watch();
  }

  /** Something was brought: the same as start(), but cheap enough for every message. */
  heard(): void {
    this.#sinceUs = this.#options.context.clock.nowUs();
    if (this.#cancelTimer === undefined) this.#watch();
  }

  stop(): void {
    this.#cancelTimer?.();
    this.#cancelTimer = undefined;
  }

  #watch(): void {
    const { policy } = this.#options.context;
    const { attemptTimeoutMs, hedgeDelayMs } = policy.timing;
    if (attemptTimeoutMs === Number.POSITIVE_INFINITY) return;
    if (policy.onSilence === "abandon") {
      this.#afterQuiet(attemptTimeoutMs, () => this.#options.onSilence());
      return;
    }
    // A replica that works but is slow still gives a sign of life: it is not silent, and moving
    // what is open there would only add to its load.
    const graceMs = Math.min(hedgeDelayMs, attemptTimeoutMs / 2);
    this.#afterQuiet(attemptTimeoutMs - graceMs, () => this.#checkForLife(graceMs));
  }

  /** `action`, once nothing was brought for `quietMs`; else the watch begins anew. */
  #afterQuiet(quietMs: number, action: () => void): void {
    const { clock } = this.#options.context;
    const sinceUs = this.#sinceUs;
    const restMs = quietMs - (clock.nowUs() - sinceUs) / 1000;
    this.#cancelTimer = afterFairly(clock, restMs, () => {
      this.#cancelTimer = undefined;
      if (this.#sinceUs === sinceUs) action();
      else this.#watch();
    });
  }

  #checkForLife(graceMs: number): void {
    const { context, replica, onSilence, onLife } = this.#options;
    const { replicas, clock } = context;
    const checkedUs = clock.nowUs();
    replicas.check(replica);
    this.#cancelTimer = afterFairly(clock, graceMs, () => {
      this.#cancelTimer = undefined;
      if (this.#sinceUs >= checkedUs) {
        this.#watch();
      } else if (replicas.heardSince(replica, checkedUs)) {
        this.start();
        onLife?.();
      } else {
        onSilence();
      }
    });
  }
}
