import { sleep } from "../base/clock.ts";
import { DfsError } from "../base/errors.ts";
import { awaitBlow, type Plan, takeAim, warn } from "./aim.ts";
import { faultRecord } from "./fault-record.ts";
import type { FaultOptions, FaultResult, StallRequest } from "./fault-request.ts";
import { formatProcess } from "./process-facts.ts";
import { allSettled, assertLives, type Observation, observe } from "./prove.ts";
import type { Suspension, System } from "./system.ts";
import type { Target } from "./target.ts";

interface StallPlan extends Plan {
  readonly request: StallRequest;
  readonly system: System;
}

/**
 * Suspends the process that listens on the port and resumes it after `durationMs`, or at once when
 * the signal is aborted. Resolves when it is seen running again. Rejects with a `fault` error when
 * there is no target, it may not be hit, or an effect is not seen in time; whatever happens, what
 * was suspended is resumed, even when this process exits in between (but not when it is killed).
 */
export async function injectStall(
  request: StallRequest,
  options: FaultOptions,
): Promise<FaultResult> {
  const fault = "stall";
  const aim = await takeAim({ ...options, fault, request });
  const targets = await awaitBlow({ ...options, fault, request }, aim);
  if (targets === undefined) return { outcome: "interrupted", targets: [] };
  const suspensions: Suspension[] = [];
  const undo = () => undoAll(suspensions);
  process.on("exit", undo);
  // One target that cannot be stalled ends the stall of the others, in order.
  const failed = new AbortController();
  const signal = AbortSignal.any([options.signal, failed.signal]);
  const plan: StallPlan = { ...options, fault, request, signal, system: aim.system };
  const stalls = targets.map(async (target) => {
    try {
      warnOfKill(plan, target);
      await assertLives(plan.system, target);
      const suspension = plan.system.suspend(target.process);
      suspensions.push(suspension);
      return await stallTarget(plan, target, suspension);
    } catch (error) {
      failed.abort();
      throw error;
    }
  });
  try {
    const ends = await allSettled(stalls);
    if (options.signal.aborted) return { outcome: "interrupted", targets };
    return { outcome: ends.includes("gone") ? "target-gone" : "done", targets };
  } finally {
    undo();
    process.off("exit", undo);
  }
}

/** The whole stall of one target, which has just been suspended; returns how it ended. */
async function stallTarget(
  plan: StallPlan,
  target: Target,
  suspension: Suspension,
): Promise<"running" | "gone"> {
  const { clock, signal } = plan;
  let resumedUs: number | undefined;
  const resume = () => {
    const wasThere = suspension.resume();
    resumedUs ??= clock.nowUs();
    return { wasThere, resumedUs };
  };
  // Not only when the wait is over, but at once, even amid a proof that takes its time.
  signal.addEventListener("abort", resume, { once: true });
  try {
    const begun = await proveSuspended(plan, target);
    if (begun !== undefined) return await sitOut(plan, target, { begun, resume });
    return (await proveResumed(plan, target, resume().resumedUs)).state;
  } finally {
    signal.removeEventListener("abort", resume);
  }
}

interface Stall {
  readonly begun: Observation<"stopped">;
  readonly resume: () => { wasThere: boolean; resumedUs: number };
}

/** From the proof that the target is suspended to the proof that it runs again. */
async function sitOut(
  plan: StallPlan,
  target: Target,
  { begun, resume }: Stall,
): Promise<"running" | "gone"> {
  const { process } = target;
  const { ledger, run, notify, request } = plan;
  const about = { fault: "stall", port: request.port, target } as const;
  const record = { run, port: request.port, process };
  ledger.append(faultRecord("stall", { phase: "begin", tUs: begun.tUs, ...record }));
  notify({ kind: "started", ...about, tUs: begun.tUs, durationMs: request.durationMs });

  const held = await hold(plan, target, begun.tUs + request.durationMs * 1000);
  if (held === "running") {
    const message = `${formatProcess(process)} was resumed by someone else before its time`;
    warn(plan, "resumed-by-others", message);
  }
  const { wasThere, resumedUs } = resume();
  const ended = wasThere
    ? await proveResumed(plan, target, resumedUs)
    : ({ state: "gone", tUs: resumedUs } as const);
  ledger.append(faultRecord("stall", { phase: "end", tUs: ended.tUs, ...record }));
  const stalledMs = (ended.tUs - begun.tUs) / 1000;
  const kind = ended.state === "gone" ? "target-gone" : "recovered";
  notify({ kind, ...about, tUs: ended.tUs, stalledMs });
  return ended.state;
}

/** Undefined: the signal came before the proof. */
async function proveSuspended(
  { system, clock, signal }: StallPlan,
  { process }: Target,
): Promise<Observation<"stopped"> | undefined> {
  const suspendedUs = clock.nowUs();
  const seen = await observe(process, ["stopped", "gone"], { system, clock, signal });
  if (seen?.state === "stopped") {
    return { state: "stopped", tUs: system.actsAtOnce ? suspendedUs : seen.tUs };
  }
  if (seen === undefined && signal.aborted) return undefined;
  const reason =
    seen === undefined
      ? `it still runs after ${system.proofWithinMs / 1000} s; the suspension was taken back`
      : "it died in that moment";
  throw new DfsError(
    "fault",
    `Cannot prove that ${formatProcess(process)} was suspended: ${reason}`,
  );
}

/** Waits until `untilUs`, the signal, or the end of the suspension by other hands. */
async function hold(
  { clock, signal, system }: StallPlan,
  { process }: Target,
  untilUs: number,
): Promise<"stopped" | "running" | "gone"> {
  while (!signal.aborted && clock.nowUs() < untilUs) {
    const remainingMs = (untilUs - clock.nowUs()) / 1000;
    await sleep(clock, Math.min(remainingMs, system.watchEveryMs), signal);
    if (signal.aborted || clock.nowUs() >= untilUs) break;
    const state = await system.glance(process);
    if (state === "running" || state === "gone") return state;
  }
  return "stopped";
}

async function proveResumed(
  { system, clock }: StallPlan,
  { process }: Target,
  resumedUs: number,
): Promise<Observation<"running" | "gone">> {
  const seen = await observe(process, ["running", "gone"], { system, clock });
  if (seen === undefined) {
    throw new DfsError(
      "fault",
      `Cannot prove that ${formatProcess(process)} runs again: it is still suspended ` +
        `${system.proofWithinMs / 1000} s after it was resumed; resume it with ` +
        system.resumeByHand(process.pid),
    );
  }
  const isAtOnce = system.actsAtOnce && seen.state === "running";
  return isAtOnce ? { state: seen.state, tUs: resumedUs } : seen;
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

function warnOfKill(plan: StallPlan, { process }: Target): void {
  warn(
    plan,
    "no-watchdog",
    `If dfs itself is killed (SIGKILL) meanwhile, ${formatProcess(process)} stays suspended; ` +
      `resume it by hand then: ${plan.system.resumeByHand(process.pid)}`,
  );
}
