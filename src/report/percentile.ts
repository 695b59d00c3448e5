/**
 * The index of a percentile in sorted values: floor(n x p), the rule of the original guide's
 * script. Clamped to the last value, which the rule alone would miss for p = 1. `count` must be at
 * least 1.
 */
export function percentileIndex(count: number, share: number): number {
  return Math.min(count - 1, Math.floor(count * share));
}

/** The percentile of sorted values, or null when there are none. */
export function percentile(sorted: Float64Array, share: number): number | null {
  if (sorted.length === 0) return null;
  return sorted[percentileIndex(sorted.length, share)] ?? null;
}

/** Arithmetic mean, or null when there are no values. */
export function mean(values: Float64Array): number | null {
  if (values.length === 0) return null;
  let sum = 0;
  for (const value of values) sum += value;
  return sum / values.length;
}

/**
 * Sorted values as if `value` stood among them `repeatCount` more times, without making that copy.
 */
export class SortedWithRepeats {
  readonly length: number;
  readonly #sorted: Float64Array;
  readonly #value: number;
  readonly #repeatCount: number;
  readonly #from: number;

  constructor(sorted: Float64Array, repeats: { readonly value: number; readonly count: number }) {
    this.#sorted = sorted;
    this.#value = repeats.value;
    this.#repeatCount = repeats.count;
    this.#from = lowerBound(sorted, repeats.value);
    this.length = sorted.length + repeats.count;
  }

  percentile(share: number): number | null {
    if (this.length === 0) return null;
    const index = percentileIndex(this.length, share);
    if (index < this.#from) return this.#sorted[index] ?? null;
    if (index < this.#from + this.#repeatCount) return this.#value;
    return this.#sorted[index - this.#repeatCount] ?? null;
  }

  mean(): number | null {
    const ownMean = mean(this.#sorted) ?? 0;
    if (this.length === 0) return null;
    return (ownMean * this.#sorted.length + this.#value * this.#repeatCount) / this.length;
  }
}

/** The first index of `sorted` whose value is not below `value`; its length when all are below. */
export function lowerBound(sorted: Float64Array, value: number): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((sorted[middle] ?? Number.POSITIVE_INFINITY) < value) low = middle + 1;
    else high = middle;
  }
  return low;
}
