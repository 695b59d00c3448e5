import { sleep, wallClockUs } from "../base/clock.ts";
import { DfsError } from "../base/errors.ts";
import { freshId } from "../base/random.ts";
import { awaitBlow, type Plan, takeAim, warn } from "./aim.ts";
import { claimTargets } from "./claims.ts";
import type { FaultName } from "./fault-kinds.ts";
import type { FaultOptions, FaultResult, StallRequest } from "./fault-request.ts";
import { type EndingCause, Guardian } from "./guardian.ts";
import { hostSystem } from "./host-system.ts";
import { formatProcess, type ProcessFacts, type ProcessState } from "./process-facts.ts";
import { allSettled, assertLives } from "./prove.ts";
import { ownRoster } from "./roster.ts";
import { type RunningFault, refOf } from "./running-fault.ts";
import type { Suspension, System } from "./system.ts";
import type { Target } from "./target.ts";
import { startWatchdogProcess } from "./watchdog-process.ts";

/** What a fault that suspends works with once it is guarded. */
export interface Stage<R extends StallRequest> extends Plan {
  readonly request: R;
  readonly system: System;
  /** Aborted by an interrupt, by a request, or when another target failed: resume at once. */
  readonly signal: AbortSignal;
  readonly wallUs: () => number;
  /** Whatever happens, what this suspends is resumed, even when this process exits in between. */
  suspend(process: ProcessFacts): Suspension;
  /** The effect is on record, and ends `durationMs` after `tUs`. */
  begun(target: Target, tUs: number): void;
  /**
   * When the watchdog saw the target running, if it was earlier than `resumedUs`; told to people.
   * `mayBeUnread`: its word may still wait to be read.
   */
  resumedBefore(
    target: Target,
    resumedUs: number,
    mayBeUnread: boolean,
  ): Promise<number | undefined>;
}

/** The whole course of one target; returns how it was seen last. */
type Play<R extends StallRequest> = (
  stage: Stage<R>,
  target: Target,
) => Promise<"running" | "gone">;

/**
 * The frame of every fault that suspends: finds its targets, has them guarded by a watchdog, plays
 * on each, and leaves none suspended. Rejects with a `fault` error when there is no target, it may
 * not be hit, it cannot be guarded (then nothing was suspended), or an effect is not seen in time.
 */
export async function injectSuspending<R extends StallRequest>(
  fault: FaultName,
  request: R,
  options: FaultOptions,
  play: Play<R>,
): Promise<FaultResult> {
  const system = options.system ?? (await hostSystem(options.clock));
  const plan: Plan & { request: R; system: System } = { ...options, fault, request, system };
  const guardian = new Guardian({
    startWatchdog: options.startWatchdog ?? startWatchdogProcess,
    clock: options.clock,
    ledgerPath: options.ledgerPath,
    warn: (reason, message) => warn(plan, reason, message),
  });
  let claimedId: string | undefined;
  try {
    // On Windows a look at a process takes a second: not between the watchdog and the blow.
    const self = system.inspect([process.pid]);
    self.catch(() => undefined);
    const aim = await takeAim(plan);
    const targets = await awaitBlow(plan, aim, async (targets) => {
      const blowInUs = Math.max(0, aim.blowUs - options.clock.nowUs());
      const sinceUs = wallOf(plan)() + blowInUs;
      const mine = describe(plan, targets, sinceUs, (await self).get(process.pid));
      await claimTargets(plan, mine);
      claimedId = mine.id;
      await guardian.guard(mine);
    });
    if (targets === undefined) return { outcome: "interrupted", targets: [] };
    return await playAll(plan, guardian, targets, play);
  } finally {
    await guardian.release();
    if (claimedId !== undefined) (options.roster ?? ownRoster()).disclaim(claimedId);
  }
}

function wallOf({ wallUs = wallClockUs }: FaultOptions): () => number {
  return wallUs;
}

function describe(
  plan: Plan & { request: StallRequest },
  targets: readonly Target[],
  sinceUs: number,
  self: ProcessFacts | undefined,
): RunningFault {
  const { fault, request, run } = plan;
  const unknown = { pid: process.pid, identity: "", name: "dfs", uid: undefined, user: "" };
  return {
    ...{ id: freshId(idLength), fault, port: request.port, run, sinceUs },
    untilUs: sinceUs + request.durationMs * 1000,
    targets: targets.map((target) => refOf(target.process)),
    injector: self === undefined ? unknown : refOf(self),
    watchdog: undefined,
  };
}

/** Short enough to be typed, and 60 million of them. */
const idLength = 5;

async function playAll<R extends StallRequest>(
  plan: Plan & { request: R; system: System },
  guardian: Guardian,
  targets: readonly Target[],
  play: Play<R>,
): Promise<FaultResult> {
  const suspensions = new Map<number, Suspension>();
  const undo = () => undoAll([...suspensions.values()]);
  process.on("exit", undo);
  // One target that cannot be hit ends the fault of the others, in order.
  const failed = new AbortController();
  const wallUs = wallOf(plan);
  const stage: Stage<R> = {
    ...plan,
    signal: AbortSignal.any([plan.signal, failed.signal, guardian.ending]),
    wallUs,
    suspend(target) {
      const suspension = plan.system.suspend(target);
      suspensions.set(target.pid, suspension);
      return suspension;
    },
    begun({ process: { pid } }, tUs) {
      const remainingUs = tUs + plan.request.durationMs * 1000 - plan.clock.nowUs();
      guardian.begun(pid, wallUs() + Math.round(remainingUs));
    },
    async resumedBefore({ process }, resumedUs, mayBeUnread) {
      const tUs = await guardian.resumedUs(process.pid, mayBeUnread);
      if (tUs === undefined || tUs >= resumedUs) return undefined;
      const message = `${formatProcess(process)} was resumed by the watchdog as dfs was held up`;
      // One that was told to end says so itself.
      if (guardian.ending.reason !== "terminated") warn(plan, "resumed-by-watchdog", message);
      return tUs;
    },
  };
  const courses = targets.map(async (target) => {
    try {
      await assertLives(plan.system, target);
      return await play(stage, target);
    } catch (error) {
      failed.abort();
      throw error;
    }
  });
  try {
    return { outcome: outcomeOf(plan, guardian, await allSettled(courses)), targets };
  } finally {
    undo();
    process.off("exit", undo);
  }
}

function outcomeOf(
  plan: Plan,
  { ending }: Guardian,
  ends: readonly ("running" | "gone")[],
): FaultResult["outcome"] {
  if (plan.signal.aborted) return "interrupted";
  const cause: EndingCause | undefined = ending.reason;
  if (cause instanceof DfsError) throw cause;
  const what = `the ${plan.fault} of port ${plan.request.port}`;
  if (cause === "asked") {
    warn(plan, "undone-early", `dfs fault undo ended ${what} before its time`);
    return "undone";
  }
  if (cause === "terminated") {
    warn(plan, "undone-early", `Its watchdog was told to end, which ended ${what} before its time`);
    return "undone";
  }
  return ends.includes("gone") ? "target-gone" : "done";
}

/**
 * Waits until `untilUs`, or until the signal or the end of the fault by the wall clock; looks at
 * the target meanwhile, and returns at once when it is in a state of `unless`.
 */
export async function waitWatching<T extends ProcessState>(
  { clock, signal, system, wallUs }: Stage<StallRequest>,
  process: ProcessFacts,
  until: { readonly untilUs: number; readonly wallEndUs: number },
  unless: readonly T[],
): Promise<T | undefined> {
  const isOver = () =>
    signal.aborted || clock.nowUs() >= until.untilUs || wallUs() >= until.wallEndUs;
  while (!isOver()) {
    const remainingMs = (until.untilUs - clock.nowUs()) / 1000;
    await sleep(clock, Math.min(remainingMs, system.watchEveryMs), signal);
    if (isOver()) break;
    const state = await system.glance(process);
    const match = unless.find((candidate) => candidate === state);
    if (match !== undefined) return match;
  }
  return undefined;
}

/** Resumes every one, whatever the others say. */
function undoAll(suspensions: readonly Suspension[]): void {
  const errors: unknown[] = [];
  for (const suspension of suspensions) {
    try {
      suspension.resume();
    } catch (error) {
      errors.push(error);
    }
  }
  if (errors.length > 0) throw errors[0];
}
