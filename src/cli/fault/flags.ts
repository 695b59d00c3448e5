import { formatDuration } from "../../base/duration.ts";
import { limits } from "../../base/limits.ts";
import type { FaultRequest } from "../../fault/fault-request.ts";
import {
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
  all: toggle("Hit every process that listens there, where there are several"),
  delay: duration.withDefault({
    description: "Wait this long before the blow",
    minMs: 0,
    maxMs: limits.durationMaxMs,
    default: "0",
  }),
  dryRun: toggle("Show whom it would hit, and do nothing"),
  logfile: logfile("fault.log"),
};

export type SharedValues = FlagValues<typeof sharedFlags>;

export function requestOf({ port, host, all, delay }: SharedValues): FaultRequest {
  return { port, host, all, delayMs: delay };
}

/** As the run header stores them; times in the unit that the key names. */
export function sharedConfig({ port, host, all, delay }: SharedValues): Record<string, string> {
  return {
    port: String(port),
    ...(host === undefined ? {} : { host }),
    all: String(all),
    delay_ms: String(delay),
  };
}

/** `, in 5s`, or nothing. */
export function startText({ delay }: SharedValues): string {
  return delay > 0 ? `, in ${formatDuration(delay)}` : "";
}
