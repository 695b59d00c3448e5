import { auditLines } from "./render-audit.ts";
import { outageLines } from "./render-outages.ts";
import type { ClockOffset, RunReport } from "./run-report.ts";
import { isOfStreamsAlone } from "./stream-report.ts";
import { type TextOptions, tinted, wrapped } from "./text-layout.ts";

type Lines = readonly string[];

/**
 * Outages, recovery, executions, restarts and clocks: what the run went through and how it is
 * known.
 */
export function faultSections(run: RunReport, options: TextOptions): readonly Lines[] {
  return [
    outageLines(run, options),
    isOfStreamsAlone(run) ? [] : auditLines(run, options),
    restartLines(run, options),
    clockLines(run, options),
    remarkLines(run, options),
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
