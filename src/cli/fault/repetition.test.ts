import { describe, expect, test } from "bun:test";
import { parseStrictly, readFlags } from "../strict-args.ts";
import { sharedFlags } from "./flags.ts";
import { blowTimesText, repetitionOf, repetitionText } from "./repetition.ts";

function read(line: string, durationMs?: number) {
  const words = ["--port", "50051", ...line.split(" ").filter(Boolean)];
  const values = readFlags(sharedFlags, parseStrictly(words, sharedFlags, false));
  return repetitionOf(values, durationMs);
}

describe("repetitionOf()", () => {
  test("is one blow unless more are asked for", () => {
    expect(read("")).toEqual({ count: 1, everyMs: 0, jitterMs: 0, seed: 0 });
    expect(repetitionText(read(""))).toBe("");
    expect(blowTimesText(read(""), 0)).toBe("");
  });

  test("takes a tenth of the time between blows for the jitter, and draws a seed", () => {
    expect(read("--repeat 5 --every 20s")).toMatchObject({ count: 5, everyMs: 20_000 });
    expect(read("--repeat 5 --every 20s").jitterMs).toBe(2000);
    const text = repetitionText(read("--repeat 5 --every 20s --jitter 500ms --seed 7"));
    expect(text).toBe(", 5 times, every 20s ± 500ms (seed 7)");
  });

  test.each([
    ["--every 20s", "--every needs --repeat with a number above 1"],
    ["--seed 3", "--seed needs --repeat"],
    ["--jitter 1s", "--jitter needs --repeat"],
    ["--repeat 2", "--repeat 2 needs --every"],
    ["--repeat 0 --every 1", "--repeat must be a whole number in 1.."],
    [
      "--repeat 2 --every 2s --jitter 1.5s",
      '--jitter must be at most half of --every (1s): current value is "1.5s"',
    ],
  ])("refuses %s", (line, message) => {
    expect(() => read(line)).toThrow(message);
  });
});

test("repetitionOf() refuses a fault that is longer than the time between two", () => {
  expect(read("", 2000).count).toBe(1);
  expect(read("--repeat 2 --every 2", 2000).count).toBe(2);
  expect(() => read("--repeat 2 --every 1", 2000)).toThrow(
    "--duration must be at most --every (1s), as one fault ends before the next begins: " +
      'current value is "2s"',
  );
});

test("blowTimesText() lists the first blows and counts the rest", () => {
  const text = blowTimesText(read("--repeat 12 --every 60 --jitter 0"), 1_795_383_315_250_000);
  expect(text).toMatch(/^blows at (\d\d:\d\d:15, ){9}\d\d:\d\d:15 and 2 more$/);
});
