import { describe, expect, test } from "bun:test";
import { limits } from "../base/limits.ts";
import { seededRandom } from "../base/random.ts";
import { quantileErrorShare, quantilesOf } from "./quantiles.ts";

const keys = ["p50Ms", "p95Ms", "p99Ms", "p999Ms"] as const;
const shares = { p50Ms: 0.5, p95Ms: 0.95, p99Ms: 0.99, p999Ms: 0.999 };

function spans(count: number, seed: number): Float64Array {
  const random = seededRandom(seed);
  // From some hundred microseconds to some seconds, most of them small.
  return Float64Array.from({ length: count }, () => Math.floor(200 + random.next() ** 9 * 4e6));
}

/** The guide's rule by hand: index floor(n x p) of the sorted values. */
function byHand(values: readonly number[], share: number): number {
  return (values[Math.min(values.length - 1, Math.floor(values.length * share))] ?? 0) / 1000;
}

describe("quantilesOf()", () => {
  test("is exact up to a million values, lost requests included", () => {
    const values = spans(5000, 1);
    const sorted = [...values, ...new Array(7).fill(3_000_000)].sort((a, b) => a - b);
    const quantiles = quantilesOf(values, { value: 3_000_000, count: 7 });
    expect(quantiles.count).toBe(5007);
    for (const key of keys) expect(quantiles[key]).toBe(byHand(sorted, shares[key]));
    expect(quantiles.maxMs).toBe(byHand(sorted, 1));
    expect(quantileErrorShare(limits.exactQuantileMaxCount)).toBe(0);
  });

  test("stays within the error it states beyond that; the worst and the mean stay exact", () => {
    const values = spans(limits.exactQuantileMaxCount + 1, 2);
    const lost = { value: 30_000_000, count: 2000 };
    const sorted = [...values, ...new Array(lost.count).fill(lost.value)].sort((a, b) => a - b);
    const quantiles = quantilesOf(values, lost);
    const errorShare = quantileErrorShare(sorted.length);
    expect(errorShare).toBe(0.001);
    for (const key of keys) {
      const exactMs = byHand(sorted, shares[key]);
      expect(Math.abs((quantiles[key] ?? 0) - exactMs)).toBeLessThanOrEqual(exactMs * errorShare);
    }
    expect(quantiles.maxMs).toBe(30_000);
    expect(quantiles.count).toBe(sorted.length);
    const meanMs = sorted.reduce((sum, us) => sum + us, 0) / sorted.length / 1000;
    expect(quantiles.meanMs).toBeCloseTo(meanMs, 6);
  });

  test("of nothing are null", () => {
    expect(quantilesOf(new Float64Array())).toEqual({
      ...{ count: 0, p50Ms: null, p95Ms: null, p99Ms: null, p999Ms: null },
      ...{ maxMs: null, meanMs: null },
    });
  });
});
