import { limits } from "../base/limits.ts";
import type { FaultName } from "./fault-kinds.ts";
import type { UndoReason } from "./watchdog-words.ts";

/** Everything a watchdog's next step depends on. */
export interface WatchdogSituation {
  /** What it guards; undefined before it was told. */
  readonly guarded: FaultName | undefined;
  /** Every target's suspension is on record, or was seen. */
  readonly isBegun: boolean;
  /** To the planned end; negative when that has passed. */
  readonly remainingMs: number;
  /** Told that the fault is undone. */
  readonly isReleased: boolean;
  readonly isInjectorGone: boolean;
  /** SIGTERM. */
  readonly isTerminated: boolean;
  /** Since an undo was asked for; undefined: it was not. */
  readonly askedForMs: number | undefined;
  /** Since when every target has been seen running (or gone), without one seen suspended. */
  readonly runningForMs: number;
}

export type WatchdogStep =
  | { readonly kind: "wait"; readonly forMs: number }
  | { readonly kind: "leave" }
  | { readonly kind: "undo"; readonly reason: UndoReason };

/**
 * Its whole judgement: while the injector lives it waits, unless that fails to act: it may be
 * suspended itself, or dying, which takes a busy system a while. `pollEveryMs`:
 * how often to look for the suspension, from which the planned end counts.
 */
export function nextStep(situation: WatchdogSituation, pollEveryMs: number): WatchdogStep {
  const { guarded, remainingMs, askedForMs, isInjectorGone } = situation;
  if (situation.isReleased) return { kind: "leave" };
  if (guarded === undefined) {
    if (isInjectorGone || situation.isTerminated) return { kind: "leave" };
    return { kind: "wait", forMs: limits.watchdogIdleLookMs };
  }
  const lookMs = situation.isBegun ? limits.watchdogLookMs : pollEveryMs;
  if (situation.isTerminated) return { kind: "undo", reason: "terminated" };
  if (!isInjectorGone) {
    const graceMs = situation.isBegun ? limits.watchdogOverdueMs : limits.watchdogUnbegunMs;
    const answerMs = limits.watchdogAskedMs;
    if (remainingMs <= -graceMs) return { kind: "undo", reason: "overdue" };
    if (askedForMs !== undefined && askedForMs >= answerMs)
      return { kind: "undo", reason: "asked" };
    const dueMs = Math.max(remainingMs + graceMs, 1);
    return { kind: "wait", forMs: Math.min(dueMs, lookMs) };
  }
  if (askedForMs !== undefined) return { kind: "undo", reason: "asked" };
  if (guarded !== "stall") return { kind: "undo", reason: "injector-gone" };
  if (remainingMs <= 0) return { kind: "undo", reason: "planned-end" };
  if (situation.runningForMs >= limits.watchdogSettleMs) return { kind: "leave" };
  return { kind: "wait", forMs: Math.min(remainingMs, lookMs) };
}
