import { describe, expect, test } from "bun:test";
import { formatBytes, formatBytesPerSecond, parseBytes, parseBytesPerSecond } from "./data-rate.ts";

describe("parseBytesPerSecond()", () => {
  test.each([
    ["64KiB/s", 65_536],
    ["1.5MB/s", 1_500_000],
    ["8Mbit/s", 1_000_000],
    [".5GiB/s", 2 ** 29],
    ["100B/s", 100],
    ["1kB/s", 1000],
  ])("reads %s", (text, expected) => {
    expect(parseBytesPerSecond(text)).toBe(expected);
  });

  test.each(["64", "64KiB", "64 KiB/s", "-1KiB/s", "64kib/s", "1e3B/s", "KiB/s", ""])(
    "refuses %p",
    (text) => {
      expect(parseBytesPerSecond(text)).toBeUndefined();
    },
  );
});

test.each([
  ["65536", 65_536],
  ["64KiB", 65_536],
  ["1.5MB", 1_500_000],
  [".5GiB", 2 ** 29],
  ["17B", 17],
  ["1.5", undefined],
  ["8Mbit", undefined],
  ["64KiB/s", undefined],
  ["-1", undefined],
  ["", undefined],
])("parseBytes(%p) is %p", (text, expected) => {
  expect(parseBytes(text)).toBe(expected);
});

test.each([
  [0, "0 B"],
  [1023, "1023 B"],
  [65_536, "64 KiB"],
  [1_600_000, "1.53 MiB"],
  [3 * 2 ** 40, "3 TiB"],
])("formatBytes(%p) is %s", (byteCount, expected) => {
  expect(formatBytes(byteCount)).toBe(expected);
});

test("formatBytesPerSecond() writes what parseBytesPerSecond() reads", () => {
  expect(formatBytesPerSecond(65_536)).toBe("64KiB/s");
  expect(parseBytesPerSecond(formatBytesPerSecond(1.5 * 2 ** 20))).toBe(1.5 * 2 ** 20);
});
