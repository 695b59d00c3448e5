import { expect, test } from "bun:test";
import { StreamPace } from "./stream-pace.ts";

test("StreamPace makes a reader wait as long as what it took is worth", () => {
  const pace = new StreamPace(1000);
  const startUs = 5e9;
  // The first batch is begun with some slack, of which a tenth of a second is kept.
  expect(pace.pauseMs(100, startUs)).toBe(0);
  expect(pace.pauseMs(50, startUs)).toBe(50);
  expect(pace.pauseMs(50, startUs + 50_000)).toBe(50);
});

test("StreamPace makes up for a late timer, and not for a gap", () => {
  const pace = new StreamPace(1000);
  pace.pauseMs(200, 0);
  expect(pace.pauseMs(50, 220_000)).toBe(30);
  // Two seconds of nothing are worth no more than the slack.
  expect(pace.pauseMs(200, 2_220_000)).toBe(100);
});
