import { type Stage, totalMs } from "./stage.ts";

interface Piece {
  readonly beginS: number;
  readonly durationS: number;
  readonly fromPerSecond: number;
  /** By which the rate grows each second. */
  readonly growth: number;
  /** Requests that all pieces before it make. */
  readonly countBefore: number;
}

/** Fractions of requests by which sums of decimal rates may be off in binary. */
export const countSlack = 1e-6;

/**
 * How many requests the rates of stages make up to an instant, and the other way round. Both are in
 * closed form for each stage, from the start of the load, so nothing adds up to a drift.
 */
export class RateCurve {
  readonly durationUs: number;
  /** Requests that the whole of it makes, with their fraction. */
  readonly count: number;
  readonly #pieces: readonly Piece[];

  constructor(stages: readonly Stage[]) {
    const pieces: Piece[] = [];
    let beginS = 0;
    let countBefore = 0;
    for (const { durationMs, fromPerSecond, toPerSecond } of stages) {
      const durationS = durationMs / 1000;
      const growth = (toPerSecond - fromPerSecond) / durationS;
      const count = ((fromPerSecond + toPerSecond) / 2) * durationS;
      // A pause makes no request, so no request is looked for in it.
      if (count > 0) pieces.push({ beginS, durationS, fromPerSecond, growth, countBefore });
      beginS += durationS;
      countBefore += count;
    }
    this.#pieces = pieces;
    this.durationUs = totalMs(stages) * 1000;
    this.count = countBefore;
  }

  /**
   * Microseconds since the start after which the rates have made `count` requests, which need not
   * be whole: where two instants would do, as a pause lies between them, the later one.
   */
  usAt(count: number): number {
    const piece = this.#pieceAt(count);
    if (piece === undefined) return 0;
    const { beginS, durationS, fromPerSecond, growth } = piece;
    const own = Math.max(0, count - piece.countBefore);
    if (own === 0) return beginS * 1e6;
    // The root of from x t + growth / 2 x t^2 = own, in the form that loses no digits.
    const root = Math.sqrt(Math.max(0, fromPerSecond ** 2 + 2 * growth * own));
    const spanS = (2 * own) / (fromPerSecond + root);
    return (beginS + Math.min(durationS, spanS)) * 1e6;
  }

  /** The last piece that begins with no more than `count` requests; the first when none does. */
  #pieceAt(count: number): Piece | undefined {
    let low = 0;
    let high = this.#pieces.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >>> 1;
      const { countBefore } = this.#pieces[middle] ?? { countBefore: 0 };
      if (countBefore <= count + countSlack) low = middle;
      else high = middle - 1;
    }
    return this.#pieces[low];
  }
}
