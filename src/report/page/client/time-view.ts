/** A stretch of the time axis, in microseconds since the run began. */
export interface TimeSpan {
  readonly fromUs: number;
  readonly toUs: number;
}

/** What all charts show of the time axis; those who follow are told of every change. */
export class TimeView {
  #whole: TimeSpan;
  #shown: TimeSpan;
  readonly #followers: ((shown: TimeSpan) => void)[] = [];

  constructor(whole: TimeSpan) {
    this.#whole = whole;
    this.#shown = whole;
  }

  get whole(): TimeSpan {
    return this.#whole;
  }

  get shown(): TimeSpan {
    return this.#shown;
  }

  get isWhole(): boolean {
    return this.#shown.fromUs === this.whole.fromUs && this.#shown.toUs === this.whole.toUs;
  }

  /** The run has grown: who looks at all of it goes on doing so, who looks at a part keeps that. */
  grow(whole: TimeSpan): void {
    const shown = this.isWhole ? whole : this.#shown;
    this.#whole = whole;
    this.show(shown);
  }

  follow(follower: (shown: TimeSpan) => void): void {
    this.#followers.push(follower);
    follower(this.#shown);
  }

  /** Shows a stretch, cut to the run and never shorter than spanMinUs. */
  show({ fromUs, toUs }: TimeSpan): void {
    const { whole } = this;
    const wholeUs = whole.toUs - whole.fromUs;
    const spanUs = Math.min(wholeUs, Math.max(spanMinUs, toUs - fromUs));
    const middleUs = (fromUs + toUs) / 2;
    const beginUs = Math.min(Math.max(whole.fromUs, middleUs - spanUs / 2), whole.toUs - spanUs);
    this.#shown = { fromUs: beginUs, toUs: beginUs + spanUs };
    for (const follower of this.#followers) follower(this.#shown);
  }

  reset(): void {
    this.show(this.whole);
  }

  /** By a share of what is shown: later above 0, earlier below. */
  pan(share: number): void {
    const { fromUs, toUs } = this.#shown;
    const byUs = (toUs - fromUs) * share;
    this.show({ fromUs: fromUs + byUs, toUs: toUs + byUs });
  }

  /** About the middle of what is shown, which becomes `factor` times as long. */
  scale(factor: number): void {
    const { fromUs, toUs } = this.#shown;
    const byUs = ((toUs - fromUs) * (1 - factor)) / 2;
    this.show({ fromUs: fromUs + byUs, toUs: toUs - byUs });
  }
}

const spanMinUs = 2000;
