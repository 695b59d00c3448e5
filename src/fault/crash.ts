import { waitUntil } from "../base/clock.ts";
import { DfsError } from "../base/errors.ts";
import { awaitBlow, type Plan, takeAim } from "./aim.ts";
import { faultRecord } from "./fault-record.ts";
import type { FaultOptions, FaultRequest, FaultResult } from "./fault-request.ts";
import { formatProcess } from "./process-facts.ts";
import { allSettled, assertLives, observe } from "./prove.ts";
import type { System } from "./system.ts";
import type { Target } from "./target.ts";

/**
 * Kills the process that listens on the port, as a crash does: no handler of it runs. Resolves when
 * the process is seen gone and the port no longer its own; a crash has no undo. Rejects with a
 * `fault` error when there is no target, it may not be hit, or the effect is not seen in time.
 */
export async function injectCrash(
  request: FaultRequest,
  options: FaultOptions,
): Promise<FaultResult> {
  const plan: Plan = { ...options, fault: "crash", request };
  const aim = await takeAim(plan);
  const targets = await awaitBlow(plan, aim);
  if (targets === undefined) return { outcome: "interrupted", targets: [] };
  const goneUs = await allSettled(targets.map((target) => killTarget(plan, aim.system, target)));
  await provePortLeft(plan, aim.system, targets);
  for (const [index, target] of targets.entries()) {
    const tUs = goneUs[index] ?? options.clock.nowUs();
    options.notify({ kind: "injected", fault: "crash", port: request.port, tUs, target });
  }
  return { outcome: "done", targets };
}

/** Returns the instant at which the process was seen gone. */
async function killTarget(plan: Plan, system: System, target: Target): Promise<number> {
  const { process } = target;
  const { clock, ledger, run, request } = plan;
  await assertLives(system, target);
  system.kill(process);
  const gone = await observe(process, ["gone"], { system, clock, cheaply: true });
  if (gone === undefined) {
    throw new DfsError(
      "fault",
      `Cannot prove that ${formatProcess(process)} was killed: it is still there ` +
        `${system.proofWithinMs / 1000} s after its SIGKILL`,
    );
  }
  const { port } = request;
  ledger.append(faultRecord("crash", { phase: "begin", tUs: gone.tUs, run, port, process }));
  return gone.tUs;
}

async function provePortLeft(
  { clock, request: { port } }: Plan,
  system: System,
  targets: readonly Target[],
): Promise<void> {
  const pids = new Set(targets.map(({ process }) => process.pid));
  const isLeft = async () => {
    const listeners = await system.findListeners();
    return !listeners.some(
      ({ port: at, pid }) => at === port && pid !== undefined && pids.has(pid),
    );
  };
  const limits = { withinMs: system.proofWithinMs, everyMs: system.pollEveryMs };
  if (await waitUntil(clock, isLeft, limits)) return;
  throw new DfsError(
    "fault",
    `Cannot prove that port ${port} was closed: pid ${[...pids].join(", ")} is gone, ` +
      "but is still listed as its listener",
  );
}
