import { expect, test } from "bun:test";
import { systemClock } from "../base/clock.ts";
import { decodeRecord } from "./decode.ts";
import { encodeRecord } from "./encode.ts";
import { runHeader } from "./run-header.ts";

test("runHeader() says what ran where and reads back whole", () => {
  const description = { run: "abc", command: "load", seed: 7, config: { rate: "10" } };
  const header = runHeader(description, systemClock);
  expect(header).toMatchObject({ kind: "run", ...description, pid: process.pid });
  expect(header.version).toMatch(/^\d+\.\d+\.\d+\+\S+$/);
  expect(header.utcOffset).toMatch(/^[+-]\d\d:\d\d$/);
  expect(header.host).not.toBe("");
  // The boot id comes from the system on Linux and is then the same for every run.
  expect(header.boot).toBe(runHeader(description, systemClock).boot);
  expect(decodeRecord(encodeRecord(header))).toEqual(header);
});
