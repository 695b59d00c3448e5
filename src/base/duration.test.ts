import { expect, test } from "bun:test";
import { formatDuration, parseDurationMs } from "./duration.ts";

test.each([
  ["5", 5000],
  ["0", 0],
  ["0.25", 250],
  [".5", 500],
  ["250ms", 250],
  ["10s", 10_000],
  ["1m30s", 90_000],
  // 1.5 x 3600 s
  ["1.5h", 5_400_000],
  // 3600000 + 2 x 60000 + 3000 + 4
  ["1h2m3s4ms", 3_723_004],
])("parseDurationMs(%j) is %d ms", (text, durationMs) => {
  expect(parseDurationMs(text)).toBe(durationMs);
});

test.each(["", " ", "s", "5x", "-5", "-5s", "1e3", "5 s", "5s ", "1,5s", "5S", "Infinity", "1m30"])(
  "parseDurationMs() refuses %j",
  (text) => {
    expect(parseDurationMs(text)).toBeUndefined();
  },
);

test("parseDurationMs() refuses units out of order or repeated", () => {
  expect(parseDurationMs("5s1m")).toBeUndefined();
  expect(parseDurationMs("5s5s")).toBeUndefined();
});

test.each([
  [0, "0s"],
  [250, "250ms"],
  [0.5, "0.5ms"],
  [1000, "1s"],
  [1500, "1.5s"],
  [60_000, "1m"],
  [90_000, "1m30s"],
  [3_600_000, "1h"],
  [3_723_004, "1h2m3.004s"],
])("formatDuration(%d) is %j, and parseDurationMs() reads it back", (durationMs, text) => {
  expect(formatDuration(durationMs)).toBe(text);
  expect(parseDurationMs(text)).toBe(durationMs);
});
