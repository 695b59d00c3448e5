import { expect, test } from "bun:test";
import { pacingOf, quantile } from "./figures.ts";

test("quantile() is the value at index floor(n x p)", () => {
  expect(quantile([4, 1, 3, 2], 0.5)).toBe(3);
  expect(quantile([1, 2], 1)).toBe(2);
  expect(quantile([], 0.5)).toBeNaN();
});

test("pacingOf() is blind to when the schedule began, not to what left it", () => {
  const even = Array.from({ length: 1000 }, (_, index) => 5000 + index * 1000);
  expect(pacingOf(even, 1000)).toEqual({ p50Ms: 0, p99Ms: 0, maxMs: 0 });
  // Twenty that should have come one by one come together with the last of them.
  const held = even.map((us, index) => (index >= 500 && index < 520 ? 5000 + 519_000 : us));
  const { p50Ms, p99Ms, maxMs } = pacingOf(held, 1000);
  expect([p50Ms, maxMs]).toEqual([0, 19]);
  expect(p99Ms).toBeCloseTo(9, 0);
});
