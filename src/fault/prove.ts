import { type Clock, waitUntil } from "../base/clock.ts";
import { DfsError } from "../base/errors.ts";
import { formatProcess, type ProcessFacts, type ProcessState } from "./process-facts.ts";
import type { System } from "./system.ts";
import type { Target } from "./target.ts";

export interface Observation<T> {
  readonly state: T;
  /** When it was seen. */
  readonly tUs: number;
}

/**
 * Looks until the process is in one of `wanted`; undefined when that does not happen within
 * system.proofWithinMs, or before the signal.
 */
export async function observe<T extends ProcessState>(
  process: ProcessFacts,
  wanted: readonly T[],
  tools: { system: System; clock: Clock; cheaply?: boolean; signal?: AbortSignal },
): Promise<Observation<T> | undefined> {
  const { system, clock, cheaply = false, signal } = tools;
  let seen: Observation<T> | undefined;
  const look = async () => {
    const state = await (cheaply ? system.glance(process) : system.stateOf(process));
    const tUs = clock.nowUs();
    const match = wanted.find((candidate) => candidate === state);
    if (match !== undefined) seen = { state: match, tUs };
    return match !== undefined || signal?.aborted === true;
  };
  await waitUntil(clock, look, { withinMs: system.proofWithinMs, everyMs: system.pollEveryMs });
  return seen;
}

/**
 * The last look before the blow: what has ended by itself since it was resolved, or has left its
 * pid to another process, is not hit, and its end is not claimed.
 */
export async function assertLives(system: System, { process }: Target): Promise<void> {
  if ((await system.glance(process)) !== "gone") return;
  throw new DfsError(
    "fault",
    `Cannot hit ${formatProcess(process)} as it ended by itself just before the blow`,
  );
}

/** The fulfilled results in order; rejects with the first failure, once all have settled. */
export async function allSettled<T>(promises: readonly Promise<T>[]): Promise<T[]> {
  const results = await Promise.allSettled(promises);
  return results.map((result) => {
    if (result.status === "rejected") throw result.reason;
    return result.value;
  });
}
