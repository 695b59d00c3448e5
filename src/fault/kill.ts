import { waitUntil } from "../base/clock.ts";
import { DfsError } from "../base/errors.ts";
import type { Plan } from "./aim.ts";
import { type CrashSignal, numberOf } from "./crash-signals.ts";
import { faultRecord } from "./fault-record.ts";
import { formatProcess } from "./process-facts.ts";
import { allSettled, assertLives, observe } from "./prove.ts";
import type { System } from "./system.ts";
import type { Target } from "./target.ts";

/**
 * Kills all of `targets` by `signal` and proves it: every process is gone, and none of them listens
 * on the port any more. Returns when each was seen gone, with a record of it in the ledger.
 */
export async function killTargets(
  plan: Plan,
  system: System,
  { targets, signal }: { readonly targets: readonly Target[]; readonly signal: CrashSignal },
): Promise<readonly number[]> {
  for (const target of targets) assertEffective(system, target, signal);
  const goneUs = await allSettled(
    targets.map((target) => killTarget(plan, system, { target, signal })),
  );
  await provePortLeft(plan, system, targets);
  for (const [index, target] of targets.entries()) {
    const tUs = goneUs[index] ?? plan.clock.nowUs();
    const { fault, request, notify } = plan;
    notify({ kind: "injected", fault, port: request.port, tUs, target, signal });
  }
  return goneUs;
}

/** Before anybody waits for a blow that cannot come; a `fault` error. */
export function assertKnown(system: System, signal: CrashSignal | "SIGTERM"): void {
  if (system.signals.includes(signal) && numberOf(signal) !== undefined) return;
  const known = system.signals.join(", ");
  throw new DfsError(
    "fault",
    `Cannot send ${signal} as this system does not know it: it has ${known}, ` +
      "which dfs fault crash sends",
  );
}

/** A signal that the system does not have, or that the target cannot notice, proves nothing. */
export function assertEffective(
  system: System,
  { process }: Target,
  signal: CrashSignal | "SIGTERM",
): void {
  assertKnown(system, signal);
  const cannot = `Cannot send ${signal} to ${formatProcess(process)}`;
  const isHeld = process.state === "stopped" && signal !== "SIGKILL";
  const reason = isHeld
    ? "it is suspended, and would take that only when it is resumed"
    : system.dropsSignal(process, signal);
  if (reason === undefined) return;
  throw new DfsError("fault", `${cannot} as ${reason}; only SIGKILL (dfs fault crash) ends it`);
}

/** Returns the instant at which the process was seen gone. */
async function killTarget(
  plan: Plan,
  system: System,
  { target, signal }: { readonly target: Target; readonly signal: CrashSignal },
): Promise<number> {
  const { process } = target;
  const { clock, ledger, run, request } = plan;
  await assertLives(system, target);
  system.kill(process, signal);
  const gone = await observe(process, ["gone"], { system, clock, cheaply: true });
  if (gone === undefined) throw survived(system, target, signal);
  const { port } = request;
  ledger.append(faultRecord("crash", { phase: "begin", tUs: gone.tUs, run, port, process }));
  return gone.tUs;
}

function survived(system: System, { process }: Target, signal: CrashSignal): DfsError {
  const remedy =
    signal === "SIGKILL"
      ? "the kernel ends it once it no longer waits for a device (state D)"
      : "it handles or blocks that signal, or is suspended: leave --signal out for SIGKILL, " +
        "which nothing survives, or use dfs fault drain, which waits longer";
  return new DfsError(
    "fault",
    `Cannot prove that ${formatProcess(process)} was killed: it is still there ` +
      `${system.proofWithinMs / 1000} s after its ${signal}; ${remedy}`,
  );
}

async function provePortLeft(
  { clock, request: { port } }: Plan,
  system: System,
  targets: readonly Target[],
): Promise<void> {
  const isLeft = async () => {
    const looks = targets.map(({ process }) => system.listensOn(process, port));
    return !(await Promise.all(looks)).includes(true);
  };
  const limits = { withinMs: system.proofWithinMs, everyMs: system.pollEveryMs };
  if (await waitUntil(clock, isLeft, limits)) return;
  const pids = targets.map(({ process }) => process.pid).join(", ");
  throw new DfsError(
    "fault",
    `Cannot prove that port ${port} was closed: pid ${pids} is gone, ` +
      "but is still listed as its listener",
  );
}
