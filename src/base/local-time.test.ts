import { expect, test } from "bun:test";
import {
  localTimeOfDay,
  localTimestamp,
  utcOffset,
  utcTimestamp,
  utcTimestampUs,
} from "./local-time.ts";

/** 2026-01-02 03:04:05.006 local time, whatever zone this runs in. */
const tUs = new Date(2026, 0, 2, 3, 4, 5, 6).getTime() * 1000;

test("localTimestamp() has the guide's form, with leading zeros and a comma", () => {
  expect(localTimestamp(tUs)).toBe("2026-01-02 03:04:05,006");
  expect(localTimestamp(tUs + 993_999)).toBe("2026-01-02 03:04:05,999");
  expect(localTimestamp(tUs + 994_000)).toBe("2026-01-02 03:04:06,000");
});

test("localTimestamp() follows when instants go back", () => {
  expect(localTimestamp(tUs + 60_000_000)).toBe("2026-01-02 03:05:05,006");
  expect(localTimestamp(tUs)).toBe("2026-01-02 03:04:05,006");
});

test("localTimeOfDay() is the second alone", () => {
  expect(localTimeOfDay(tUs + 500_000)).toBe("03:04:05");
});

test("utcOffset() leads from local time to UTC", () => {
  expect(utcOffset(tUs)).toMatch(/^[+-]\d\d:\d\d$/);
  const local = localTimestamp(tUs).replace(" ", "T").replace(",", ".");
  expect(new Date(`${local}${utcOffset(tUs)}`).getTime() * 1000).toBe(tUs);
});

test("utcTimestamp() is ISO 8601 with milliseconds", () => {
  expect(utcTimestamp(Date.UTC(2026, 10, 22, 21, 35, 0, 123) * 1000)).toBe(
    "2026-11-22T21:35:00.123Z",
  );
});

test("utcTimestampUs() is ISO 8601 with microseconds, in any order, and empty beyond the calendar", () => {
  const secondUs = Date.UTC(2026, 10, 22, 21, 35, 0) * 1000;
  expect(utcTimestampUs(secondUs + 7)).toBe("2026-11-22T21:35:00.000007Z");
  expect(utcTimestampUs(secondUs + 61_999_999)).toBe("2026-11-22T21:36:01.999999Z");
  expect(utcTimestampUs(secondUs - 1)).toBe("2026-11-22T21:34:59.999999Z");
  expect(utcTimestampUs(1e30)).toBe("");
});
