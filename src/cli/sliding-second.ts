import { percentileIndex } from "../report/percentile.ts";

const secondUs = 1_000_000;

export interface SecondFigures {
  readonly count: number;
  /** Null when nothing ended in the second. */
  readonly p50Us: number | null;
  readonly p99Us: number | null;
}

/** Spans that ended within the last second, as seen from any later instant. */
export class SlidingSecond {
  #ends: { readonly tUs: number; readonly spanUs: number }[] = [];

  /** Instants come in the order they happened, or nearly so. */
  add(tUs: number, spanUs: number): void {
    this.#ends.push({ tUs, spanUs });
  }

  /** Also forgets what is older, so memory holds what ends between two calls and in a second. */
  figures(nowUs: number): SecondFigures {
    this.#ends = this.#ends.filter(({ tUs }) => tUs > nowUs - secondUs);
    const spans = Float64Array.from(this.#ends, ({ spanUs }) => spanUs).sort();
    const at = (share: number) => spans[percentileIndex(spans.length, share)] ?? null;
    return { count: spans.length, p50Us: at(0.5), p99Us: at(0.99) };
  }
}
