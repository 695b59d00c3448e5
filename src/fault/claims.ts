import { DfsError } from "../base/errors.ts";
import type { FaultName } from "./fault-kinds.ts";
import type { FaultRequest } from "./fault-request.ts";
import { formatProcess, type ProcessFacts } from "./process-facts.ts";
import { ownRoster, type Roster } from "./roster.ts";
import { factsOf, type RunningFault } from "./running-fault.ts";
import { runningFaults } from "./running-faults.ts";
import type { System } from "./system.ts";

/** The fault that wants a target, and what it works with. */
interface Claimant {
  readonly fault: FaultName;
  readonly request: FaultRequest;
  readonly system: System;
  readonly roster?: Roster | undefined;
}

type Whom = Pick<ProcessFacts, "pid" | "identity">;

/**
 * Takes all targets of `mine`, or none: two faults that suspend one process would resume it for
 * each other. Rejects with a `fault` error when another fault has one. Also those count that are on
 * their way to a watchdog, and so in no list yet.
 */
export async function claimTargets(plan: Claimant, mine: RunningFault): Promise<void> {
  const { roster = ownRoster(), system } = plan;
  try {
    // Always in the same order, so that of two faults with two targets each one gets both.
    for (const target of mine.targets.toSorted((a, b) => a.pid - b.pid)) {
      let holder = roster.claim(mine, target.pid);
      while (holder !== undefined) {
        if (await holds(holder, target, system)) throw taken(plan, holder, target);
        roster.breakClaim(holder, target.pid);
        holder = roster.claim(mine, target.pid);
      }
    }
    await assertFree(plan, mine.targets);
  } catch (error) {
    roster.disclaim(mine.id);
    throw error;
  }
}

/** A `fault` error when a fault that runs has one of `targets`. */
export async function assertFree(plan: Claimant, targets: readonly Whom[]): Promise<void> {
  const { roster = ownRoster(), system } = plan;
  for (const { fault } of await runningFaults({ roster, system })) {
    const held = targets.find((target) => hasTarget(fault, target));
    if (held !== undefined) throw taken(plan, fault, held);
  }
}

function hasTarget({ targets }: RunningFault, whom: Whom): boolean {
  return targets.some(({ pid, identity }) => pid === whom.pid && identity === whom.identity);
}

/** A claim is worth something while its injector lives; then the list says whose the target is. */
async function holds(holder: RunningFault, target: Whom, system: System): Promise<boolean> {
  if (!hasTarget(holder, target)) return false;
  const { pid, identity } = holder.injector;
  return (await system.inspect([pid])).get(pid)?.identity === identity;
}

function taken({ fault, request }: Claimant, other: RunningFault, { pid }: Whom): DfsError {
  const [named] = other.targets.filter((target) => target.pid === pid).map(factsOf);
  const what = named === undefined ? `pid ${pid}` : formatProcess(named);
  return new DfsError(
    "fault",
    `Cannot ${fault} the listener of port ${request.port} as the ${other.fault} ${other.id} ` +
      `has ${what} already: dfs fault undo ${other.id} ends that`,
  );
}
