import { expect, test } from "bun:test";
import { parseCrashSignal } from "./crash-signals.ts";

test.each([
  ["SIGKILL", "SIGKILL"],
  ["term", "SIGTERM"],
  ["SigHup", "SIGHUP"],
  ["9", "SIGKILL"],
  ["15", "SIGTERM"],
  ["19", undefined],
  ["STOP", undefined],
  ["SIGCHLD", undefined],
  ["0", undefined],
  ["", undefined],
] as const)("parseCrashSignal() reads %p as %p", (text, signal) => {
  expect(parseCrashSignal(text)).toBe(signal);
});
