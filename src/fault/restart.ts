import { resolve } from "node:path";
import { sleep } from "../base/clock.ts";
import { DfsError } from "../base/errors.ts";
import { awaitBlow, type Plan, takeAim, warn } from "./aim.ts";
import type { FaultOptions, FaultRequest, FaultResult } from "./fault-request.ts";
import { killTargets } from "./kill.ts";
import type { Launch, Launched, PreparedLaunch } from "./launch.ts";
import { formatProcess, type ProcessFacts } from "./process-facts.ts";
import { awaitOwner, ownersOfPort, type Revival } from "./revival.ts";
import type { System } from "./system.ts";
import type { Target } from "./target.ts";

export interface RestartRequest extends FaultRequest {
  /** A line for the shell that starts the server; default: as the target was started. */
  readonly command: string | undefined;
  /** From the end of the old process to the start of the new one. */
  readonly downtimeMs: number;
  /** From the start of the new process until the port is open again. */
  readonly withinMs: number;
  /** Where output goes that went to no file before. */
  readonly outputPath: string;
}

/**
 * Kills the process that listens on the port (SIGKILL) and runs it again: same command line,
 * environment and directory, apart from us. Resolves when the port is seen open again by the new
 * process, or by one that somebody else, such as a supervisor, has started meanwhile; then ours is
 * not left beside it. Rejects with a `fault` error when there is no target, it may not be hit or
 * cannot be started again (then nothing is hit), or the port stays closed.
 */
export async function injectRestart(
  request: RestartRequest,
  options: FaultOptions,
): Promise<FaultResult> {
  const plan: Plan = { ...options, fault: "restart", request };
  const aim = await takeAim(plan);
  assertLaunches(aim.system, request);
  for (const target of aim.targets) launchFor(target, request, aim.system);
  const targets = await awaitBlow(plan, aim);
  const [target] = targets ?? [];
  if (target === undefined) return { outcome: "interrupted", targets: [] };
  const launch = launchFor(target, request, aim.system);
  using prepared = aim.system.prepareLaunch(launch, request.outputPath);
  const [goneUs = 0] = await killTargets(plan, aim.system, {
    targets: [target],
    signal: "SIGKILL",
  });
  // Also when it is interrupted: what was killed to be restarted is not left dead.
  await sleep(plan.clock, request.downtimeMs, plan.signal);
  const successor = await revive(plan, aim.system, {
    ...{ request, launch, prepared, target, goneUs },
  });
  const outcome = plan.signal.aborted ? "interrupted" : "done";
  return { outcome, targets: [target], successors: [successor] };
}

function assertLaunches({ cannotLaunch }: System, { port }: { readonly port: number }): void {
  if (cannotLaunch === undefined) return;
  throw new DfsError(
    "fault",
    `Cannot restart the listener of port ${port} as ${cannotLaunch}; ` +
      "end it with dfs fault crash, and start it yourself",
  );
}

/** How the target is going to be started again; a `fault` error where that is not known. */
export function launchFor(
  { process: target }: Target,
  { command, port }: Pick<RestartRequest, "command" | "port">,
  system: System,
): Launch {
  assertLaunches(system, { port });
  if (command === undefined) return system.launchOf(target);
  const own = Object.entries(process.env).flatMap(([name, value]) =>
    value === undefined ? [] : [[name, value] as const],
  );
  return {
    ...{ program: "/bin/sh", words: ["sh", "-c", command], directory: process.cwd() },
    ...{ environment: Object.fromEntries(own), stdout: undefined, stderr: undefined },
  };
}

async function revive(
  plan: Plan,
  system: System,
  old: Omit<Revival, "launched" | "launchedUs"> & {
    readonly launch: Launch;
    readonly prepared: PreparedLaunch;
  },
): Promise<ProcessFacts> {
  const { request, launch, prepared, target, goneUs } = old;
  const { clock, ledger, run, notify } = plan;
  const about = { fault: "restart", port: request.port } as const;
  const [early] = await ownersOfPort(system, old);
  const launchedUs = clock.nowUs();
  if (early !== undefined) {
    const downMs = (launchedUs - goneUs) / 1000;
    const found = { process: early, by: "others", downMs, outputs: [] } as const;
    notify({ kind: "restarted", ...about, tUs: launchedUs, ...found });
    return early;
  }
  const launched = prepared.start();
  const revival = { request, target, goneUs, launchedUs, launched };
  const { process: owner, by, tUs } = await awaitOwner(plan, system, revival);
  const downMs = (tUs - goneUs) / 1000;
  const paths = by === "us" ? [launch.stdout, launch.stderr] : [];
  const outputs = [...new Set(paths.map((path) => path ?? resolve(request.outputPath)))];
  if (by === "us") {
    const endpoint = `${endpointHost(target)}:${request.port}`;
    const restart = { kind: "restart", tUs, run, endpoint, by: "fault restart" } as const;
    ledger.append({ ...restart, pid: owner.pid, after: "SIGKILL" });
  } else leaveToOthers(plan, launched, formatProcess(owner));
  notify({ kind: "restarted", ...about, tUs, process: owner, by, downMs, outputs });
  return owner;
}

/** Two servers where there was one would be a fault that nobody asked for. */
function leaveToOthers(plan: Plan, launched: Launched, owner: string): void {
  if (launched.ended() !== undefined) return;
  launched.kill();
  warn(
    plan,
    "second-ended",
    `${owner} took the port first, so the process started for it (pid ${launched.pid}) was ended`,
  );
}

/** As clients on this host would name it. */
function endpointHost({ addresses: [address = "localhost"] }: Target): string {
  const isLocal = /^(127\.|0\.0\.0\.0$|::1?$)/.test(address);
  if (isLocal) return "localhost";
  return address.includes(":") ? `[${address}]` : address;
}
