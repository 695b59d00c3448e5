import { describe, expect, test } from "bun:test";
import { lowerBound, mean, percentile, percentileIndex, SortedWithRepeats } from "./percentile.ts";

/** 1, 2, ... count, so that a value is its index plus one. */
function counting(count: number): Float64Array {
  return Float64Array.from({ length: count }, (_, index) => index + 1);
}

describe("percentileIndex()", () => {
  const rows: readonly [count: number, share: number, index: number][] = [
    [1, 0.5, 0], // floor(0.5) = 0
    [1, 0.99, 0], // floor(0.99) = 0
    [1, 1, 0], // floor(1) = 1 is beyond the last
    [2, 0.5, 1], // floor(1.0) = 1: the upper of two, not their middle
    [2, 0.95, 1], // floor(1.9) = 1
    [20, 0.5, 10], // floor(10.0) = 10
    [20, 0.95, 19], // floor(19.0) = 19: the last
    [20, 0.99, 19], // floor(19.8) = 19
    [100, 0.5, 50],
    [100, 0.95, 95], // the 96th value
    [100, 0.99, 99],
    [100, 1, 99],
  ];
  test.each(rows)("of %d values at share %d is %d", (count, share, index) => {
    expect(percentileIndex(count, share)).toBe(index);
    expect(percentile(counting(count), share)).toBe(index + 1);
  });
});

test("percentile() and mean() of nothing are null, not zero", () => {
  expect(percentile(new Float64Array(), 0.5)).toBeNull();
  expect(mean(new Float64Array())).toBeNull();
});

test("lowerBound() finds the first value that is not below", () => {
  const sorted = Float64Array.of(1, 3, 3, 5);
  expect([0, 1, 2, 3, 4, 5, 6].map((value) => lowerBound(sorted, value))).toEqual([
    0, 0, 1, 1, 3, 3, 4,
  ]);
});

test("SortedWithRepeats agrees with really inserting the repeats, wherever they fall", () => {
  for (const length of [0, 1, 2, 7, 20]) {
    for (const value of [0, 3.5, 7, 100]) {
      for (const count of [0, 1, 5]) {
        const sorted = counting(length);
        const inserted = new Float64Array([...sorted, ...new Array(count).fill(value)]).sort();
        const lazy = new SortedWithRepeats(sorted, { value, count });
        for (const share of [0, 0.5, 0.95, 0.99, 1]) {
          expect(lazy.percentile(share)).toBe(percentile(inserted, share));
        }
        expect(lazy.length).toBe(inserted.length);
        expect(lazy.mean() ?? 0).toBeCloseTo(mean(inserted) ?? 0, 9);
      }
    }
  }
});
