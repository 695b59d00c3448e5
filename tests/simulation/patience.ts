import { limits } from "../../src/base/limits.ts";
import type { SpanModel } from "./draws.ts";
import type { Fault } from "./faults.ts";
import type { History } from "./history.ts";
import type { Schedule } from "./schedule.ts";

/**
 * From when on a replica is as good as new in the span that begins at `fromUs`, and until when: the
 * instants between which a client has no excuse not to use it. Undefined: never before `toUs`.
 */
export function finePeriod(
  history: History,
  replica: number,
  { fromUs, toUs }: { fromUs: number; toUs: number },
): { readonly fromUs: number; readonly toUs: number } | undefined {
  const { schedule, startUs } = history;
  let fineUs = Math.max(fromUs, startUs + returnMs(schedule) * 1000);
  for (const fault of schedule.faults) {
    if (fault.replica !== replica) continue;
    const beginUs = startUs + fault.atMs * 1000;
    const endUs = faultEndUs(history, fault) + aftermathMs(schedule, fault) * 1000;
    if (beginUs <= fineUs && endUs > fineUs) fineUs = endUs;
    // The latest period counts: an earlier one may be too short to be of use.
    else if (beginUs > fineUs && beginUs < toUs && endUs < toUs) fineUs = endUs;
    else if (beginUs > fineUs && beginUs < toUs) return { fromUs: fineUs, toUs: beginUs };
  }
  return fineUs < toUs ? { fromUs: fineUs, toUs } : undefined;
}

/** A half-open connection ends when the client, by its silence alone, has got a new one. */
function faultEndUs(history: History, { effect, replica, atMs, untilMs }: Fault): number {
  const { readyUs, startUs } = history;
  const endUs = startUs + untilMs * 1000;
  if (effect.kind === "application") return heardUs(history, endUs);
  if (effect.kind !== "half-open") return endUs;
  const atUs = startUs + atMs * 1000;
  return readyUs[replica]?.find((tUs) => tUs > atUs) ?? Number.POSITIVE_INFINITY;
}

/** A status stands behind the messages: a stream that is paused hears of it when it is resumed. */
function heardUs({ streams }: History, endUs: number): number {
  const resumedUs = streams.map(({ progress }) => {
    const next = progress.findIndex(({ fromUs }) => fromUs > endUs);
    const wasPaused = (progress[next - 1]?.toUs ?? Number.POSITIVE_INFINITY) <= endUs;
    return wasPaused ? (progress[next]?.fromUs ?? endUs) : endUs;
  });
  return Math.max(endUs, ...resumedUs);
}

/** After a fault has ended, the time until the client can have a connection and an answer. */
function aftermathMs(schedule: Schedule, { effect }: Fault): number {
  const backMs = returnMs(schedule);
  switch (effect.kind) {
    // Packets keep their order, so that the last late answer delays those after it.
    case "late-answers":
      return effect.delayMs + backMs;
    // What was a replica before the end is one again, or has to be admitted like any newcomer.
    case "absent":
      return admissionMaxMs + 2 * backMs;
    // A probe that was refused comes again after a pause.
    case "application": {
      const { pushback } = effect.result;
      const sparedMs = typeof pushback === "number" ? pushback : 0;
      return Math.max(sparedMs, limits.allOutPauseMs) + backMs;
    }
    default:
      return backMs;
  }
}

/** How long a newcomer may have to wait for its admission. */
export const admissionMaxMs = 20;

/** The time to connect and to be believed. */
export function returnMs({ channel, replicas }: Schedule): number {
  return 1.2 * channel.backoffMaxMs + 6 * longestDelayMs(replicas[0]?.networkDelay);
}

/** Far in the tail of the model: one in a billion packets takes longer. */
function longestDelayMs(model: SpanModel | undefined): number {
  switch (model?.kind) {
    case "exponential":
      return model.meanMs * 21;
    case "lognormal":
      return model.meanMs * Math.exp(6 * model.sigma);
    case "bimodal":
      return model.meanMs * model.slowFactor;
    default:
      return model?.meanMs ?? 0;
  }
}

/** How long after `fromUs` the replica was busy with a call, the longest of them. */
export function longestServiceMs(history: History, replica: number, fromUs: number): number {
  let longestUs = 0;
  for (const { arrivedUs, finishedUs } of history.calls[replica] ?? []) {
    if (arrivedUs === undefined || finishedUs < fromUs) continue;
    longestUs = Math.max(longestUs, finishedUs - Math.max(arrivedUs, fromUs));
  }
  return longestUs / 1000;
}

/** The longest attempt timeout in force between two instants; none may be above the ceiling. */
export function longestTimeoutMs(history: History, fromUs: number, toUs: number): number {
  let longestMs = 0;
  history.timeouts.forEach(({ tUs, timeoutMs }, index) => {
    const endUs = history.timeouts[index + 1]?.tUs ?? Number.POSITIVE_INFINITY;
    if (tUs <= toUs && endUs >= fromUs) longestMs = Math.max(longestMs, timeoutMs);
  });
  const { attemptTimeoutMs = limits.attemptTimeoutCeilingMs } = history.schedule;
  return Math.min(longestMs, attemptTimeoutMs);
}
