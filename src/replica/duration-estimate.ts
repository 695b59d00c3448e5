import { limits } from "../base/limits.ts";

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
   * likely to end, within bounds. Before any has ended, each is taken to be half done.
   */
  pushbackMs(nowUs: number): number {
    const elapsedUs = [...this.#beganUs.values()].map((beganUs) => nowUs - beganUs);
    const leftUs = elapsedUs.map((us) => (this.#meanUs === undefined ? us : this.#meanUs - us));
    const firstMs = Math.ceil(Math.min(...leftUs) / 1000);
    return Math.min(Math.max(firstMs, limits.pushbackMinMs), limits.pushbackMaxMs);
  }
}
