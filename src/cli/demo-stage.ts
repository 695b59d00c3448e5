import { mkdirSync } from "node:fs";
import { resolve } from "node:path";
import type { Clock } from "../base/clock.ts";
import { formatDuration } from "../base/duration.ts";
import { DfsError, messageOf } from "../base/errors.ts";
import { localTimestamp } from "../base/local-time.ts";
import { printable } from "../base/printable.ts";
import type { DemoPlan } from "../drill/demo-plan.ts";
import type { Scenario } from "../drill/scenario/read-scenario.ts";
import type { LoadConfig } from "../load/load-config.ts";
import { constantRateOf, profileText } from "../load/load-profile.ts";
import { isPortFree, pickFreePorts } from "../replica/free-port.ts";
import { portRange } from "./flags.ts";
import type { Terminal } from "./terminal.ts";

/** The replicas of a demo listen on loopback only. */
export const demoHost = "localhost";

/** Where a demo plays. */
export interface DemoStage {
  readonly ports: readonly number[];
  readonly directory: string;
}

/** Consecutive ports from `first`, or ones that the system picks when any of those is taken. */
export async function choosePorts(
  first: number,
  count: number,
  terminal: Terminal,
): Promise<readonly number[]> {
  const wanted = Array.from({ length: count }, (_, index) => first + index);
  const areFree = await Promise.all(wanted.map((port) => isPortFree(demoHost, port)));
  if (!areFree.includes(false) && first + count - 1 <= portRange.max) return wanted;
  const picked = await pickFreePorts(demoHost, count);
  if (picked.length < count) {
    throw new DfsError("cannot-run", `Cannot find ${count} free ports on ${demoHost}`);
  }
  terminal.notices.info(`Ports from ${first} are taken; using ${picked.join(", ")}`);
  return picked;
}

/** The directory given, or a new one below demo-runs. */
export function makeDirectory(given: string | undefined, clock: Clock): string {
  const stamp = localTimestamp(clock.nowUs()).replace(" ", "_").replaceAll(/[:,]/g, "-");
  const directory = resolve(given ?? `demo-runs/${stamp}`);
  try {
    mkdirSync(directory, { recursive: true });
  } catch (error) {
    throw new DfsError(
      "cannot-run",
      `Cannot make the directory "${directory}": ${messageOf(error)}`,
    );
  }
  return directory;
}

/** The timeline in one sentence. */
export function headline(
  plan: DemoPlan,
  replicaCount: number,
  { profile, streams }: LoadConfig,
): string {
  const beside = streams === undefined ? "" : " and a stream";
  const { durationMs, crashAtMs, restartDelayMs, stallPauseMs, stallMs } = plan;
  const rate = constantRateOf(profile);
  return (
    `Demo: ${replicaCount} replicas, ${rate} requests/s${beside} for ${formatDuration(durationMs)}; one replica ` +
    `crashes at ${formatDuration(crashAtMs)} and is restarted ${formatDuration(restartDelayMs)} later; ` +
    `${formatDuration(stallPauseMs)} after it is back, another is suspended for ${formatDuration(stallMs)}`
  );
}

/** What a scenario does, in one line. */
export function scenarioHeadline({ name, load, faults }: Scenario, path: string): string {
  const title = name === undefined ? path : `${name} (${path})`;
  const flow =
    load.mode === "stream"
      ? `streams for ${formatDuration(load.durationMs)}`
      : profileText(load.profile, load.durationMs);
  const count = (number: number, what: string) => `${number} ${what}${number === 1 ? "" : "s"}`;
  return printable(
    `Scenario: ${title}: ${count(load.replicas.length, "replica")}, ${flow}, ` +
      `${count(faults.length, "fault")}`,
  );
}
