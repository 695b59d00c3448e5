import type { Clock } from "../base/clock.ts";

/**
 * Runs short jobs in the thread that answers the calls: at once, until those of this turn have
 * taken `turnMs`; what comes then waits for later turns, in order. Between two turns messages are
 * read, so that a burst of calls, each of them short, holds up nobody else, and whoever takes such
 * a burst back again costs nothing.
 */
export class ShortTurns {
  readonly #clock: Clock;
  readonly #turnUs: number;
  readonly #waiting: (() => void)[] = [];
  #takenUs = 0;
  #isScheduled = false;

  constructor(clock: Clock, turnMs: number) {
    this.#clock = clock;
    this.#turnUs = turnMs * 1000;
  }

  run(job: () => void): void {
    this.#schedule();
    if (this.#waiting.length > 0 || this.#takenUs >= this.#turnUs) this.#waiting.push(job);
    else this.#take(job);
  }

  #take(job: () => void): void {
    const startedUs = this.#clock.nowUs();
    job();
    this.#takenUs += this.#clock.nowUs() - startedUs;
  }

  #schedule(): void {
    if (this.#isScheduled) return;
    this.#isScheduled = true;
    setImmediate(() => {
      this.#isScheduled = false;
      this.#turn();
    });
  }

  #turn(): void {
    this.#takenUs = 0;
    while (this.#takenUs < this.#turnUs) {
      const job = this.#waiting.shift();
      if (job === undefined) break;
      this.#take(job);
    }
    if (this.#takenUs > 0) this.#schedule();
  }
}
