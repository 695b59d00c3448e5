import { parseBytesPerSecond } from "../../base/data-rate.ts";
import { parseEndpoint, requireReachable, type TcpEndpoint } from "../../base/endpoint.ts";
import { DfsError } from "../../base/errors.ts";
import { limits } from "../../base/limits.ts";
import type { LinkDirection, LinkFaults } from "../../fault/link/link-faults.ts";
import * as flags from "../flags.ts";

const anyDuration = { minMs: 1, maxMs: limits.durationMaxMs };
const directions = ["up", "down", "both"] as const satisfies readonly LinkDirection[];

export const linkFlags = {
  listen: flags.wholeNumber.required({
    description: "Port that clients connect to",
    valueHint: "PORT",
    ...flags.portRange,
  }),
  to: endpointFlag("Server that the connections are passed on to"),
  host: flags.text.withDefault({
    description: "Address to listen on; 0.0.0.0 lets other machines in",
    valueHint: "HOST",
    default: "localhost",
  }),
  latency: flags.duration.optional({
    description: "What every byte takes longer, each way: a round trip takes twice that",
    minMs: 1,
    maxMs: limits.linkLatencyMaxMs,
  }),
  jitter: flags.duration.optional({
    description: "The latency varies by up to this, from the seed; nothing is overtaken",
    minMs: 0,
    maxMs: limits.linkLatencyMaxMs,
  }),
  bandwidth: optionalFlag(
    "What all connections together get through, each way, such as 64KiB/s or 8Mbit/s",
    "RATE",
    parseBandwidth,
  ),
  corrupt: optionalFlag("Change this share of the bytes, such as 0.01%", "PERCENT%", parsePercent),
  blackhole: flags.toggle("Take connections and swallow what is sent; open ones fall silent too"),
  reset: flags.toggle("Reset open connections and every new one"),
  refuse: flags.toggle("Refuse new connections; open ones stay, unless --reset"),
  direction: flags.choice({
    description: "up: only what clients send; down: only what they are answered",
    choices: directions,
    default: "both",
  }),
  delay: flags.duration.withDefault({
    description: "The fault begins this long after the link is open",
    minMs: 0,
    maxMs: limits.durationMaxMs,
    default: "0",
  }),
  duration: flags.duration.optional({
    description: "How long the fault acts; without it to the end of the link",
    ...anyDuration,
  }),
  for: flags.duration.optional({
    description: "How long the link is open; without it until Ctrl-C",
    ...anyDuration,
  }),
  seed: flags.wholeNumber.optional({
    description: "Of jitter and corruption; a fresh one is drawn and printed",
    valueHint: "N",
    min: 0,
    max: 2 ** 32 - 1,
  }),
  dryRun: flags.toggle("Say what it would do, and whether it could, and do nothing"),
  logfile: flags.logfile("fault.log"),
};

export type LinkValues = flags.FlagValues<typeof linkFlags>;

export function linkFaultsOf(values: LinkValues): LinkFaults {
  const { latency, jitter, bandwidth, corrupt, blackhole, reset, refuse, direction } = values;
  return {
    ...{ latencyMs: latency, jitterMs: jitter, bandwidthBytesPerS: bandwidth },
    ...{ corruptShare: corrupt, blackhole, reset, refuse, direction },
  };
}

function endpointFlag(description: string): flags.Flag<TcpEndpoint> {
  return {
    arg: { type: "string", required: true, description, valueHint: "host:port" },
    repeatable: false,
    read([typed], name) {
      if (typed === undefined) throw new DfsError("usage", `${name} is required`);
      const endpoint = parseEndpoint(typed);
      requireReachable(typed, endpoint);
      return endpoint;
    },
  };
}

function optionalFlag(
  description: string,
  valueHint: string,
  parse: (text: string, name: string) => number,
): flags.Flag<number | undefined> {
  return {
    arg: { type: "string", description, valueHint },
    repeatable: false,
    read: ([typed], name) => (typed === undefined ? undefined : parse(typed, name)),
  };
}

function parseBandwidth(text: string, name: string): number {
  const bytesPerS = parseBytesPerSecond(text);
  if (bytesPerS === undefined) {
    throw new DfsError(
      "usage",
      `${name} must be a rate with its unit (B, kB, KiB, MB, MiB, kbit, Mbit ... a second), ` +
        `such as 64KiB/s or 8Mbit/s: current value is "${text}"`,
    );
  }
  const { linkBandwidthMinBytesPerS: min, linkBandwidthMaxBytesPerS: max } = limits;
  if (bytesPerS < min || bytesPerS > max) {
    const range = `${min}B/s..${max / 1e9}GB/s`;
    throw new DfsError("usage", `${name} must be in ${range}: current value is "${text}"`);
  }
  return bytesPerS;
}

function parsePercent(text: string, name: string): number {
  const match = /^(\d+(?:\.\d+)?|\.\d+)%$/.exec(text);
  const percent = Number(match?.[1]);
  // The smallest is a byte in ten billion; 0% would be a fault that never is one.
  if (match === null || percent < 1e-8 || percent > 100) {
    throw new DfsError(
      "usage",
      `${name} must be a percentage above 0% and up to 100%, such as 0.01%: current value is "${text}"`,
    );
  }
  return percent / 100;
}
