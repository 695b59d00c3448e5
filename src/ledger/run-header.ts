import { readFileSync } from "node:fs";
import { hostname } from "node:os";
import { buildInfo } from "../base/build-info.ts";
import type { Clock } from "../base/clock.ts";
import { utcOffset } from "../base/local-time.ts";
import type { RunRecord } from "./record.ts";

export interface RunDescription {
  readonly run: string;
  readonly command: string;
  readonly seed: number;
  readonly config: Readonly<Record<string, string>>;
}

/** The header of a run that begins now in this process. */
export function runHeader(description: RunDescription, clock: Clock): RunRecord {
  const tUs = clock.nowUs();
  return {
    kind: "run",
    tUs,
    ...description,
    version: `${buildInfo.version}+${buildInfo.commit}`,
    pid: process.pid,
    host: hostname(),
    boot: bootId(),
    utcOffset: utcOffset(tUs),
  };
}

/** Linux names each boot; elsewhere the host's name has to do. */
function bootId(): string {
  try {
    return readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim();
  } catch {
    return "unknown";
  }
}
