import { RandomNumbers } from "../base/random.ts";
import { countSlack, RateCurve } from "./rate-curve.ts";
import type { Stage } from "./stage.ts";

/**
 * When each request is due: pure arithmetic over spans since the start, no clock and no waiting.
 */
export interface Schedule {
  /**
   * Microseconds since the start at which the request with that number, counted from 1, is due;
   * infinite when there is none. Cheapest when numbers are asked for as they come.
   */
  dueUs(number: number): number;
  /** How long the load runs, as far as it is known before the request with that number is due. */
  endUs(number: number): number;
}

/** What bounds a schedule besides its stages. */
export interface ScheduleBounds {
  /** Undefined: as many requests as the stages make. */
  readonly totalCount?: number | undefined;
}

/**
 * Requests as evenly spaced as the rates of the stages allow, the first at once. With a total, the
 * load lasts until the request after the last one would be due, so that its rate is what was asked.
 */
export function evenSchedule(
  stages: readonly Stage[],
  { totalCount = Number.POSITIVE_INFINITY }: ScheduleBounds = {},
): Schedule {
  const curve = new RateCurve(stages);
  // Tolerates 0.1 s spelled in binary: 10/s for 60 s is 600 requests, not 599 or 601.
  const count = Math.min(totalCount, Math.ceil(curve.count - countSlack));
  const endUs = totalCount < curve.count ? Math.round(curve.usAt(totalCount)) : curve.durationUs;
  return {
    dueUs: (number) =>
      number <= count ? Math.round(curve.usAt(number - 1)) : Number.POSITIVE_INFINITY,
    endUs: () => endUs,
  };
}

/**
 * A Poisson process whose intensity is the rate of the stages at every instant: arrivals of the
 * unit process, whose gaps are exponential with mean 1, laid onto the curve of counts. How many
 * there are is up to the seed.
 */
export function poissonSchedule(
  stages: readonly Stage[],
  seed: number,
  { totalCount = Number.POSITIVE_INFINITY }: ScheduleBounds = {},
): Schedule {
  const curve = new RateCurve(stages);
  const arrivals = new UnitArrivals(seed);
  const arrivalUs = (number: number) => {
    const at = arrivals.at(number);
    return at < curve.count ? Math.round(curve.usAt(at)) : Number.POSITIVE_INFINITY;
  };
  return {
    dueUs: (number) => (number <= totalCount ? arrivalUs(number) : Number.POSITIVE_INFINITY),
    endUs: (number) =>
      number <= totalCount ? curve.durationUs : Math.min(curve.durationUs, arrivalUs(number)),
  };
}

const blockLength = 1024;

/** A Poisson process of one arrival a unit of time; the same seed gives the same arrivals. */
class UnitArrivals {
  readonly #seed: number;
  #numbers: RandomNumbers;
  readonly #block = new Uint32Array(blockLength);
  #number = 0;
  #at = 0;

  constructor(seed: number) {
    this.#seed = seed;
    this.#numbers = new RandomNumbers(seed);
  }

  /** The instant of the arrival with that number, counted from 1; going back begins anew. */
  at(number: number): number {
    if (number < this.#number) {
      this.#numbers = new RandomNumbers(this.#seed);
      this.#number = 0;
      this.#at = 0;
    }
    while (this.#number < number) this.#at += this.#nextGap();
    return this.#at;
  }

  #nextGap(): number {
    const place = this.#number++ % blockLength;
    if (place === 0) this.#numbers.fill(this.#block);
    // Half a step keeps it off 0, whose logarithm is infinite.
    return -Math.log(((this.#block[place] ?? 0) + 0.5) / 2 ** 32);
  }
}
