import { definitionOf } from "./definitions.ts";
import { definitionLines } from "./render-explain.ts";
import type { CauseFigures, OutageFigures, RunReport } from "./run-report.ts";
import { spanText, type TextOptions, tableLines, tinted, wrapped } from "./text-layout.ts";

type Lines = readonly string[];

const outageShownMaxCount = 20;

/** Recovery of requests, then every outage: its instants, its surroundings, and repeated faults. */
export function outageLines(run: RunReport, options: TextOptions): Lines {
  const { affectedCount, recoveredCount, p50Ms, worstMs } = run.recovery;
  const summary =
    affectedCount === 0
      ? "no request was affected"
      : `${affectedCount} requests affected, ${recoveredCount} recovered: ` +
        `p50 ${spanText(p50Ms)}, worst ${spanText(worstMs)}`;
  return [
    tinted(`Recovery (${definitionOf("outages", "recovery")})`, "title", options),
    ...wrapped(summary, options),
    ...outageTables(run.outages, options),
    ...repeatedLines(run.outagesByCause, options),
    ...definitionLines("outages", options),
  ];
}

function outageTables(outages: readonly OutageFigures[], options: TextOptions): Lines {
  if (outages.length === 0) return [];
  const shown = outages.slice(0, outageShownMaxCount);
  const left = outages.length - shown.length;
  const instants = {
    head: [
      ...["#", "outage of", "cause", "begin", "lasted"],
      ...["detection", "failover", "rejoin", "recovery", "affected", "lost"],
    ],
    rows: shown.map((outage, index) => [String(index + 1), ...instantCells(outage)]),
    right: [0, 4, 5, 6, 7, 8, 9],
  };
  const surroundings = {
    head: ["#", "ok/s", "p99", "affected p50, p99", "healthy p50, p99", "worst request"],
    rows: shown.map((outage, index) => [String(index + 1), ...surroundingCells(outage)]),
    right: [0, 1, 2, 3, 4],
  };
  return [
    ...tableLines(instants, options),
    tinted("  ok/s and p99 before, during and after each of them", "aside", options),
    ...tableLines(surroundings, options),
    ...shown.flatMap((outage, index) => lostLines(index + 1, outage, options)),
    ...(left > 0 ? [`  ... and ${left} more outages (--format json has them all)`] : []),
  ];
}

function instantCells(outage: OutageFigures): readonly string[] {
  const { endUs, beginUs, flapCount } = outage;
  return [
    outage.endpoint,
    outage.cause,
    outage.begin.slice("YYYY-MM-DD ".length),
    (endUs === null ? "to the end" : spanText((endUs - beginUs) / 1000)) +
      (flapCount === 0 ? "" : ` (${flapCount} flaps)`),
    outage.noticed ? sinceText(outage.detectionMs) : "not noticed",
    sinceText(outage.failoverMs),
    outage.rejoinMs === null ? "not seen" : spanText(outage.rejoinMs),
    spanText(outage.recoveryMs),
    String(outage.affectedCount),
    lostText(outage),
  ];
}

function surroundingCells(outage: OutageFigures): readonly string[] {
  const { beforeOkPerSecond, duringOkPerSecond, afterOkPerSecond } = outage;
  const { beforeP99Ms, duringP99Ms, afterP99Ms, worstRequest } = outage;
  const { affectedP50Ms, affectedP99Ms, healthyP50Ms, healthyP99Ms } = outage;
  const rates = [beforeOkPerSecond, duringOkPerSecond, afterOkPerSecond];
  const spans = (...each: readonly (number | null)[]) => each.map(spanText).join(", ");
  return [
    rates.map((rate) => (rate === null ? "-" : rate.toFixed(1))).join(", "),
    spans(beforeP99Ms, duringP99Ms, afterP99Ms),
    spans(affectedP50Ms, affectedP99Ms),
    spans(healthyP50Ms, healthyP99Ms),
    worstRequest ?? "-",
  ];
}

/** Seen no later than the fault tool had its proof. */
export function sinceText(spanMs: number | null): string {
  return spanMs === 0 ? "at once" : spanText(spanMs);
}

function lostText({ lostCount, wrongCount, indeterminateCount }: OutageFigures): string {
  if (wrongCount + indeterminateCount === 0) return String(lostCount);
  return `${lostCount} (${wrongCount} wrong, ${indeterminateCount} indeterminate)`;
}

function lostLines(number: number, outage: OutageFigures, options: TextOptions): Lines {
  const { lostCount, lostRequests } = outage;
  if (lostCount === 0) return [];
  const more = lostCount > lostRequests.length ? ", ..." : "";
  return wrapped(`lost in #${number}: ${lostRequests.join(", ")}${more}`, options);
}

/** What happened once is in the table above already. */
function repeatedLines(causes: readonly CauseFigures[], options: TextOptions): Lines {
  const rows = causes
    .filter(({ outageCount }) => outageCount > 1)
    .flatMap((cause) =>
      (["detection", "failover", "rejoin", "recovery"] as const).map((figure, index) => {
        const { count, minMs, p50Ms, p90Ms, maxMs } = cause[figure];
        const who = index === 0 ? `${cause.cause}, ${cause.outageCount} times` : "";
        return [who, figure, String(count), ...[minMs, p50Ms, p90Ms, maxMs].map(spanText)];
      }),
    );
  if (rows.length === 0) return [];
  const head = ["repeated faults", "", "known", "min", "median", "p90", "max"];
  return tableLines({ head, rows, right: [2, 3, 4, 5, 6] }, options);
}
