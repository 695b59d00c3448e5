import { isCrash, type ProcessEnd } from "./process-end.ts";

export type RestartMode = "never" | "on-crash";

/** A replica that ran this long before it crashed starts over with the shortest pause. */
export const stableAfterMs = 10_000;
/** Pauses grow up to this, unless the first is already longer. */
export const pauseMaxMs = 60_000;
/** A first pause of 0 must not become a loop that starts processes as fast as they die. */
const growingFromMs = 250;

export interface RestartQuestion {
  readonly mode: RestartMode;
  /** The pause before the first restart. */
  readonly delayMs: number;
  readonly end: ProcessEnd;
  /** How long the replica had been running. */
  readonly ranMs: number;
  /** Crashes in a row before this one. */
  readonly earlierCrashCount: number;
}

export type RestartDecision =
  | { readonly restart: false }
  | {
      readonly restart: true;
      readonly delayMs: number;
      /** Crashes in a row, this one included. */
      readonly crashCount: number;
    };

/**
 * Whether and when a replica that has ended is started again: the pause doubles with each crash in
 * a row.
 */
export function decideRestart(question: RestartQuestion): RestartDecision {
  const { mode, delayMs, end, ranMs, earlierCrashCount } = question;
  if (mode === "never" || !isCrash(end)) return { restart: false };
  const crashCount = ranMs >= stableAfterMs ? 1 : earlierCrashCount + 1;
  if (crashCount === 1) return { restart: true, delayMs, crashCount };
  const grownMs = Math.max(delayMs, growingFromMs) * 2 ** (crashCount - 1);
  return { restart: true, delayMs: Math.min(grownMs, Math.max(pauseMaxMs, delayMs)), crashCount };
}
