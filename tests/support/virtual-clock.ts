import type { Clock } from "../../src/base/clock.ts";

/**
 * A clock that stands still until it is told to move. Timers fire in the order of their instants,
 * those of one instant in the order they were set, and promises settle between any two of them.
 */
export class VirtualClock implements Clock {
  #nowUs: number;
  #order = 0;
  readonly #timers = new Map<number, { atUs: number; order: number; action: () => void }>();

  constructor(startUs = 1_000_000_000) {
    this.#nowUs = startUs;
  }

  nowUs(): number {
    return this.#nowUs;
  }

  after(delayMs: number, action: () => void): () => void {
    const order = this.#order++;
    const atUs = this.#nowUs + Math.max(0, Math.round(delayMs * 1000));
    this.#timers.set(order, { atUs, order, action });
    return () => this.#timers.delete(order);
  }

  get timerCount(): number {
    return this.#timers.size;
  }

  /** Moves time forward, firing what falls due on the way. */
  async advanceMs(spanMs: number): Promise<void> {
    const endUs = this.#nowUs + Math.round(spanMs * 1000);
    await settle();
    for (let timer = this.#nextUntil(endUs); timer; timer = this.#nextUntil(endUs)) {
      this.#timers.delete(timer.order);
      this.#nowUs = timer.atUs;
      timer.action();
      await settle();
    }
    this.#nowUs = endUs;
  }

  #nextUntil(endUs: number) {
    const due = [...this.#timers.values()].filter((timer) => timer.atUs <= endUs);
    return due.sort((a, b) => a.atUs - b.atUs || a.order - b.order)[0];
  }
}

/** Lets chains of promises run to their end; 20 links are more than any of ours has. */
async function settle(): Promise<void> {
  for (let link = 0; link < 20; link++) await Promise.resolve();
}
