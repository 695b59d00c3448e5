import { limits } from "../base/limits.ts";
import { LatencyWindow } from "./latency-window.ts";

/** How long an attempt may stay unanswered before something is done about it. */
export interface Timing {
  /** Silence this long makes a replica suspect; infinite: never, the request's deadline decides. */
  readonly attemptTimeoutMs: number;
  /** An attempt this slow may be hedged; infinite: never. */
  readonly hedgeDelayMs: number;
  /** An answer took this long. */
  learn(serviceUs: number): void;
}

/** Timeouts that nothing changes; no hedges. */
export function fixedTiming(attemptTimeoutMs: number): Timing {
  return { attemptTimeoutMs, hedgeDelayMs: Number.POSITIVE_INFINITY, learn: () => undefined };
}

/**
 * Timeouts that follow the healthy tail of the latest answers. The attempt timeout stays above it:
 * a replica must not become suspect for an answer that is merely among the slow ones. A hedge may
 * come earlier, since the budget bounds what it costs. `fixedAttemptTimeoutMs` overrides what is
 * learned.
 */
export class LearnedTiming implements Timing {
  attemptTimeoutMs: number;
  hedgeDelayMs: number;
  readonly #window = new LatencyWindow();
  readonly #fixedAttemptTimeoutMs: number | undefined;
  #untilUpdate: number = limits.learnFromCount;

  constructor(fixedAttemptTimeoutMs?: number) {
    this.#fixedAttemptTimeoutMs = fixedAttemptTimeoutMs;
    this.attemptTimeoutMs = fixedAttemptTimeoutMs ?? limits.attemptTimeoutInitialMs;
    this.hedgeDelayMs = Math.min(limits.hedgeDelayInitialMs, this.attemptTimeoutMs);
  }

  learn(serviceUs: number): void {
    this.#window.record(serviceUs);
    if (--this.#untilUpdate > 0) return;
    this.#untilUpdate = limits.learnEveryCount;
    const learned = learnedTimeouts({
      medianMs: this.#window.quantileUs(0.5) / 1000,
      tailMs: this.#window.quantileUs(0.999) / 1000,
    });
    this.attemptTimeoutMs = this.#fixedAttemptTimeoutMs ?? learned.attemptTimeoutMs;
    this.hedgeDelayMs = Math.min(learned.hedgeDelayMs, this.attemptTimeoutMs);
  }
}

/**
 * Half above the tail, so that about one request in a thousand is hedged by construction; but no
 * later than ten times the median, since one outlier among few samples must not hide a stall.
 */
export function learnedTimeouts({ medianMs, tailMs }: { medianMs: number; tailMs: number }): {
  readonly attemptTimeoutMs: number;
  readonly hedgeDelayMs: number;
} {
  const { hedgeDelayFloorMs, attemptTimeoutFloorMs, attemptTimeoutCapMs, attemptTimeoutCeilingMs } =
    limits;
  const hedgeCapMs = Math.max(2 * hedgeDelayFloorMs, 10 * medianMs);
  const hedgeDelayMs = Math.max(hedgeDelayFloorMs, Math.min(1.5 * tailMs, hedgeCapMs));
  const silenceCapMs = Math.max(attemptTimeoutCapMs, 30 * medianMs);
  const attemptTimeoutMs = Math.min(
    attemptTimeoutCeilingMs,
    Math.max(attemptTimeoutFloorMs, Math.min(1.5 * tailMs, silenceCapMs), 2 * hedgeDelayMs),
  );
  return { attemptTimeoutMs, hedgeDelayMs };
}
