import { limits } from "../../src/base/limits.ts";
import { isAnswer } from "../../src/rpc/status.ts";
import type { History } from "./history.ts";
import { finePeriod, longestServiceMs, longestTimeoutMs, returnMs } from "./patience.ts";
import type { StreamHistory } from "./stream-history.ts";
import { replicaAt } from "./world.ts";

/** Every rule about streams that the run broke, in words. */
export function streamViolationsOf(history: History): string[] {
  return history.streams.flatMap((stream) => [
    ...oneOutcome(history, stream),
    ...exactlyOnce(stream),
    ...gapsAsTheyWere(stream),
    ...neverGivesUp(history, stream),
    ...standsStillForNoReason(history, stream),
  ]);
}

function oneOutcome({ schedule }: History, stream: StreamHistory): string[] {
  const { number, doneCount, doneUs, deadlineUs, result, attempts, takenCount } = stream;
  const name = `stream ${number}`;
  const violations: string[] = [];
  if (doneCount !== 1) violations.push(`${name} ended ${doneCount} times`);
  if (result === undefined) return violations;
  if (doneUs > deadlineUs) violations.push(`${name} outlived its deadline`);
  if (result.attemptCount !== attempts.length) {
    violations.push(`${name} tells ${result.attemptCount} of its ${attempts.length} attempts`);
  }
  if (result.itemCount !== takenCount) {
    violations.push(`${name} tells ${result.itemCount} of its ${takenCount} messages`);
  }
  if (schedule.policy === "none" && attempts.length > 1) {
    violations.push(`${name} made ${attempts.length} attempts under policy none`);
  }
  return violations;
}

/** Nothing lost, nothing twice, and what must not be executed twice is not. */
function exactlyOnce(stream: StreamHistory): string[] {
  const { number, schedule, result, takenCount, executedCount, isCancelled } = stream;
  const name = `stream ${number}`;
  const violations: string[] = [];
  if (!schedule.isIdempotent && executedCount > 1) {
    violations.push(`${name}, not idempotent, was executed ${executedCount} times`);
  }
  if (result === undefined) return violations;
  if (result.outcome === "wrong") violations.push(`${name} is wrong: ${result.detail}`);
  const hasAll = takenCount === schedule.total;
  if (result.outcome === "complete" && !hasAll) {
    violations.push(`${name} is called complete after ${takenCount} of ${schedule.total}`);
  }
  if (result.outcome === "failed" && hasAll) {
    violations.push(`${name} is called failed though everything has come`);
  }
  if (result.outcome === "cancelled" && !isCancelled) {
    violations.push(`${name} is called cancelled though its reader has not cancelled it`);
  }
  return violations;
}

/** Each attempt that brought something after another is the end of one gap. */
function gapsAsTheyWere({ number, attempts, gaps, result }: StreamHistory): string[] {
  const fruitful = attempts.filter(({ messageCount }, index) => index > 0 && messageCount > 0);
  const name = `stream ${number}`;
  if (gaps.length !== fruitful.length && result?.outcome !== "cancelled") {
    return [`${name} tells of ${gaps.length} gaps instead of ${fruitful.length}`];
  }
  return gaps.flatMap(({ beganUs, endedUs, to }, index) => {
    if (beganUs > endedUs) return [`${name} tells of a gap that ended before it began`];
    const replica = fruitful[index]?.replica;
    return replica === replicaAt(to) ? [] : [`${name} tells of a gap that another replica ended`];
  });
}

/** While another replica may do better, only the deadline makes a stream fail. */
function neverGivesUp({ schedule }: History, stream: StreamHistory): string[] {
  const { result, number } = stream;
  if (result?.outcome !== "failed" || schedule.policy === "none") return [];
  if (isAnswer(result.status) || stream.doneUs >= stream.deadlineUs) return [];
  if (mayNotContinue(stream)) return [];
  if (isToldNotToRetry(schedule) && result.status === "RESOURCE_EXHAUSTED") return [];
  if (stream.attempts.length >= limits.streamRefusedMaxCount) return [];
  return [`stream ${number} gave up before its deadline: ${result.status} ${result.detail}`];
}

/**
 * With a replica that is well for long enough, a stream gets its next message, and soon: after an
 * attempt timeout on each other replica at most, and the time that replica itself needs.
 */
function standsStillForNoReason(history: History, stream: StreamHistory): string[] {
  const { schedule } = history;
  if (schedule.policy !== "adaptive" || schedule.family === "overload") return [];
  if (mayNotContinue(stream)) return [];
  // One that is slow but alive is no silent one: a stream stays there.
  const isSlowed = schedule.faults.some(({ effect: { kind } }) => slowKinds.includes(kind));
  if (isSlowed || isToldNotToRetry(schedule)) return [];
  for (const { fromUs, toUs } of stream.progress) {
    const untilUs = Math.min(toUs, stream.deadlineUs, stream.doneUs);
    for (const replica of schedule.replicas.keys()) {
      const fine = finePeriod(history, replica, { fromUs, toUs: untilUs });
      if (fine === undefined) continue;
      const lateUs =
        fine.toUs - fine.fromUs - patienceMs(history, replica, { sinceUs: fromUs, ...fine }) * 1000;
      if (lateUs <= 0) continue;
      const atMs = ((fromUs - history.startUs) / 1000).toFixed(3);
      return [
        `stream ${stream.number}, for which replica ${replica} was well, stood still from ` +
          `${atMs} ms on, ${(lateUs / 1000).toFixed(3)} ms longer than it had to`,
      ];
    }
  }
  return [];
}

/** It is stuck with whoever may have executed it. */
function mayNotContinue({ schedule, attempts }: StreamHistory): boolean {
  return (
    !schedule.isIdempotent && attempts.some(({ mayHaveExecuted }) => mayHaveExecuted !== false)
  );
}

const slowKinds: readonly string[] = ["slow", "limp"];

function isToldNotToRetry({ faults }: History["schedule"]): boolean {
  return faults.some(
    ({ effect }) => effect.kind === "application" && effect.result.pushback === "never",
  );
}

function patienceMs(
  history: History,
  replica: number,
  { sinceUs, fromUs, toUs }: { sinceUs: number; fromUs: number; toUs: number },
): number {
  const { schedule } = history;
  const timeoutMs = longestTimeoutMs(history, sinceUs, toUs);
  const serviceMs = longestServiceMs(history, replica, fromUs);
  const quietMs = longestQuietMs(history, replica, fromUs);
  const others = schedule.replicas.length - 1;
  return (
    (others + 2) * timeoutMs + quietMs + 3 * serviceMs + limits.allOutPauseMs + returnMs(schedule)
  );
}

/** The longest that the replica took to bring a stream's next message, its skipping included. */
function longestQuietMs(history: History, replica: number, fromUs: number): number {
  let longestUs = 0;
  for (const { served } of history.streamCalls[replica] ?? []) {
    for (const quiet of served?.quiet ?? []) {
      longestUs = Math.max(longestUs, quiet.toUs - Math.max(quiet.fromUs, fromUs));
    }
  }
  return longestUs / 1000;
}
