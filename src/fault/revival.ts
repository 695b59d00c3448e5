import { readFileSync } from "node:fs";
import { waitUntil } from "../base/clock.ts";
import { formatDuration } from "../base/duration.ts";
import { DfsError, messageOf } from "../base/errors.ts";
import { limits } from "../base/limits.ts";
import type { Plan } from "./aim.ts";
import type { FaultRequest } from "./fault-request.ts";
import type { Launched } from "./launch.ts";
import { lineageOf } from "./lineage.ts";
import { isSameProcess, type ProcessFacts } from "./process-facts.ts";
import type { System } from "./system.ts";
import type { Target } from "./target.ts";

/** A port whose listener was killed, and what was started in its place. */
export interface Revival {
  readonly request: FaultRequest & {
    readonly withinMs: number;
    readonly outputPath: string;
  };
  readonly target: Target;
  readonly goneUs: number;
  readonly launched: Launched;
  readonly launchedUs: number;
}

export interface Owner {
  readonly process: ProcessFacts;
  readonly by: "us" | "others";
  /** When the port was seen open by it. */
  readonly tUs: number;
}

/** The live owners of the port but the old one. */
export async function ownersOfPort(
  system: System,
  { request: { port }, target }: Pick<Revival, "request" | "target">,
): Promise<ProcessFacts[]> {
  const listeners = await system.findListeners();
  const pids = listeners.flatMap(({ port: at, pid }) => (at === port ? (pid ?? []) : []));
  const processes = await system.inspect([...new Set(pids)]);
  return [...processes.values()].filter((owner) => !isSameProcess(owner, target.process));
}

/** Waits for the port to open; a `fault` error when that does not happen in time. */
export async function awaitOwner(
  { clock }: Plan,
  system: System,
  revival: Revival,
): Promise<Owner> {
  const { launched, launchedUs, request } = revival;
  let owner: Owner | undefined;
  let ended: string | undefined;
  const look = async () => {
    // Read first: a process that starts another and ends has done so before it is seen to end.
    ended = launched.ended();
    const [owners, parentOf] = await Promise.all([
      ownersOfPort(system, revival),
      system.parentage(),
    ]);
    const tUs = clock.nowUs();
    const isOurs = ({ pid, startedUs = 0 }: ProcessFacts) =>
      lineageOf(pid, parentOf).has(launched.pid) ||
      (ended === "status 0" && startedUs > launchedUs - startErrorUs);
    const ours = owners.find(isOurs);
    const [process] = ours === undefined ? owners : [ours];
    if (process !== undefined) owner = { process, by: ours === undefined ? "others" : "us", tUs };
    return owner !== undefined || (ended !== undefined && ended !== "status 0");
  };
  const everyMs = Math.max(system.pollEveryMs, limits.restartPollMs);
  await waitUntil(clock, look, { withinMs: request.withinMs, everyMs });
  if (owner !== undefined) return owner;
  const state =
    ended === undefined
      ? `pid ${launched.pid} runs and is left alone, but the port is not open ` +
        `${formatDuration(request.withinMs)} after its start (--within)`
      : `pid ${launched.pid} ended with ${ended}`;
  throw new DfsError(
    "fault",
    `Cannot prove that port ${request.port} was restarted: ${state}${said(request.outputPath)}`,
  );
}

/** Systems round the start of a process, some to whole seconds. */
const startErrorUs = 1_100_000;

/** The end of what it wrote, if it went to the spare file. */
function said(path: string): string {
  try {
    const tail = messageOf(readFileSync(path, "utf8").slice(-limits.outputTailMaxLength));
    return tail === "" ? "" : `; the end of ${path}: ${tail}`;
  } catch {
    return "";
  }
}
