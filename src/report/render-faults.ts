import type { ClockOffset, OutageFigures, RunReport } from "./run-report.ts";
import { spanText, type TextOptions, tableLines, tinted, wrapped } from "./text-layout.ts";

type Lines = readonly string[];

/**
 * Outages, recovery, executions, restarts and clocks: what the run went through and how it is
 * known.
 */
export function faultSections(run: RunReport, options: TextOptions): readonly Lines[] {
  return [
    recoveryLines(run, options),
    executionLines(run, options),
    restartLines(run, options),
    clockLines(run, options),
    remarkLines(run, options),
  ];
}

const outageShownMaxCount = 20;

function recoveryLines({ recovery, outages }: RunReport, options: TextOptions): Lines {
  const { affectedCount, recoveredCount, p50Ms, worstMs } = recovery;
  const summary =
    affectedCount === 0
      ? "no request was affected"
      : `${affectedCount} requests affected, ${recoveredCount} recovered: ` +
        `p50 ${spanText(p50Ms)}, worst ${spanText(worstMs)}`;
  const lines = [
    tinted("Recovery (of a request: its first failed attempt to its own ok)", "title", options),
    ...wrapped(summary, options),
  ];
  if (outages.length === 0) return lines;
  const rows = outages.slice(0, outageShownMaxCount).map(outageRow);
  const head = [
    ...["outage of", "cause", "begin"],
    ...["detection", "failover", "rejoin", "recovery", "affected"],
  ];
  const left = outages.length - rows.length;
  return [
    ...lines,
    ...tableLines({ head, rows, right: [3, 4, 5, 6, 7] }, options),
    ...(left > 0 ? [`  ... and ${left} more outages (--format json has them all)`] : []),
    ...wrapped(
      "from its begin to: the client's first sign of it; the first affected request answered elsewhere; " +
        "the replica's own first answer",
      options,
    ).map((line) => tinted(line, "aside", options)),
  ];
}

function outageRow(outage: OutageFigures): readonly string[] {
  return [
    outage.endpoint,
    outage.beginFrom === "fault" ? outage.cause : "seen by the client",
    outage.begin.slice("YYYY-MM-DD ".length),
    outage.noticed ? sinceText(outage.detectionMs) : "not noticed",
    sinceText(outage.failoverMs),
    outage.rejoinMs === null ? "not seen" : spanText(outage.rejoinMs),
    outage.recoveredCount < outage.affectedCount
      ? `${outage.affectedCount - outage.recoveredCount} never`
      : spanText(outage.recoveryMs),
    String(outage.affectedCount),
  ];
}

/** Seen no later than the fault tool had its proof. */
function sinceText(spanMs: number | null): string {
  return spanMs === 0 ? "at once" : spanText(spanMs);
}

function executionLines({ executions }: RunReport, options: TextOptions): Lines {
  const { total, refused, duplicateRequestCount, okNotExecutedCount } = executions;
  const missing = executions.missingServerLedgers.join(", ");
  const shown = executions.duplicates.map(
    ({ request, executions: each }) =>
      `${request}: ${each.length} times, on ${each.map(({ endpoint }) => endpoint).join(", ")}`,
  );
  const left = duplicateRequestCount - shown.length;
  const isKnown = total + refused > 0 || missing === "";
  return [
    tinted("Executions (server ledgers)", "title", options),
    ...wrapped(
      isKnown
        ? `${total} executions, ${refused} refusals; ` +
            `${duplicateRequestCount} requests executed more than once`
        : "nothing is known of executions",
      options,
    ),
    ...shown.flatMap((line) => wrapped(line, options, "    ")),
    ...(left > 0 ? [`    ... and ${left} more`] : []),
    ...(missing === ""
      ? []
      : wrapped(
          `no server ledger of this run for ${missing}: executions there are not known`,
          options,
        )),
    ...wrapped(
      okNotExecutedCount === null
        ? "ok without an execution: not known without all server ledgers"
        : `ok without an execution: ${okNotExecutedCount}`,
      options,
    ),
  ];
}

function restartLines({ restarts }: RunReport, options: TextOptions): Lines {
  if (restarts.length === 0) return [];
  const lines = restarts.flatMap(({ at, endpoint, by, pid, after }) => {
    const time = at.slice("YYYY-MM-DD ".length);
    const why = after === null ? "" : ` after ${after}`;
    return wrapped(`[${time}] ${endpoint} started by ${by}${why} (pid ${pid})`, options);
  });
  return [tinted("Replicas started during the run", "title", options), ...lines];
}

function clockLines({ clocks, outages }: RunReport, options: TextOptions): Lines {
  const byFault = outages.some(({ beginFrom }) => beginFrom === "fault");
  const notes = [
    ...clocks.map(clockText),
    ...(byFault
      ? [
          "fault instants come from another process on this host and boot: each reads the wall clock once, " +
            "at its start, so a step of it between their starts shifts them by as much",
        ]
      : []),
  ];
  if (notes.length === 0) return [];
  return [tinted("Clocks", "title", options), ...notes.flatMap((note) => wrapped(note, options))];
}

function remarkLines({ remarks }: RunReport, options: TextOptions): Lines {
  if (remarks.length === 0) return [];
  return [
    tinted("Remarks", "title", options),
    ...remarks.flatMap((remark) => wrapped(remark, options)),
  ];
}

function clockText({ endpoint, pid, offsetMinMs, offsetMaxMs }: ClockOffset): string {
  const who = `${endpoint}${pid === null ? "" : ` (pid ${pid})`}`;
  const from = `${offsetMinMs.toFixed(3)}ms`;
  const to = `${offsetMaxMs.toFixed(3)}ms`;
  if (offsetMinMs > offsetMaxMs)
    return `${who}: its clock drifted from the client's, ${to} .. ${from}`;
  return `${who}: its clock minus the client's is within ${from} .. ${to}`;
}
