import { expect, test } from "bun:test";
import { limits } from "../base/limits.ts";
import { DurationEstimate } from "./duration-estimate.ts";

const ms = 1000;

test("DurationEstimate has nobody ask again at once while nothing is known", () => {
  const estimate = new DurationEstimate();
  estimate.begin(1, 0);
  expect(estimate.pushbackMs(5 * ms)).toBe(limits.pushbackUnknownMinMs);
  expect(estimate.pushbackMs(600 * ms)).toBe(600);
});

test("DurationEstimate follows how long jobs take, also when one takes longer than usual", () => {
  const estimate = new DurationEstimate();
  estimate.begin(1, 0);
  estimate.end(1, 1200 * ms, true);
  estimate.begin(2, 0);
  const told = [200, 1199, 1201, 2000].map((nowMs) => estimate.pushbackMs(nowMs * ms));
  expect(told).toEqual([1000, 120, 120, 800]);
});
