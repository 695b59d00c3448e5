import { compareText } from "./ledger-collector.ts";
import { affectedBy, type Outage, observationSlackUs, outagesOf } from "./outages.ts";
import { type AffectedRequest, recoveryFigures } from "./recovery.ts";
import { replicaEndpoints } from "./replica-endpoints.ts";
import { openDuring, type ReplicaTimeline, replicaTimeline } from "./replica-timeline.ts";
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
  affected: ReadonlyMap<number, AffectedRequest>,
): OutageFindings {
  const troubled = new Set(faults.map(({ endpoint }) => endpoint));
  for (let row = 0; row < data.attempts.number.length; row++) {
    troubled.add(data.endpoints.nameOf(data.attempts.endpoint.at(row)));
  }
  const remarks: string[] = [];
  const outages = replicaEndpoints(data)
    .filter((endpoint) => troubled.has(endpoint))
    .flatMap((endpoint) => {
      const own = faults.filter((fault) => fault.endpoint === endpoint);
      const timeline = replicaTimeline(data, endpoint);
      return outagesOf(timeline, own).map((outage) => {
        const figures = figuresOf(outage, endpoint, { data, affected });
        remarks.push(...remarksOn(outage, figures, { timeline, data }));
        return figures;
      });
    })
    .sort((a, b) => a.beginUs - b.beginUs || compareText(a.endpoint, b.endpoint));
  return { outages, remarks: remarks.sort(compareText) };
}

interface Context {
  readonly data: RunData;
  readonly affected: ReadonlyMap<number, AffectedRequest>;
}

function figuresOf(outage: Outage, endpoint: string, { data, affected }: Context): OutageFigures {
  const { beginUs, servedUs, beginFrom, cause } = outage;
  const requests = affectedBy(outage, affected);
  const recovery = recoveryFigures(requests, requests.length);
  const own = data.endpoints.indexOf(endpoint);
  let elsewhereUs = Number.POSITIVE_INFINITY;
  for (const { ok } of requests) {
    if (ok !== undefined && ok.endpoint !== own) elsewhereUs = Math.min(elsewhereUs, ok.tUs);
  }
  // What was seen just before the fault tool had its proof was seen at once.
  const since = (tUs: number | undefined) =>
    tUs === undefined || !Number.isFinite(tUs) || tUs < beginUs - observationSlackUs
      ? null
      : Math.max(0, tUs - beginUs) / 1000;
  const signUs = firstSignUs(outage, endpoint, data);
  return {
    endpoint,
    cause,
    beginFrom,
    beginUs,
    begin: wallSecond(beginUs, data.header?.utcOffset),
    endUs: servedUs ?? null,
    noticed: Number.isFinite(signUs) || requests.length > 0,
    detectionMs: beginFrom === "fault" ? since(signUs) : null,
    failoverMs: since(elsewhereUs),
    rejoinMs: since(servedUs),
    recoveryMs: recovery.worstMs,
    affectedCount: recovery.affectedCount,
    recoveredCount: recovery.recoveredCount,
  };
}

/** A fault that met nobody was not survived; a sign before its cause is no sign of it. */
function remarksOn(
  outage: Outage,
  { endpoint, begin, noticed }: OutageFigures,
  { timeline, data }: { timeline: ReplicaTimeline; data: RunData },
): readonly string[] {
  if (outage.beginFrom !== "fault") return [];
  const what = `${outage.cause} of ${endpoint} at ${begin}`;
  if (noticed) {
    const signUs = firstSignUs(outage, endpoint, data);
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
function firstSignUs(outage: Outage, endpoint: string, data: RunData): number {
  const untilUs = outage.servedUs ?? Number.POSITIVE_INFINITY;
  const sinceUs = Math.min(outage.beginUs, outage.failures[0]?.tUs ?? outage.beginUs);
  let signUs = outage.failures[0]?.tUs ?? Number.POSITIVE_INFINITY;
  for (const change of data.states) {
    const isSign = change.state === "suspect" || change.state === "down";
    if (!isSign || change.endpoint !== endpoint) continue;
    // The connection breaks a little before the attempts on it are known to have failed.
    if (change.tUs < sinceUs - signSlackUs || change.tUs > untilUs) continue;
    signUs = Math.min(signUs, change.tUs);
  }
  return signUs;
}

const signSlackUs = 100_000;
