import type { CancelTimer, Clock } from "../../base/clock.ts";
import { limits } from "../../base/limits.ts";

/** Sends up to `allowedCount` bytes, of those it has; returns how many it sent. */
export type Turn = (allowedCount: number) => number;

/**
 * A token bucket that all connections of one direction share. They take turns, a few milliseconds'
 * worth of bytes each, so that the stream is smooth and nobody waits for another's queue to empty.
 */
export class Pacer {
  readonly #clock: Clock;
  readonly #bytesPerUs: number;
  readonly #depthCount: number;
  readonly #turnCount: number;
  readonly #waiting: Turn[] = [];
  #tokenCount = 0;
  #filledUs: number;
  #cancelTimer: CancelTimer | undefined;

  constructor(clock: Clock, bytesPerS: number) {
    this.#clock = clock;
    this.#bytesPerUs = bytesPerS / 1e6;
    this.#turnCount = Math.max(1, Math.floor((bytesPerS * limits.linkTurnMs) / 1000));
    // What is not used is saved up for this long, so that a late timer costs no throughput.
    this.#depthCount = Math.max(this.#turnCount, (bytesPerS * limits.linkBurstMs) / 1000);
    this.#filledUs = clock.nowUs();
  }

  /** Calls `turn` once, later, when it may send. */
  request(turn: Turn): void {
    this.#waiting.push(turn);
    this.#arm();
  }

  close(): void {
    this.#waiting.length = 0;
    this.#cancelTimer?.();
  }

  #arm(): void {
    if (this.#cancelTimer !== undefined) return;
    this.#fill();
    const missingCount = this.#turnCount - this.#tokenCount;
    const untilUs = Math.ceil(missingCount / this.#bytesPerUs);
    this.#cancelTimer = this.#clock.after(untilUs / 1000, () => {
      this.#cancelTimer = undefined;
      this.#serve();
    });
  }

  #serve(): void {
    this.#fill();
    // Sums of fractions may fall short of a whole by nearly nothing.
    while (this.#tokenCount > this.#turnCount - 1e-6) {
      const turn = this.#waiting.shift();
      if (turn === undefined) return;
      this.#tokenCount -= turn(this.#turnCount);
    }
    if (this.#waiting.length > 0) this.#arm();
  }

  #fill(): void {
    const nowUs = this.#clock.nowUs();
    const gained = (nowUs - this.#filledUs) * this.#bytesPerUs;
    this.#tokenCount = Math.min(this.#depthCount, this.#tokenCount + gained);
    this.#filledUs = nowUs;
  }
}
