import type { Clock } from "../base/clock.ts";
import { limits } from "../base/limits.ts";

/**
 * Runs short jobs in the thread that answers the calls: at once, until those of this turn have
 * taken `turnMs`; what comes then waits for later turns. These serve the owners of jobs one after
 * the other, and the jobs of each in order. Between two turns messages are read, so that a burst of
 * one owner's jobs, each of them short, holds up nobody else, and whoever takes such a burst back
 * again costs nothing.
 */
export class ShortTurns {
  readonly #clock: Clock;
  readonly #turnUs: number;
  /** Of each owner at least one; the first is the next to be served. */
  readonly #waiting = new Map<object | string, (() => void)[]>();
  #takenUs = 0;
  #isScheduled = false;

  constructor(clock: Clock, turnMs: number = limits.inlineTurnMs) {
    this.#clock = clock;
    this.#turnUs = turnMs * 1000;
  }

  /** Jobs without an owner are those of one. */
  run(job: () => void, owner: object | string = this): void {
    this.#schedule();
    if (this.#waiting.size === 0 && this.#takenUs < this.#turnUs) {
      this.#take(job);
      return;
    }
    const jobs = this.#waiting.get(owner);
    if (jobs === undefined) this.#waiting.set(owner, [job]);
    else jobs.push(job);
  }

  #take(job: () => void): void {
    const startedUs = this.#clock.nowUs();
    try {
      job();
    } finally {
      this.#takenUs += this.#clock.nowUs() - startedUs;
    }
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
      const job = this.#next();
      if (job === undefined) break;
      this.#take(job);
    }
    if (this.#takenUs > 0) this.#schedule();
  }

  #next(): (() => void) | undefined {
    const [first] = this.#waiting;
    if (first === undefined) return undefined;
    const [owner, jobs] = first;
    const job = jobs.shift();
    this.#waiting.delete(owner);
    if (jobs.length > 0) this.#waiting.set(owner, jobs);
    return job;
  }
}
