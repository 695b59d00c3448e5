import { limits } from "../base/limits.ts";

/** Of the usual duration: who asks again so soon asks often enough. */
const leastShare = 0.1;

/** How much the latest of the durations counts. */
const latestShare = 0.25;

/** Learns how long jobs of a kind take, and guesses when the next of those under way ends. */
export class DurationEstimate {
  /** When each job under way began. */
  readonly #beganUs = new Map<number, number>();
  #meanUs: number | undefined;

  begin(job: number, nowUs: number): void {
    this.#beganUs.set(job, nowUs);
  }

  /** A job cut short teaches nothing. */
  end(job: number, nowUs: number, isWhole: boolean): void {
    const beganUs = this.#beganUs.get(job);
    this.#beganUs.delete(job);
    if (beganUs === undefined || !isWhole) return;
    const tookUs = nowUs - beganUs;
    const meanUs = this.#meanUs ?? tookUs;
    this.#meanUs = meanUs + latestShare * (tookUs - meanUs);
  }

  /**
   * In how many milliseconds it is worth to ask again: when the first of the jobs under way is
   * likely to end, within bounds that follow how long jobs take. One that has taken longer than
   * usual, or of which nothing is known yet, is taken to be as far from its end as from there.
   */
  pushbackMs(nowUs: number): number {
    const usualUs = this.#meanUs ?? 0;
    const leftUs = [...this.#beganUs.values()].map((beganUs) => nowUs - beganUs - usualUs);
    const firstMs = Math.ceil(Math.min(...leftUs.map(Math.abs)) / 1000);
    return Math.min(Math.max(firstMs, this.#pushbackMinMs()), limits.pushbackMaxMs);
  }

  #pushbackMinMs(): number {
    if (this.#meanUs === undefined) return limits.pushbackUnknownMinMs;
    return Math.max(limits.pushbackMinMs, Math.ceil((leastShare * this.#meanUs) / 1000));
  }
}
