import { describe, expect, test } from "bun:test";
import { constantRate } from "./schedule.ts";

describe("constantRate()", () => {
  test("makes rate x duration requests, evenly spaced, the first at once", () => {
    // 10/s for 60 s: 600 requests, one each 100 ms, the last at 59.9 s.
    const schedule = constantRate(10, 60_000);
    expect(schedule.requestCount).toBe(600);
    expect([1, 2, 3, 600].map((number) => schedule.dueUs(number))).toEqual([
      0, 100_000, 200_000, 59_900_000,
    ]);
    expect(schedule.durationUs).toBe(60_000_000);
  });

  test("keeps its count for rates that binary fractions cannot hold", () => {
    // 0.1/s x 30 s = 3; 3/s x 10 s = 30; 7/s x 0.1 s = 0.7, whose one request is due at once.
    expect(constantRate(0.1, 30_000).requestCount).toBe(3);
    expect(constantRate(3, 10_000).requestCount).toBe(30);
    expect(constantRate(7, 100).requestCount).toBe(1);
  });

  test("never lets a request fall due after the end", () => {
    for (const [rate, durationMs] of [
      [3, 1000],
      [7, 333],
      [1000, 2500],
    ] as const) {
      const schedule = constantRate(rate, durationMs);
      expect(schedule.dueUs(schedule.requestCount)).toBeLessThan(schedule.durationUs);
      expect(schedule.dueUs(schedule.requestCount + 1)).toBeGreaterThanOrEqual(
        schedule.durationUs - 1,
      );
    }
  });

  test("does not drift: the millionth request of 1000/s is due at 999.999 s", () => {
    expect(constantRate(1000, 1_000_000).dueUs(1_000_000)).toBe(999_999_000);
  });
});
