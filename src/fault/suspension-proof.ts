import type { Clock } from "../base/clock.ts";
import { DfsError } from "../base/errors.ts";
import { formatProcess } from "./process-facts.ts";
import { type Observation, observe } from "./prove.ts";
import type { System } from "./system.ts";
import type { Target } from "./target.ts";

interface Tools {
  readonly system: System;
  readonly clock: Clock;
}

/** Of a target that was just suspended. Undefined: the signal came before the proof. */
export async function proveSuspended(
  { system, clock, signal }: Tools & { readonly signal: AbortSignal },
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

/** Of a target that was resumed at `resumedUs`. */
export async function proveResumed(
  { system, clock }: Tools,
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
