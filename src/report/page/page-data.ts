import type { LedgerCollector } from "../ledger-collector.ts";
import { numberBases, pooledRun, selectedRuns } from "../pooled-run.ts";
import { replicaEndpoints } from "../replica-endpoints.ts";
import type { RunData } from "../run-data.ts";
import { faultsOfRun } from "../run-faults.ts";
import type { OutageFigures, RunReport } from "../run-report.ts";
import { utcOffsetMinutes } from "../wall-time.ts";
import type {
  AttemptTable,
  PageFacts,
  PageFault,
  PageOutage,
  RequestTable,
  StateSpan,
} from "./page-shape.ts";
import { pageFlows, pageGaps } from "./page-streams.ts";

/** A run as its page needs it: the report for the text, facts and tables for the charts. */
export interface PageData {
  readonly report: RunReport;
  readonly facts: PageFacts;
  readonly requests: RequestTable;
  readonly attempts: AttemptTable;
}

/** Lays everything the ledgers hold of the reported run on one axis of time. */
export function pageData(ledger: LedgerCollector, report: RunReport): PageData {
  const runs = selectedRuns(ledger).find((each) => nameOf(each) === report.run.run);
  if (runs === undefined) throw new Error(`the ledger keeps the run that is reported`);
  const data = pooledRun(runs);
  const bases = numberBases(runs);
  const endpoints = replicaEndpoints(data);
  const axis = { startUs: data.startUs, endpoints };
  const requests = requestTable(data, axis);
  const attempts = attemptTable(data, axis);
  const found = runs.flatMap((own) => faultsOfRun(ledger, own).faults);
  const faults = found.map(
    ({ endpoint, fault, beginUs, endUs }): PageFault => ({
      endpoint: endpoints.indexOf(endpoint),
      fault,
      fromUs: beginUs - axis.startUs,
      toUs: endUs - axis.startUs,
    }),
  );
  const toUs = Math.max(data.endUs, data.lastUs, axis.startUs + 1000) - axis.startUs;
  const fromUs = Math.min(0, data.firstUs - axis.startUs);
  const facts: PageFacts = {
    runs: runs.map(({ run }, index) => ({ run, numberBase: bases[index] ?? 0 })),
    ...{ startUs: axis.startUs, fromUs, toUs, endpoints },
    utcOffsetMinutes: utcOffsetMinutes(report.run.utcOffset, axis.startUs),
    errors: data.errors.all,
    faults,
    outages: report.outages.map((outage) => pageOutage(outage, { ...axis, toUs })),
    states: stateSpans(data, { ...axis, toUs }),
    gaps: pageGaps(report.streams, axis),
    flows: pageFlows(data.streams, axis),
  };
  return { report, facts, requests, attempts };
}

function nameOf(runs: readonly RunData[]): string {
  return runs.map(({ run }) => run).join("+");
}

interface Axis {
  readonly startUs: number;
  readonly endpoints: readonly string[];
}

function requestTable(data: RunData, { startUs, endpoints }: Axis): RequestTable {
  const { ok, unsuccessful } = data;
  const okCount = ok.number.length;
  const count = okCount + unsuccessful.number.length;
  const place = data.endpoints.all.map((name) => endpoints.indexOf(name) + 1);
  const table = {
    number: joined(ok.number.values, unsuccessful.number.values),
    endedUs: joined(ok.tUs.values, unsuccessful.tUs.values).map((tUs) => tUs - startUs),
    latencyUs: joined(ok.latencyUs.values, unsuccessful.elapsedUs.values),
    endpointPlus1: new Float64Array(count),
    attempts: new Float64Array(count),
    outcome: new Float64Array(count),
  };
  for (let row = 0; row < okCount; row++) {
    table.endpointPlus1[row] = place[ok.endpoint.at(row)] ?? 0;
    table.attempts[row] = ok.attempts.at(row);
  }
  for (let row = okCount; row < count; row++) {
    table.endpointPlus1[row] = place[unsuccessful.endpoint.at(row - okCount)] ?? 0;
    table.attempts[row] = unsuccessful.attempts.at(row - okCount);
    table.outcome[row] = unsuccessful.outcome.at(row - okCount) + 1;
  }
  return inOrderOfEnd(table);
}

function attemptTable({ attempts, ...data }: RunData, { startUs, endpoints }: Axis): AttemptTable {
  const count = attempts.number.length;
  const place = data.endpoints.all.map((name) => endpoints.indexOf(name));
  const column = (of: (row: number) => number) =>
    Float64Array.from({ length: count }, (_, row) => of(row));
  return inOrderOfEnd({
    number: attempts.number.values,
    endedUs: attempts.tUs.values.map((tUs) => tUs - startUs),
    serviceUs: attempts.serviceUs.values,
    endpoint: column((row) => place[attempts.endpoint.at(row)] ?? 0),
    error: column((row) => attempts.error.at(row)),
    isLate: column((row) => attempts.late.at(row)),
  });
}

function joined(a: Float64Array, b: Float64Array): Float64Array {
  const all = new Float64Array(a.length + b.length);
  all.set(a);
  all.set(b, a.length);
  return all;
}

/** Sorted by end, then by number, whatever the order of the records was. */
function inOrderOfEnd<T extends Readonly<Record<"number" | "endedUs" | string, Float64Array>>>(
  table: T,
): T {
  const { number = new Float64Array(), endedUs = number } = table;
  const compare = (a: number, b: number) =>
    (endedUs[a] ?? 0) - (endedUs[b] ?? 0) || (number[a] ?? 0) - (number[b] ?? 0);
  if (number.every((_, row) => row === 0 || compare(row - 1, row) <= 0)) return table;
  const order = Uint32Array.from(number, (_, row) => row).sort(compare);
  const sorted = Object.entries(table).map(([name, values]) => [
    name,
    Float64Array.from(order, (row) => values[row] ?? 0),
  ]);
  return Object.fromEntries(sorted) as T;
}

function pageOutage(outage: OutageFigures, axis: Axis & { readonly toUs: number }): PageOutage {
  const { endpoint, cause, beginUs, endUs, detectionMs, failoverMs, rejoinMs } = outage;
  const fromUs = beginUs - axis.startUs;
  const after = (spanMs: number | null) => (spanMs === null ? null : fromUs + spanMs * 1000);
  return {
    ...{ endpoint: axis.endpoints.indexOf(endpoint), cause, fromUs },
    toUs: endUs === null ? axis.toUs : endUs - axis.startUs,
    detectionUs: after(detectionMs),
    failoverUs: after(failoverMs),
    rejoinUs: after(rejoinMs),
  };
}

/** Each state lasts until the replica's next change, the last one to the end of the run. */
function stateSpans(data: RunData, axis: Axis & { readonly toUs: number }): readonly StateSpan[] {
  const changes = data.states.toSorted((a, b) => a.tUs - b.tUs);
  return axis.endpoints.flatMap((name, endpoint) => {
    const own = changes.filter((change) => change.endpoint === name);
    return own.map(({ tUs, state, cause }, index) => ({
      ...{ endpoint, state, cause, fromUs: tUs - axis.startUs },
      toUs: (own[index + 1]?.tUs ?? axis.startUs + axis.toUs) - axis.startUs,
    }));
  });
}
