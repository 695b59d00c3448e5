import { DfsError } from "../base/errors.ts";
import { printable } from "../base/printable.ts";
import type { LedgerRecord, RunRecord } from "../ledger/record.ts";
import { causeFigures } from "./cause-figures.ts";
import { consistencyOf } from "./consistency.ts";
import { executionFindings } from "./executions.ts";
import { latencyFigures } from "./latency.ts";
import type { LedgerCollector, SourceFacts } from "./ledger-collector.ts";
import { outageFigures } from "./outage-figures.ts";
import { affectedRequests, recoveryFigures } from "./recovery.ts";
import { attemptFigures, replicaFigures, stateChanges } from "./replica-figures.ts";
import { durationFigures, lagFigures, requestFigures } from "./request-figures.ts";
import { restartsOfRun } from "./restarts.ts";
import type { RunData } from "./run-data.ts";
import { faultsOfRun } from "./run-faults.ts";
import type {
  FileContent,
  FileFigures,
  Report,
  RequestFigures,
  RunFacts,
  RunName,
  RunReport,
} from "./run-report.ts";
import { throughputFigures } from "./throughput.ts";
import { judge } from "./verdict.ts";
import { wallSecond } from "./wall-time.ts";

/**
 * The report over the collector's selection of runs, the newest first. Throws `cannot-run` when the
 * ledgers hold no client run, or not the one that was asked for.
 */
export function reportLedgers(ledger: LedgerCollector): Report {
  const { selection } = ledger;
  const kept = ledger.runs;
  const selected = selection === "newest" ? kept.slice(0, 1) : kept;
  const reported = new Set(selected.map(({ run }) => run));
  const others = ledger.clientHeaders.filter(({ run }) => !reported.has(run)).map(nameOf);
  if (selected.length === 0) throw noRun(ledger, others);
  return {
    schemaVersion: 1,
    reports: selected.map((data) => reportRun(ledger, data)),
    otherRuns: others,
    files: ledger.sources.map(fileFigures),
  };
}

function noRun({ selection }: LedgerCollector, others: readonly RunName[]): DfsError {
  const wanted = typeof selection === "object" ? `run ${selection.run}` : "a run of dfs load";
  const known =
    others.length === 0
      ? "they hold none"
      : `they hold ${others.map(({ run, started }) => `${run} (${started})`).join(", ")}`;
  return new DfsError(
    "cannot-run",
    printable(`Cannot report as ${wanted} is not in the given log files: ${known}`),
  );
}

function reportRun(ledger: LedgerCollector, data: RunData): RunReport {
  const requests = requestFigures(data);
  const duration = durationFigures(data, requests);
  const lag = lagFigures(data);
  const affected = affectedRequests(data);
  const recovery = recoveryFigures(affected.values(), affected.size);
  const executions = executionFindings(ledger, data);
  const faults = faultsOfRun(ledger, data);
  const restarts = restartsOfRun(ledger, data);
  const run = runFacts(data);
  const outages = outageFigures(data, faults.faults, affected);
  const consistency = consistencyOf(ledger, data, executions.figures);
  return {
    run,
    verdict: judge({
      ...{ run, requests, duration, lag, recovery },
      missingRecords: missingRecords(data, requests),
      isLedgerKept: ledger.isKeptInFile(data.run),
      consistency,
    }),
    requests,
    duration,
    throughput: throughputFigures(data),
    latency: latencyFigures(data, requests, affected),
    lag,
    attempts: attemptFigures(data),
    replicas: replicaFigures(data, executions.byEndpoint),
    recovery,
    outages: outages.outages,
    outagesByCause: causeFigures(outages.outages),
    executions: executions.figures,
    restarts: restarts.restarts,
    clocks: executions.clocks,
    stateChanges: stateChanges(data),
    remarks: [...faults.remarks, ...restarts.remarks, ...outages.remarks, ...consistency.remarks],
  };
}

function nameOf(header: RunRecord): RunName {
  const { run, tUs, utcOffset } = header;
  return { run, startedUs: tUs, started: wallSecond(tUs, utcOffset) };
}

function runFacts(data: RunData): RunFacts {
  const { header, end, run } = data;
  return {
    run,
    startedUs: data.startUs,
    started: wallSecond(data.startUs, header?.utcOffset),
    endedUs: data.endUs,
    version: header?.version ?? null,
    host: header?.host ?? null,
    utcOffset: header?.utcOffset ?? null,
    endReason: end?.reason ?? null,
    config: header?.config ?? {},
  };
}

/** Torn lines are gone without a trace of their kind; the footer's totals show which they were. */
function missingRecords(data: RunData, requests: RequestFigures): readonly string[] {
  const kinds = ["ok", "wrong", "failed", "indeterminate"] as const;
  return kinds.flatMap((kind) => {
    const total = data.total(kind);
    if (total === null || total === requests[kind]) return [];
    return [`${requests[kind]} of ${total} ${kind}`];
  });
}

function fileFigures(source: SourceFacts): FileFigures {
  const { path, recordCounts, skippedLineCount } = source;
  const count = (...kinds: readonly LedgerRecord["kind"][]) =>
    kinds.reduce((sum, kind) => sum + (recordCounts.get(kind) ?? 0), 0);
  const holds: FileContent[] = [];
  if (count("ok", "attempt", "request", "tick", "replica") > 0) holds.push("client");
  if (count("execution") > 0) holds.push("server");
  if (count("fault") > 0) holds.push("fault");
  const recordCount = [...recordCounts.values()].reduce((sum, each) => sum + each, 0);
  return { path, recordCount, skippedLineCount, holds };
}
