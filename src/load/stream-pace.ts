/** A late timer may be made up for by this much; longer lateness, such as a gap, is not. */
const slackUs = 100_000;

/** How long a reader that reads no more than so many things a second has to wait. */
export class StreamPace {
  readonly #itemUs: number;
  /** When what was taken so far is paid for. */
  #dueUs = 0;

  constructor(ratePerSecond: number) {
    this.#itemUs = 1e6 / ratePerSecond;
  }

  /** It took `itemCount` things at `nowUs`; milliseconds to wait before the next, 0 for none. */
  pauseMs(itemCount: number, nowUs: number): number {
    this.#dueUs = Math.max(this.#dueUs, nowUs - slackUs) + itemCount * this.#itemUs;
    return Math.max(0, this.#dueUs - nowUs) / 1000;
  }
}
