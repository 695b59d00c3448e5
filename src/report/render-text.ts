import { formatDuration } from "../base/duration.ts";
import { definitionOf } from "./definitions.ts";
import { definitionLines } from "./render-explain.ts";
import { faultSections } from "./render-faults.ts";
import { statesText, streamReplicaLines } from "./render-stream-replicas.ts";
import { streamLines } from "./render-streams.ts";
import { verdictLines } from "./render-verdict.ts";
import type {
  FileFigures,
  LatencyFigures,
  LatencyQuantiles,
  ReplicaFigures,
  Report,
  RunName,
  RunReport,
} from "./run-report.ts";
import { isOfStreamsAlone } from "./stream-report.ts";
import { msText, rateText, type TextOptions, tableLines, tinted, wrapped } from "./text-layout.ts";
import { floorPercent } from "./verdict.ts";

/**
 * The report for people: aligned blocks, the newest run last, and its verdict as the last line. No
 * part of it that comes from a log can move the cursor or colour anything.
 */
export function renderText(report: Report, options: TextOptions): string {
  const blocks = [
    ledgerLines(report.files, report.otherRuns, options),
    ...report.reports.toReversed().flatMap((run) => runBlocks(run, options)),
  ];
  return blocks
    .filter((lines) => lines.length > 0)
    .map((lines) => lines.join("\n"))
    .join("\n\n");
}

type Lines = readonly string[];

function runBlocks(run: RunReport, options: TextOptions): readonly Lines[] {
  const ofRequests = [requestLines, throughputLines, latencyLines];
  const isOfStreams = isOfStreamsAlone(run);
  return [
    headLines(run, options),
    ...(isOfStreams ? [] : [...ofRequests, replicaLines].map((lines) => lines(run, options))),
    ...(isOfStreams ? [streamReplicaLines(run, options)] : []),
    streamLines(run, options),
    ...faultSections(run, options),
    verdictLines(run, options),
  ];
}

function ledgerLines(
  files: readonly FileFigures[],
  otherRuns: readonly RunName[],
  options: TextOptions,
): Lines {
  const lines = files.flatMap(({ path, recordCount, skippedLineCount, holds }) => {
    const skipped =
      skippedLineCount === 0 ? "" : `, ${skippedLineCount} lines skipped (torn or foreign)`;
    const kinds = holds.length === 0 ? "nothing to report" : holds.join(" and ");
    return wrapped(`${path}: ${recordCount} records (${kinds})${skipped}`, options);
  });
  const others = otherRuns.map(({ run, started }) => `${run} (${started})`).join(", ");
  return [
    tinted("Ledgers", "title", options),
    ...lines,
    ...(others === ""
      ? []
      : wrapped(`not reported, take --run ID or --run all: ${others}`, options)),
  ];
}

function headLines({ run }: RunReport, options: TextOptions): Lines {
  const { config } = run;
  const facts = [
    `started ${run.started}${run.utcOffset === null ? "" : ` ${run.utcOffset}`}`,
    ...(run.host === null ? [] : [`on ${run.host}`]),
    ...(run.version === null ? ["no run header"] : [`dfs ${run.version}`]),
    ...(run.endReason === null ? ["no footer"] : []),
  ];
  const settings = Object.entries(config).map(([key, value]) => `${key}=${value}`);
  return [
    ...wrapped(`Run ${run.run}: ${facts.join(", ")}`, options, ""),
    ...run.parts.flatMap((part) =>
      wrapped(
        `run ${part.run} on ${part.host ?? "an unknown host"}, started ${part.started}: ` +
          `scheduled ${part.scheduled}, ok ${part.ok}`,
        options,
      ),
    ),
    ...(settings.length === 0 ? [] : wrapped(settings.join(" "), options)),
  ];
}

function requestLines(
  { requests, duration, attempts, run }: RunReport,
  options: TextOptions,
): Lines {
  const { scheduled, ok, wrong, failed, indeterminate, notSent, lost, unaccounted } = requests;
  const atLeast = requests.scheduledIsExact ? "" : "at least ";
  const share =
    requests.successShare === null ? "none" : `${floorPercent(requests.successShare)} %`;
  const held = formatDuration(Math.round(duration.heldMs));
  const planned = duration.plannedMs === null ? "" : ` of ${formatDuration(duration.plannedMs)}`;
  const unchecked = run.config["verify"] === "status" ? " (answers were not checked)" : "";
  return [
    tinted("Requests", "title", options),
    ...wrapped(
      `scheduled ${atLeast}${scheduled}, ok ${ok}, wrong ${wrong}${unchecked}, failed ${failed} ` +
        `(not sent ${notSent}), indeterminate ${indeterminate}, no outcome ${unaccounted}`,
      options,
    ),
    ...wrapped(
      `lost ${lost} (${definitionOf("requests", "lost")}), success rate ${share}`,
      options,
    ),
    ...wrapped(
      `attempts ${attempts.total}: ${attempts.failed} failed, ${attempts.late} answered late; ` +
        `${requests.retried} requests took more than one`,
      options,
    ),
    ...wrapped(
      `held ${held}${planned}: sent ${rateText(duration.sentPerSecond)}, ` +
        `ok ${rateText(duration.okPerSecond)}`,
      options,
    ),
    ...definitionLines("requests", options),
  ];
}

function throughputLines({ throughput }: RunReport, options: TextOptions): Lines {
  const { secondCount, emptySecondCount, okPerSecondMean } = throughput;
  const empty = emptySecondCount === 0 ? "" : `; ${emptySecondCount} more between them had none`;
  return [
    tinted(`Throughput (${definitionOf("throughput", "throughput")})`, "title", options),
    ...(okPerSecondMean === null
      ? ["  none"]
      : wrapped(
          `min ${throughput.okPerSecondMin}, mean ${okPerSecondMean.toFixed(2)}, ` +
            `max ${throughput.okPerSecondMax} over ${secondCount} seconds${empty}`,
          options,
        )),
    ...definitionLines("throughput", options),
  ];
}

function latencyLines({ latency, lag }: RunReport, options: TextOptions): Lines {
  const row = (name: string, quantiles: LatencyQuantiles) => [
    name,
    String(quantiles.count),
    ...[quantiles.p50Ms, quantiles.p95Ms, quantiles.p99Ms, quantiles.p999Ms].map(msText),
    ...[quantiles.maxMs, quantiles.meanMs].map(msText),
  ];
  const rows = [row("ok", latency.ok)];
  if (latency.withLostAtDeadline !== null) {
    rows.push(row("with lost at deadline", latency.withLostAtDeadline));
  }
  if (latency.affected.count > 0) {
    rows.push(row("affected", latency.affected), row("healthy", latency.healthy));
  }
  const head = ["requests", "count", "p50", "p95", "p99", "p99.9", "max", "mean"];
  return [
    tinted(`Latency (${definitionOf("latency", "latency")})`, "title", options),
    ...tableLines({ head, rows, right: [1, 2, 3, 4, 5, 6, 7] }, options),
    ...errorLines(latency),
    ...latency.caveats.flatMap((caveat) => wrapped(caveat, options)),
    `  slower than ${latency.slowMs}ms: ${latency.slowCount}`,
    `  lag (sent - scheduled): p99 ${msText(lag.p99Ms)}, max ${msText(lag.maxMs)}`,
    ...definitionLines("latency", options),
  ];
}

function errorLines({ errorShare }: LatencyFigures): Lines {
  if (errorShare === 0) return [];
  return [
    `  by histogram: p50 to p99.9 within ${errorShare * 100} % of their value, the rest exact`,
  ];
}

function replicaLines({ replicas }: RunReport, options: TextOptions): Lines {
  const errorsOf = ({ errors }: ReplicaFigures) =>
    errors.map(({ error, count }) => `${count} ${error}`).join(", ");
  const rows = replicas.map((replica) => [
    replica.endpoint,
    String(replica.ok),
    String(replica.wrong),
    String(replica.failedAttempts),
    replica.executions === null ? "-" : String(replica.executions),
    msText(replica.serviceP50Ms),
    msText(replica.serviceP99Ms),
    [errorsOf(replica), statesText(replica.states)].filter((text) => text !== "").join("; "),
  ]);
  const head = [
    "replica",
    "ok",
    "wrong",
    "failed",
    "executed",
    "p50",
    "p99",
    "errors; states seen",
  ];
  return [
    tinted(
      `Replicas (service time: ${definitionOf("replicas", "service time")})`,
      "title",
      options,
    ),
    ...tableLines({ head, rows, right: [1, 2, 3, 4, 5, 6] }, options),
    ...definitionLines("replicas", options),
  ];
}
