import { DfsError } from "../base/errors.ts";
import { printable } from "../base/printable.ts";
import type { LedgerRecord, RunRecord } from "../ledger/record.ts";
import { causeFigures } from "./cause-figures.ts";
import type { RunFigures } from "./figure-kinds.ts";
import { latencyFigures } from "./latency.ts";
import type { LedgerCollector, SourceFacts } from "./ledger-collector.ts";
import { pooledRun, poolingRemarks, selectedRuns } from "./pooled-run.ts";
import { affectedRequests, recoveryFigures } from "./recovery.ts";
import { attemptFigures, replicaFigures, stateChanges } from "./replica-figures.ts";
import { combined, reportApart } from "./report-apart.ts";
import { durationFigures, lagFigures, requestFigures } from "./request-figures.ts";
import { judgeRequirement, type Requirement } from "./requirement.ts";
import type { RunData } from "./run-data.ts";
import type {
  FileContent,
  FileFigures,
  Report,
  RequestFigures,
  RunFacts,
  RunName,
  RunPart,
  RunReport,
} from "./run-report.ts";
import { missingStreamRecords, streamFigures } from "./stream-figures.ts";
import { throughputFigures } from "./throughput.ts";
import { judge } from "./verdict.ts";
import { wallSecond } from "./wall-time.ts";
import { warmUpOf } from "./warm-up.ts";

/**
 * The report over the collector's selection of runs, the newest first. Throws `cannot-run` when the
 * ledgers hold no client run, or not the one that was asked for.
 */
export function reportLedgers(
  ledger: LedgerCollector,
  requirements: readonly Requirement[] = [],
): Report {
  const selected = selectedRuns(ledger);
  const reported = new Set(selected.flatMap((runs) => runs.map(({ run }) => run)));
  const others = ledger.clientHeaders.filter(({ run }) => !reported.has(run)).map(nameOf);
  if (selected.length === 0) throw noRun(ledger, others);
  return {
    schemaVersion: 1,
    reports: selected.map((runs) => reportRun(ledger, runs, requirements)),
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

function reportRun(
  ledger: LedgerCollector,
  runs: readonly RunData[],
  requirements: readonly Requirement[],
): RunReport {
  const data = pooledRun(runs);
  const requests = requestFigures(data);
  const streams = streamFigures(data);
  const affected = affectedRequests(data);
  const warmUp = warmUpOf(runs);
  const apart = combined(runs.map((own) => reportApart(ledger, own)));
  const { executions, outages, byEndpoint, consistency } = apart;
  const figures: RunFigures = {
    run: runFacts(data, runs),
    requests,
    duration: durationFigures(data, requests),
    throughput: throughputFigures(data),
    latency: latencyFigures(data, requests, { affected, warmUp }),
    lag: lagFigures(data),
    attempts: attemptFigures(data),
    replicas: replicaFigures(data, byEndpoint, warmUp),
    recovery: recoveryFigures(affected.values(), affected.size),
    outages,
    outagesByCause: causeFigures(outages),
    streams,
    executions,
    restarts: apart.restarts,
    clocks: apart.clocks,
    stateChanges: stateChanges(data),
    remarks: [...poolingRemarks(runs), ...apart.remarks],
  };
  const evidence = {
    ...figures,
    missingRecords: [...missingRecords(data, requests), ...missingStreamRecords(data, streams)],
    isLedgerKept: runs.every(({ run }) => ledger.isKeptInFile(run)),
    consistency,
  };
  const judged = requirements.map((requirement) => judgeRequirement(requirement, figures));
  return { ...figures, verdict: judge(evidence, judged) };
}

function nameOf(header: RunRecord): RunName {
  const { run, tUs, utcOffset } = header;
  return { run, startedUs: tUs, started: wallSecond(tUs, utcOffset) };
}

function runFacts(data: RunData, runs: readonly RunData[]): RunFacts {
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
    parts: runs.length === 1 ? [] : runs.map(partOf),
  };
}

function partOf(data: RunData): RunPart {
  const { scheduled, ok } = requestFigures(data);
  const { run, startedUs, started, host } = runFacts(data, [data]);
  return { run, startedUs, started, host, scheduled, ok };
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
  if (count("ok", "attempt", "request", "tick", "replica", "stream", "gap", "flow") > 0)
    holds.push("client");
  if (count("execution") > 0) holds.push("server");
  if (count("fault") > 0) holds.push("fault");
  const recordCount = [...recordCounts.values()].reduce((sum, each) => sum + each, 0);
  return { path, recordCount, skippedLineCount, holds };
}
