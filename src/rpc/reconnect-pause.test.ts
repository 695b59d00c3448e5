import { expect, test } from "bun:test";
import { seededRandom } from "../base/random.ts";
import { reconnectPauseMs } from "./reconnect-pause.ts";

const middle = { next: () => 0.5 };

test.each([
  [0, 50],
  [2000, 50],
  // 2 % of 5000.
  [5000, 100],
  [25_000, 500],
  [3_600_000, 500],
])("reconnectPauseMs() of %d ms without a connection is %d, jitter aside", (downMs, pauseMs) => {
  expect(reconnectPauseMs(downMs, middle)).toBe(pauseMs);
});

test("reconnectPauseMs() differs by up to a fifth", () => {
  const random = seededRandom(7);
  const pauses = Array.from({ length: 1000 }, () => reconnectPauseMs(0, random));
  expect(Math.min(...pauses)).toBeGreaterThanOrEqual(40);
  expect(Math.max(...pauses)).toBeLessThanOrEqual(60);
  expect(Math.max(...pauses) - Math.min(...pauses)).toBeGreaterThan(15);
});
