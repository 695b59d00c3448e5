import { expect, test } from "bun:test";
import { lowerBound, roundWidthUs, timeBuckets } from "./time-buckets.ts";

test("roundWidthUs() is the least of 1, 2, 5 times a power of ten that is enough", () => {
  const widths = [1, 2, 3, 5, 6, 99_999, 100_000, 200_001].map(roundWidthUs);
  expect(widths).toEqual([1, 2, 5, 5, 10, 100_000, 100_000, 500_000]);
});

test("lowerBound() is the first row that is not below, also of none", () => {
  const sorted = Float64Array.of(1, 2, 2, 3);
  expect([0, 2, 2.5, 4].map((value) => lowerBound(sorted, value))).toEqual([0, 1, 3, 4]);
  expect(lowerBound(new Float64Array(), 1)).toBe(0);
});

test("timeBuckets() counts every request once, by replica, with exact percentiles", () => {
  // One request a millisecond over 10 s, on two replicas by turns; every 1000th is lost.
  const length = 10_000;
  const column = (of: (row: number) => number) =>
    Float64Array.from({ length }, (_, row) => of(row));
  const requests = {
    number: column((row) => row + 1),
    endedUs: column((row) => row * 1000),
    latencyUs: column((row) => (row % 100) + 1),
    endpointPlus1: column((row) => (row % 2) + 1),
    attempts: column(() => 1),
    outcome: column((row) => (row % 1000 === 0 ? 2 : 0)),
  };
  const buckets = timeBuckets(requests, { fromUs: 0, toUs: 10e6 }, 2);
  expect(buckets.widthUs).toBe(100_000);
  expect(buckets.count).toBe(100);
  const sum = (counts: Uint32Array | undefined) => counts?.reduce((a, b) => a + b, 0);
  expect([sum(buckets.ok[0]), sum(buckets.ok[1]), sum(buckets.notOk)]).toEqual([4990, 5000, 10]);
  // Bucket 1 holds the latencies 1..100: index floor(100 x 0.5) is 51, floor(100 x 0.99) is 100.
  expect([buckets.p50Us[1], buckets.p99Us[1]]).toEqual([51, 100]);
  // Bucket 0 lost the one of 1: 2..100 are 99, index 49 is 51, index 98 is 100.
  expect([buckets.p50Us[0], buckets.p99Us[0]]).toEqual([51, 100]);
});

test("timeBuckets() has no percentile where no request ended ok", () => {
  const none = new Float64Array();
  const requests = {
    ...{ number: none, endedUs: none, latencyUs: none },
    ...{ endpointPlus1: none, attempts: none, outcome: none },
  };
  const buckets = timeBuckets(requests, { fromUs: -5, toUs: 1e6 }, 1);
  expect(buckets.p50Us.every(Number.isNaN)).toBe(true);
  expect(buckets.notOk.every((count) => count === 0)).toBe(true);
});
