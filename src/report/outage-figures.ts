import { compareText } from "./ledger-collector.ts";
import { affectedBy, type Outage, outagesOf } from "./outages.ts";
import { type AffectedRequest, recoveryFigures } from "./recovery.ts";
import { replicaEndpoints } from "./replica-endpoints.ts";
import { replicaTimeline } from "./replica-timeline.ts";
import type { RunData } from "./run-data.ts";
import type { RunFault } from "./run-faults.ts";
import type { OutageFigures } from "./run-report.ts";
import { wallSecond } from "./wall-time.ts";

/** Every outage of the run's replicas, in the order they began. */
export function outageFigures(
  data: RunData,
  faults: readonly RunFault[],
  affected: ReadonlyMap<number, AffectedRequest>,
): readonly OutageFigures[] {
  const troubled = new Set(faults.map(({ endpoint }) => endpoint));
  for (let row = 0; row < data.attempts.number.length; row++) {
    troubled.add(data.endpoints.nameOf(data.attempts.endpoint.at(row)));
  }
  return replicaEndpoints(data)
    .filter((endpoint) => troubled.has(endpoint))
    .flatMap((endpoint) => {
      const own = faults.filter((fault) => fault.endpoint === endpoint);
      const outages = outagesOf(replicaTimeline(data, endpoint), own);
      return outages.map((outage) => figuresOf(outage, endpoint, { data, affected }));
    })
    .sort((a, b) => a.beginUs - b.beginUs || compareText(a.endpoint, b.endpoint));
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
  const since = (tUs: number | undefined) =>
    tUs === undefined || !Number.isFinite(tUs) ? null : (tUs - beginUs) / 1000;
  return {
    endpoint,
    cause,
    beginFrom,
    beginUs,
    begin: wallSecond(beginUs, data.header?.utcOffset),
    endUs: servedUs ?? null,
    detectionMs: beginFrom === "fault" ? since(firstSignUs(outage, endpoint, data)) : null,
    failoverMs: since(elsewhereUs),
    rejoinMs: since(servedUs),
    recoveryMs: recovery.worstMs,
    affectedCount: recovery.affectedCount,
    recoveredCount: recovery.recoveredCount,
  };
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
