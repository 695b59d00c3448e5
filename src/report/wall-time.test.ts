import { expect, test } from "bun:test";
import { startUs } from "../../tests/support/ledger-lines.ts";
import { localTimestamp } from "../base/local-time.ts";
import { wallSecond } from "./wall-time.ts";

test("wallSecond() gives the local second of the load, whatever this machine's time zone", () => {
  expect(wallSecond(startUs + 999_999, "+00:00")).toBe("2026-11-22 21:35:00");
  expect(wallSecond(startUs, "+05:45")).toBe("2026-11-23 03:20:00"); // 21:35 + 5:45
  expect(wallSecond(startUs, "-03:30")).toBe("2026-11-22 18:05:00"); // 21:35 - 3:30
});

test("wallSecond() falls back to this machine's zone without an offset", () => {
  const here = localTimestamp(startUs).slice(0, 19);
  expect(wallSecond(startUs, undefined)).toBe(here);
  expect(wallSecond(startUs, "nonsense")).toBe(here);
});
