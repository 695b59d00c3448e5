import { limits } from "../base/limits.ts";
import { requestId } from "../ledger/record.ts";
import { AnsweredTimeline } from "./answered-timeline.ts";
import { compareText } from "./ledger-collector.ts";
import { type OutageSpan, outageWindows } from "./outage-windows.ts";
import { type Outage, observationSlackUs, outagesOf } from "./outages.ts";
import { lowerBound, percentile } from "./percentile.ts";
import { type AffectedRequest, type AffectedRequests, recoveryFigures } from "./recovery.ts";
import { replicaEndpoints } from "./replica-endpoints.ts";
import { openDuring, type ReplicaTimeline, replicaTimeline } from "./replica-timeline.ts";
import { toMs } from "./request-figures.ts";
import type { RunData } from "./run-data.ts";
import type { RunFault } from "./run-faults.ts";
import type { OutageFigures } from "./run-report.ts";
import { spanText } from "./text-layout.ts";
import { wallSecond } from "./wall-time.ts";

export interface OutageFindings {
  /** In the order they began. */
  readonly outages: readonly OutageFigures[];
  readonly remarks: readonly string[];
}

/** Every outage of the run's replicas. */
export function outageFigures(
  data: RunData,
  faults: readonly RunFault[],
  affected: AffectedRequests,
): OutageFindings {
  const found = outagesByReplica(data, faults);
  if (found.length === 0) return { outages: [], remarks: [] };
  const context: Context = {
    ...{
      data,
      affected,
      waiting: [...affected].filter(([, { waitedUntilUs }]) => waitedUntilUs !== undefined),
    },
    answered: new AnsweredTimeline(data, affected),
    spans: found.map(({ span }) => span),
  };
  const remarks: string[] = [];
  const outages = found.map((each) => {
    const figures = figuresOf(each, context);
    remarks.push(...remarksOn(each, figures));
    return figures;
  });
  return { outages, remarks: remarks.sort(compareText) };
}

interface Found {
  readonly outage: Outage;
  readonly span: OutageSpan;
  readonly endpoint: string;
  readonly timeline: ReplicaTimeline;
}

function outagesByReplica(data: RunData, faults: readonly RunFault[]): readonly Found[] {
  const troubled = new Set(faults.map(({ endpoint }) => endpoint));
  for (let row = 0; row < data.attempts.number.length; row++) {
    troubled.add(data.endpoints.nameOf(data.attempts.endpoint.at(row)));
  }
  return replicaEndpoints(data)
    .filter((endpoint) => troubled.has(endpoint))
    .flatMap((endpoint) => {
      const own = faults.filter((fault) => fault.endpoint === endpoint);
      const timeline = replicaTimeline(data, endpoint);
      return outagesOf(timeline, own).map((outage): Found => {
        const { beginUs, endUs = Number.POSITIVE_INFINITY } = outage;
        return { outage, span: { beginUs, endUs }, endpoint, timeline };
      });
    })
    .sort((a, b) => a.span.beginUs - b.span.beginUs || compareText(a.endpoint, b.endpoint));
}

interface Context {
  readonly data: RunData;
  readonly affected: AffectedRequests;
  /** Of the affected: those of which no attempt failed. */
  readonly waiting: readonly (readonly [number, AffectedRequest])[];
  readonly answered: AnsweredTimeline;
  /** Of all outages. */
  readonly spans: readonly OutageSpan[];
}

function figuresOf(found: Found, context: Context): OutageFigures {
  const { data, answered, spans } = context;
  const { outage, span, endpoint } = found;
  const { beginUs, servedUs, endUs, beginFrom, cause, flapCount } = outage;
  const requests = affectedBy(found, context);
  const own = data.endpoints.indexOf(endpoint);
  let elsewhereUs = Number.POSITIVE_INFINITY;
  for (const { ok } of requests.values()) {
    if (ok !== undefined && ok.endpoint !== own) elsewhereUs = Math.min(elsewhereUs, ok.tUs);
  }
  // What was seen just before the fault tool had its proof was seen at once.
  const since = (tUs: number | undefined) =>
    tUs === undefined || !Number.isFinite(tUs) || tUs < beginUs - observationSlackUs
      ? null
      : Math.max(0, tUs - beginUs) / 1000;
  const signUs = firstSignUs(found);
  const healthyUs = answered.healthyUs(beginUs, Math.min(span.endUs, data.endUs));
  return {
    run: data.run,
    endpoint,
    cause,
    beginFrom,
    beginUs,
    begin: wallSecond(beginUs, data.header?.utcOffset),
    endUs: endUs ?? null,
    flapCount,
    noticed: Number.isFinite(signUs) || requests.size > 0,
    detectionMs: beginFrom === "fault" ? since(signUs) : null,
    failoverMs: since(elsewhereUs),
    rejoinMs: since(servedUs),
    ...requestCounts(requests, data.run),
    healthyP50Ms: toMs(percentile(healthyUs, 0.5)),
    healthyP99Ms: toMs(percentile(healthyUs, 0.99)),
    ...outageWindows(span, spans, answered),
  };
}

/**
 * By number: requests of which an attempt failed in this outage, and those that waited while it was
 * on; the latter may have waited for the end of several outages.
 */
function affectedBy({ outage, span }: Found, { affected, waiting }: Context): AffectedRequests {
  const requests = new Map<number, AffectedRequest>();
  for (const { number } of outage.failures) {
    const request = affected.get(number);
    if (request !== undefined) requests.set(number, request);
  }
  for (const [number, request] of waiting) {
    const { firstFailedUs, waitedUntilUs = firstFailedUs } = request;
    if (waitedUntilUs >= span.beginUs && firstFailedUs < span.endUs) requests.set(number, request);
  }
  return requests;
}

function requestCounts(requests: AffectedRequests, run: string) {
  const sorted = [...requests].sort(([a], [b]) => a - b);
  const lost = sorted.filter(([, { ok }]) => ok === undefined);
  const count = (wanted: AffectedRequest["outcome"]) =>
    lost.filter(([, { outcome }]) => outcome === wanted).length;
  const latenciesUs = sorted.flatMap(([, { ok }]) => (ok === undefined ? [] : [ok.latencyUs]));
  const sortedUs = Float64Array.from(latenciesUs).sort();
  const { worstMs, affectedCount, recoveredCount } = recoveryFigures(
    requests.values(),
    requests.size,
  );
  const worst = sorted.find(
    ([, { ok, firstFailedUs }]) => ok !== undefined && toMs(ok.tUs - firstFailedUs) === worstMs,
  );
  return {
    recoveryMs: worstMs,
    worstRequest: worst === undefined ? null : requestId(run, worst[0]),
    affectedCount,
    recoveredCount,
    lostCount: lost.length,
    wrongCount: count("wrong"),
    indeterminateCount: count("indeterminate"),
    lostRequests: lost
      .slice(0, limits.requestShownMaxCount)
      .map(([number]) => requestId(run, number)),
    affectedP50Ms: toMs(percentile(sortedUs, 0.5)),
    affectedP99Ms: toMs(percentile(sortedUs, 0.99)),
  };
}

/** A fault that met nobody was not survived; a sign before its cause is no sign of it. */
function remarksOn(found: Found, { begin, noticed }: OutageFigures): readonly string[] {
  const { outage, endpoint, timeline } = found;
  if (outage.beginFrom !== "fault") return [];
  const what = `${outage.cause} of ${endpoint} at ${begin}`;
  if (noticed) {
    const signUs = firstSignUs(found);
    const earlyUs = outage.beginUs - signUs;
    return Number.isFinite(signUs) && earlyUs > observationSlackUs
      ? [`${what}: the client's first sign of it came ${earlyUs / 1e6}s before it: clocks differ`]
      : [];
  }
  const { count, slowestUs } = openDuring(timeline, outage.beginUs, outage.faultEndUs);
  const why =
    count === 0
      ? "no request was open there"
      : `it was shorter than the attempt timeout: ${count} requests open there were answered by ` +
        `it all the same, the slowest attempt after ${spanText(slowestUs / 1000)}`;
  return [`${what}: not noticed, as ${why}; the run does not show that this fault is survived`];
}

/** The first failed attempt, or the first time the client held the replica for suspect or down. */
function firstSignUs({ outage, timeline: { troubleUs } }: Found): number {
  const failedUs = outage.failures[0]?.tUs ?? Number.POSITIVE_INFINITY;
  // The connection breaks a little before the attempts on it are known to have failed.
  const sinceUs = Math.min(outage.beginUs, failedUs) - signSlackUs;
  const heldUs = troubleUs[lowerBound(troubleUs, sinceUs)] ?? Number.POSITIVE_INFINITY;
  const untilUs = outage.servedUs ?? Number.POSITIVE_INFINITY;
  return heldUs <= untilUs ? Math.min(failedUs, heldUs) : failedUs;
}

const signSlackUs = 100_000;
