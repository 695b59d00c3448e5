import { type Clock, waitUntil } from "../base/clock.ts";
import { DfsError } from "../base/errors.ts";
import { limits } from "../base/limits.ts";
import { formatProcess, type ProcessFacts, type ProcessState } from "./process-facts.ts";
import { observe } from "./prove.ts";
import type { Roster } from "./roster.ts";
import { factsOf, type ProcessRef, type RunningFault } from "./running-fault.ts";
import type { System } from "./system.ts";

/** A fault of the roster beside what lives of it now. */
export interface FaultStatus {
  readonly fault: RunningFault;
  readonly isInjectorAlive: boolean;
  readonly isWatchdogAlive: boolean;
  /** Of `fault.targets`, in their order. */
  readonly targetStates: readonly ProcessState[];
}

export interface FaultTools {
  readonly roster: Roster;
  readonly system: System;
  readonly clock: Clock;
}

/**
 * The faults that run, by their begin. An entry of which nothing is left (nobody who would undo it,
 * and nothing suspended) is dropped.
 */
export async function runningFaults({
  roster,
  system,
}: Pick<FaultTools, "roster" | "system">): Promise<readonly FaultStatus[]> {
  const faults = roster.list();
  const refs = faults.flatMap(({ targets, injector, watchdog }) => [
    ...targets,
    injector,
    ...(watchdog === undefined ? [] : [watchdog]),
  ]);
  // One look at all of them, as it takes a second on some systems.
  const found = await system.inspect([...new Set(refs.map(({ pid }) => pid))]);
  const statuses = faults.map((fault) => ({
    fault,
    isInjectorAlive: stateIn(found, fault.injector) !== "gone",
    isWatchdogAlive: fault.watchdog !== undefined && stateIn(found, fault.watchdog) !== "gone",
    targetStates: fault.targets.map((target) => stateIn(found, target)),
  }));
  const isOver = (status: FaultStatus) =>
    !status.isInjectorAlive && !status.isWatchdogAlive && !status.targetStates.includes("stopped");
  for (const { fault } of statuses.filter(isOver)) roster.remove(fault.id);
  return statuses.filter((status) => !isOver(status));
}

function stateIn(found: ReadonlyMap<number, ProcessFacts>, ref: ProcessRef): ProcessState {
  const now = found.get(ref.pid);
  return now === undefined || now.identity !== ref.identity ? "gone" : now.state;
}

/**
 * Ends a fault at once: asks its injector, else its watchdog, and resumes the targets itself where
 * both are dead or do not answer. Resolves to the targets' states when none is suspended any more;
 * rejects with a `fault` error when one does not resume.
 */
export async function undoFault(
  { fault, isInjectorAlive, isWatchdogAlive }: FaultStatus,
  { roster, system, clock }: FaultTools,
): Promise<readonly ("running" | "gone")[]> {
  if (isInjectorAlive || isWatchdogAlive) {
    roster.askUndo(fault.id);
    const bound = { withinMs: limits.undoAnswerMs, everyMs: limits.undoLookMs };
    await waitUntil(clock, () => !roster.has(fault.id), bound);
  }
  const states = await Promise.all(
    fault.targets.map((target) => resumed(factsOf(target), { system, clock })),
  );
  roster.remove(fault.id);
  return states;
}

async function resumed(
  process: ProcessFacts,
  { system, clock }: Pick<FaultTools, "system" | "clock">,
): Promise<"running" | "gone"> {
  if ((await system.stateOf(process)) === "stopped") system.claim(process).resume();
  const seen = await observe(process, ["running", "gone"], { system, clock });
  if (seen !== undefined) return seen.state;
  throw new DfsError(
    "fault",
    `Cannot resume ${formatProcess(process)}: it is still suspended; resume it with ` +
      system.resumeByHand(process.pid),
  );
}
