import { build } from "hdr-histogram-js";
import { limits } from "../base/limits.ts";
import type { LatencyQuantiles } from "./latency-quantiles.ts";
import { mean, percentileIndex, SortedWithRepeats } from "./percentile.ts";
import { toMs } from "./request-figures.ts";

/** A value that stands among the others `count` more times. */
export interface Repeats {
  readonly value: number;
  readonly count: number;
}

/**
 * Quantiles of `spansUs`, in any order, with `repeats` among them. Exact up to
 * limits.exactQuantileMaxCount; beyond, from a histogram, but for the worst and the mean.
 */
export function quantilesOf(
  spansUs: Float64Array,
  repeats: Repeats = { value: 0, count: 0 },
): LatencyQuantiles {
  const count = spansUs.length + repeats.count;
  return isExact(count) ? exactly(spansUs, repeats) : byHistogram(spansUs, repeats, count);
}

/** By how much of their value quantiles over `count` values may be off. */
export function quantileErrorShare(count: number): number {
  return isExact(count) ? 0 : 10 ** -significantDigits;
}

function isExact(count: number): boolean {
  return count <= limits.exactQuantileMaxCount;
}

function exactly(spansUs: Float64Array, repeats: Repeats): LatencyQuantiles {
  const all = new SortedWithRepeats(spansUs.slice().sort(), repeats);
  return {
    count: all.length,
    ...quantilesBy((share) => all.percentile(share)),
    maxMs: toMs(all.percentile(1)),
    meanMs: toMs(all.mean()),
  };
}

const significantDigits = 3;

function byHistogram(spansUs: Float64Array, repeats: Repeats, count: number): LatencyQuantiles {
  const histogram = build({ bitBucketSize: 64, numberOfSignificantValueDigits: significantDigits });
  let maxUs = repeats.count === 0 ? Number.NEGATIVE_INFINITY : repeats.value;
  for (const spanUs of spansUs) {
    // A ledger that holds a negative latency contradicts itself, which the verdict says.
    histogram.recordValue(Math.max(0, Math.round(spanUs)));
    if (spanUs > maxUs) maxUs = spanUs;
  }
  if (repeats.count > 0) {
    histogram.recordValueWithCount(Math.round(repeats.value), repeats.count);
  }
  const sumUs = (mean(spansUs) ?? 0) * spansUs.length + repeats.value * repeats.count;
  return {
    count,
    ...quantilesBy((share) => {
      // Half a rank on, so that the histogram's own rounding up meets the rule floor(n x p).
      const rank = percentileIndex(count, share) + 0.5;
      return histogram.getValueAtPercentile((rank / count) * 100);
    }),
    maxMs: toMs(maxUs),
    meanMs: toMs(sumUs / count),
  };
}

function quantilesBy(at: (share: number) => number | null) {
  return {
    p50Ms: toMs(at(0.5)),
    p95Ms: toMs(at(0.95)),
    p99Ms: toMs(at(0.99)),
    p999Ms: toMs(at(0.999)),
  };
}
