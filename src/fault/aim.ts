import { sleep } from "../base/clock.ts";
import { DfsError } from "../base/errors.ts";
import { limits } from "../base/limits.ts";
import type { WarningReason } from "./aim-event.ts";
import { assertFree } from "./claims.ts";
import { type FaultName, faultKinds } from "./fault-kinds.ts";
import type { FaultOptions, FaultRequest } from "./fault-request.ts";
import { hostSystem } from "./host-system.ts";
import {
  formatCommand,
  formatProcess,
  isSameProcess,
  type ProcessFacts,
  runsSameCommand,
} from "./process-facts.ts";
import type { Resolution } from "./situation.ts";
import { survey } from "./survey.ts";
import type { System } from "./system.ts";
import type { Target } from "./target.ts";

/** A fault, whom it is meant for, and what it works with. */
export interface Plan extends FaultOptions {
  readonly fault: FaultName;
  readonly request: FaultRequest;
}

/** A fault that has found and shown its targets, and waits for its blow. */
export interface Aim {
  readonly system: System;
  /** Empty when nothing listened yet at the start of a delay. */
  readonly targets: readonly Target[];
  readonly blowUs: number;
  /** How long it took to resolve. */
  readonly surveyMs: number;
}

/**
 * Resolves and shows the targets. With a delay an empty port is only a warning, since a replica may
 * be on its way; every other refusal is a `fault` error at once.
 */
export async function takeAim(plan: Plan): Promise<Aim> {
  const { fault, request, clock } = plan;
  const startUs = clock.nowUs();
  const blowUs = startUs + request.delayMs * 1000;
  const system = plan.system ?? (await hostSystem(clock));
  const resolution = await survey(fault, request, system);
  const surveyMs = (clock.nowUs() - startUs) / 1000;
  if (resolution.kind === "targets") {
    const { like = [] } = request;
    if (like.length > 0) for (const target of resolution.targets) assertLike(plan, like, target);
    show(plan, resolution);
    return { system, targets: resolution.targets, blowUs, surveyMs };
  }
  if (resolution.reason !== "nothing-listens" || request.delayMs === 0) {
    return await refuse(plan, system, resolution);
  }
  const message = `${resolution.message}; it is looked up again when the delay is over`;
  warn(plan, "port-empty", message);
  return { system, targets: [], blowUs, surveyMs };
}

/**
 * Waits for the blow and resolves again in time for it, when there is a delay. Undefined: the
 * signal came first. A `fault` error when another process owns the port by then that does not run
 * the same program with the same arguments.
 * `prepare` is called shortly before the blow with those it will hit.
 */
export async function awaitBlow(
  plan: Plan,
  aim: Aim,
  prepare?: (targets: readonly Target[]) => Promise<void>,
): Promise<readonly Target[] | undefined> {
  const { fault, request, clock, signal } = plan;
  if (signal.aborted) return undefined;
  // Just resolved: a second look would only delay the blow.
  if (request.delayMs === 0) {
    if (prepare !== undefined) await prepare(aim.targets);
    return signal.aborted ? undefined : aim.targets;
  }
  const sleepUntil = (tUs: number) => sleep(clock, (tUs - clock.nowUs()) / 1000, signal);
  const prepareMs = prepare === undefined ? 0 : limits.blowPrepareMs;
  await sleepUntil(aim.blowUs - (aim.surveyMs + prepareMs) * 1000);
  if (signal.aborted) return undefined;
  const resolution = await survey(fault, request, aim.system);
  if (signal.aborted) return undefined;
  if (resolution.kind === "refused") return await refuse(plan, aim.system, resolution);
  const expected = aim.targets.map(({ process }) => process);
  if (expected.length === 0) show(plan, resolution);
  else {
    for (const target of resolution.targets) {
      if (assertLike(plan, expected, target) === "same") continue;
      const now = `${formatProcess(target.process)}, command: ${formatCommand(target.process)}`;
      const message = `The port has passed to a process of the same command: ${now}`;
      warn(plan, "target-replaced", message);
    }
  }
  if (prepare !== undefined) await prepare(resolution.targets);
  await sleepUntil(aim.blowUs);
  return signal.aborted ? undefined : resolution.targets;
}

/** A target that a fault of ours has suspended is refused by that fault's name. */
async function refuse(
  plan: Plan,
  system: System,
  { reason, message, targets = [] }: Extract<Resolution, { kind: "refused" }>,
): Promise<never> {
  const processes = targets.map(({ process }) => process);
  if (reason === "already-stopped") await assertFree({ ...plan, system }, processes);
  throw new DfsError("fault", message);
}

/** Asserts that `target` is one of those shown (`same`), or the successor of one. */
function assertLike(
  plan: Plan,
  shown: readonly ProcessFacts[],
  target: Target,
): "same" | "successor" {
  if (shown.some((process) => isSameProcess(process, target.process))) return "same";
  if (shown.some((process) => runsSameCommand(process, target.process))) return "successor";
  const [now, ...before] = [target.process, ...shown].map(
    (process) => `${formatProcess(process)}, command: ${formatCommand(process)}`,
  );
  throw new DfsError(
    "fault",
    `Cannot ${plan.fault} the listener of port ${plan.request.port} as the port changed hands ` +
      `since, and only a process that runs the same program with the same arguments may be ` +
      `hit instead: now it is ${now}; shown was ${[...new Set(before)].join("; ")}`,
  );
}

function show(plan: Plan, { targets, notices }: Extract<Resolution, { kind: "targets" }>): void {
  const { fault, request, clock, notify } = plan;
  notify({ kind: "resolved", tUs: clock.nowUs(), fault, port: request.port, targets });
  for (const { reason, message } of notices) warn(plan, reason, message);
  if (!faultKinds[fault].suspends) return;
  for (const { process } of targets.filter((target) => target.process.leadsForegroundJob)) {
    warn(
      plan,
      "foreground-job",
      `${formatProcess(process)} leads the foreground job of a terminal: its shell takes the ` +
        "prompt back when it is suspended; type fg there afterwards",
    );
  }
}

/** Tells whoever shows the fault, in one line. */
export function warn(plan: Plan, reason: WarningReason, message: string): void {
  const { fault, request, clock, notify } = plan;
  notify({ kind: "warned", tUs: clock.nowUs(), fault, port: request.port, reason, message });
}
