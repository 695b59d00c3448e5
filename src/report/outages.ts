import type { AffectedRequest } from "./recovery.ts";
import { type FailedAttempt, firstServedUs, type ReplicaTimeline } from "./replica-timeline.ts";
import type { RunFault } from "./run-faults.ts";

/**
 * From when a replica was out until it served again, and the failed attempts that this explains.
 */
export interface Outage {
  /** Fault names joined by +, or `unknown`. */
  readonly cause: string;
  readonly beginFrom: "fault" | "attempt";
  readonly beginUs: number;
  /** When the fault was undone; its begin when nothing tells. */
  readonly faultEndUs: number;
  /** The instant of its first answer since; undefined when there was none. */
  readonly servedUs: number | undefined;
  readonly failures: readonly FailedAttempt[];
}

/**
 * A fault is on record once its effect was observed, some polls after it took effect; attempts that
 * failed this much earlier are its doing still.
 */
export const observationSlackUs = 1e6;

/**
 * The outages of one replica: one for each fault, or several when a further one comes before it
 * serves again; then, of failed attempts that no fault explains, one from each first until it
 * serves again. `faults` are the replica's own, sorted by instant.
 */
export function outagesOf(
  timeline: ReplicaTimeline,
  faults: readonly RunFault[],
): readonly Outage[] {
  const spans: FaultSpan[] = [];
  for (const { fault, beginUs, endUs } of faults) {
    const last = spans.at(-1);
    if (last !== undefined && beginUs < (last.servedUs ?? Number.POSITIVE_INFINITY)) {
      if (!last.cause.split("+").includes(fault)) last.cause += `+${fault}`;
      last.faultEndUs = Math.max(last.faultEndUs, endUs);
    } else {
      const servedUs = firstServedUs(timeline, beginUs);
      spans.push({ cause: fault, beginUs, faultEndUs: endUs, servedUs });
    }
  }
  const explained = spans.map((span): Outage => {
    const failures = timeline.failures.filter(
      (failure) => isSince(failure, span.beginUs, timeline) && isWithin(failure, span),
    );
    return { ...span, beginFrom: "fault", failures };
  });
  const taken = new Set(explained.flatMap(({ failures }) => failures));
  const rest = timeline.failures.filter((failure) => !taken.has(failure));
  return [...explained, ...unexplained(timeline, rest)].sort((a, b) => a.beginUs - b.beginUs);
}

interface FaultSpan {
  cause: string;
  readonly beginUs: number;
  faultEndUs: number;
  readonly servedUs: number | undefined;
}

function unexplained(timeline: ReplicaTimeline, failures: readonly FailedAttempt[]): Outage[] {
  const outages: Outage[] = [];
  let own: FailedAttempt[] = [];
  let servedUs: number | undefined;
  for (const failure of failures) {
    if (own.length > 0 && isWithin(failure, { servedUs })) {
      own.push(failure);
      continue;
    }
    own = [failure];
    servedUs = firstServedUs(timeline, failure.tUs);
    const beginUs = failure.tUs;
    outages.push({
      ...{ cause: "unknown", beginFrom: "attempt", beginUs, faultEndUs: beginUs, servedUs },
      failures: own,
    });
  }
  return outages;
}

/**
 * Whether the failure may be the doing of what was observed at `beginUs`: just before counts,
 * unless it served since.
 */
function isSince(failure: FailedAttempt, beginUs: number, timeline: ReplicaTimeline): boolean {
  if (failure.tUs >= beginUs) return true;
  if (failure.tUs < beginUs - observationSlackUs) return false;
  return (firstServedUs(timeline, failure.tUs) ?? Number.POSITIVE_INFINITY) > beginUs;
}

/** Whether the failed attempt was sent before the replica served again. */
function isWithin(failure: FailedAttempt, span: { servedUs: number | undefined }): boolean {
  return span.servedUs === undefined || failure.sentUs < span.servedUs;
}

/** The affected requests of an outage, each once. */
export function affectedBy(
  outage: Outage,
  affected: ReadonlyMap<number, AffectedRequest>,
): readonly AffectedRequest[] {
  const numbers = new Set(outage.failures.map(({ number }) => number));
  const requests = Array.from(numbers, (number) => affected.get(number));
  return requests.filter((request) => request !== undefined);
}
