import { expect, test } from "bun:test";
import {
  DoubleValueSchema,
  Int64ValueSchema,
  StringValueSchema,
  TimestampSchema,
} from "@bufbuild/protobuf/wkt";
import { isTakenTooEasily } from "./json-leniency.ts";

test.each([
  ["5", false],
  ["-5", false],
  ["1.0", false],
  ["0", false],
  ["0x10", true],
  ["-0b1", true],
  [" 1", true],
  ["1\n", true],
] as const)("the number %p: too easily %p", (text, expected) => {
  expect(isTakenTooEasily(Int64ValueSchema, text)).toBe(expected);
  expect(isTakenTooEasily(DoubleValueSchema, text)).toBe(expected);
  expect(isTakenTooEasily(StringValueSchema, text)).toBe(false);
});

test.each([
  ["2024-02-29T00:00:00Z", false],
  ["2023-02-29T00:00:00Z", true],
  ["2000-02-29T00:00:00Z", false],
  ["1900-02-29T00:00:00Z", true],
  ["2024-04-31T00:00:00Z", true],
  ["2024-07-31T23:59:59+01:00", false],
  ["2024-08-31T00:00:00Z", false],
  ["2024-12-31T24:00:00Z", true],
  ["soon", false],
] as const)("the time %p: too easily %p", (text, expected) => {
  expect(isTakenTooEasily(TimestampSchema, text)).toBe(expected);
});
