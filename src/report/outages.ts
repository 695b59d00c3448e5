import { limits } from "../base/limits.ts";
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
  /** The answer from which on it stayed well: the first one, unless it flapped. */
  readonly endUs: number | undefined;
  /** How often it answered and failed again before that. */
  readonly flapCount: number;
  readonly failures: readonly FailedAttempt[];
}

/**
 * A fault is on record once its effect was observed, some polls after it took effect; attempts that
 * failed this much earlier are its doing still.
 */
export const observationSlackUs = 1e6;

const settleUs = limits.outageSettleMs * 1000;

/**
 * The outages of one replica: one for each fault, or several when a further one comes before it
 * serves again; then, of failed attempts that no fault explains, one from each first. Trouble that
 * comes before the replica has been well for limits.outageSettleMs, or while the fault still lasts,
 * belongs to the outage before it. `faults` are the replica's own, sorted by instant.
 */
export function outagesOf(
  timeline: ReplicaTimeline,
  faults: readonly RunFault[],
): readonly Outage[] {
  const explained = faultSpans(timeline, faults);
  const unexplained: Span[] = [];
  let begun = 0;
  for (const sign of signsOf(timeline)) {
    const owner = explained.find((span) => explains(span, sign, timeline));
    if (owner !== undefined) {
      take(owner, sign);
      continue;
    }
    while ((explained[begun]?.beginUs ?? Number.POSITIVE_INFINITY) <= sign.tUs) begun++;
    const last = later(explained[begun - 1], unexplained.at(-1));
    if (last !== undefined && reaches(last, sign)) extend(last, sign, timeline);
    else if (sign.failure !== undefined) unexplained.push(spanFrom(sign.failure, timeline));
  }
  return [...explained, ...unexplained].sort((a, b) => a.beginUs - b.beginUs);
}

/** An outage that is still being put together. */
interface Span extends Outage {
  cause: string;
  faultEndUs: number;
  endUs: number | undefined;
  flapCount: number;
  readonly failures: FailedAttempt[];
}

/** A failed attempt, or a state that the client gave the replica on account of one or of none. */
interface Sign {
  readonly tUs: number;
  readonly sentUs: number;
  readonly failure: FailedAttempt | undefined;
}

function signsOf({ failures, troubleUs }: ReplicaTimeline): readonly Sign[] {
  const signs: Sign[] = failures.map((failure) => ({
    ...{ tUs: failure.tUs, sentUs: failure.sentUs, failure },
  }));
  for (const tUs of troubleUs) signs.push({ tUs, sentUs: tUs, failure: undefined });
  return signs.sort((a, b) => a.tUs - b.tUs);
}

function faultSpans(timeline: ReplicaTimeline, faults: readonly RunFault[]): readonly Span[] {
  const spans: Span[] = [];
  for (const { fault, beginUs, endUs } of faults) {
    const last = spans.at(-1);
    if (last !== undefined && beginUs < (last.servedUs ?? Number.POSITIVE_INFINITY)) {
      if (!last.cause.split("+").includes(fault)) last.cause += `+${fault}`;
      last.faultEndUs = Math.max(last.faultEndUs, endUs);
    } else {
      const servedUs = firstServedUs(timeline, beginUs);
      const span = { cause: fault, beginUs, faultEndUs: endUs, servedUs, endUs: servedUs };
      spans.push({ ...span, beginFrom: "fault", flapCount: 0, failures: [] });
    }
  }
  return spans;
}

function spanFrom(failure: FailedAttempt, timeline: ReplicaTimeline): Span {
  const beginUs = failure.tUs;
  const servedUs = firstServedUs(timeline, beginUs);
  const span = { cause: "unknown", beginUs, faultEndUs: beginUs, servedUs, endUs: servedUs };
  return { ...span, beginFrom: "attempt", flapCount: 0, failures: [failure] };
}

/**
 * Whether a sign may be the doing of the fault: it was sent before the replica served again, and
 * known after the fault was observed, or just before, unless the replica served since.
 */
function explains(span: Span, sign: Sign, timeline: ReplicaTimeline): boolean {
  if (span.servedUs !== undefined && sign.sentUs >= span.servedUs) return false;
  if (sign.tUs >= span.beginUs) return true;
  if (sign.tUs < span.beginUs - observationSlackUs) return false;
  return (firstServedUs(timeline, sign.tUs) ?? Number.POSITIVE_INFINITY) > span.beginUs;
}

function reaches({ endUs, faultEndUs }: Span, sign: Sign): boolean {
  return endUs === undefined || sign.sentUs <= Math.max(endUs + settleUs, faultEndUs);
}

function extend(span: Span, sign: Sign, timeline: ReplicaTimeline): void {
  take(span, sign);
  // Sent before it answered, and only now known to have failed: that is no new trouble.
  if (span.endUs === undefined || sign.sentUs < span.endUs) return;
  span.flapCount++;
  span.endUs = firstServedUs(timeline, sign.tUs);
}

function take(span: Span, { failure }: Sign): void {
  if (failure !== undefined) span.failures.push(failure);
}

function later(a: Span | undefined, b: Span | undefined): Span | undefined {
  if (a === undefined || b === undefined) return a ?? b;
  return a.beginUs > b.beginUs ? a : b;
}
