import { formatDuration } from "../../base/duration.ts";
import { limits } from "../../base/limits.ts";
import type { FaultRequest } from "../../fault/fault-request.ts";
import {
  alsoNamed,
  duration,
  type FlagValues,
  logfile,
  portRange,
  text,
  toggle,
  wholeNumber,
} from "../flags.ts";

/** What every fault on the listener of a port is told. */
export const sharedFlags = {
  port: wholeNumber.required({
    description: "Port whose listener is hit",
    valueHint: "PORT",
    ...portRange,
  }),
  host: text.optional({
    description: "Only the listener that serves this address or name of this host",
    valueHint: "HOST",
  }),
  pid: wholeNumber.optional({
    description: "Only this process, where several listen there",
    valueHint: "PID",
    min: 1,
    max: 2 ** 31 - 1,
  }),
  all: toggle("Hit every process that listens there, where there are several"),
  expect: text.optional({
    description: "Hit nothing but a process or program of this name",
    valueHint: "NAME",
  }),
  force: toggle("Hit a proxy, a tunnel or the parent of other listeners too"),
  delay: alsoNamed(
    "after",
    duration.withDefault({
      description: "Wait this long before the blow",
      minMs: 0,
      maxMs: limits.durationMaxMs,
      default: "0",
    }),
  ),
  repeat: wholeNumber.withDefault({
    description: "How many times, each time on whoever listens there by then",
    valueHint: "N",
    default: "1",
    min: 1,
    max: limits.repeatMaxCount,
  }),
  every: duration.optional({
    description: "From one blow to the next, with --repeat",
    minMs: 1,
    maxMs: limits.durationMaxMs,
  }),
  jitter: duration.optional({
    description: "How much earlier or later each may come; a tenth of --every if left out",
    minMs: 0,
    maxMs: limits.durationMaxMs,
  }),
  seed: wholeNumber.optional({
    description: "Seed of the jitter; a random one, printed, if left out",
    valueHint: "N",
    min: 0,
    max: 2 ** 32 - 1,
  }),
  dryRun: toggle("Show whom it would hit and how, and do nothing"),
  logfile: logfile("fault.log"),
};

export type SharedValues = FlagValues<typeof sharedFlags>;

export function requestOf(values: SharedValues): FaultRequest {
  const { port, host, pid, all, expect, force, delay } = values;
  return { port, host, pid, all, expect, force, delayMs: delay };
}

/** As the run header stores them; times in the unit that the key names. */
export function sharedConfig(values: SharedValues): Record<string, string> {
  const { port, host, pid, all, expect, force, delay } = values;
  return {
    port: String(port),
    ...(host === undefined ? {} : { host }),
    ...(pid === undefined ? {} : { pid: String(pid) }),
    all: String(all),
    ...(expect === undefined ? {} : { expect }),
    force: String(force),
    delay_ms: String(delay),
  };
}

/** `, in 5s`, or nothing. */
export function startText({ delay }: SharedValues): string {
  return delay > 0 ? `, in ${formatDuration(delay)}` : "";
}
