import { limits } from "../base/limits.ts";
import { compareText, type LedgerCollector } from "./ledger-collector.ts";
import type { RowIndex } from "./row-index.ts";
import type { RunData } from "./run-data.ts";
import type { ClockOffset } from "./run-report.ts";
import { shareClock } from "./same-host.ts";

/** Server clock minus client clock lies within; infinite when nothing is known. */
export interface ClockBounds {
  readonly minUs: number;
  readonly maxUs: number;
}

export interface AnsweredExecutions {
  /** Rows of data.executions. */
  readonly rows: Uint32Array;
  readonly okIndex: RowIndex;
  /** Requests executed more than once: whose execution was answered is not known. */
  readonly duplicates: ReadonlySet<number>;
  /** Of each server run, as the client names it. */
  readonly names: readonly string[];
}

/** Of each server process, by cause and effect: sent before executed before answered. */
export function clockBounds(
  ledger: LedgerCollector,
  data: RunData,
  { rows, okIndex, duplicates, names }: AnsweredExecutions,
): readonly ClockBounds[] {
  const minUs = ledger.servers.map(() => Number.NEGATIVE_INFINITY);
  const maxUs = ledger.servers.map(() => Number.POSITIVE_INFINITY);
  for (const row of rows) {
    const number = data.executions.number.at(row);
    const okRow = okIndex.rowOf(number);
    const server = data.executions.server.at(row);
    if (okRow < 0 || duplicates.has(number)) continue;
    if (data.endpoints.nameOf(data.ok.endpoint.at(okRow)) !== names[server]) continue;
    const executedUs = data.executions.tUs.at(row);
    const answeredUs = data.ok.tUs.at(okRow);
    const sentUs = answeredUs - data.ok.serviceUs.at(okRow);
    minUs[server] = Math.max(minUs[server] ?? Number.NEGATIVE_INFINITY, executedUs - answeredUs);
    maxUs[server] = Math.min(maxUs[server] ?? Number.POSITIVE_INFINITY, executedUs - sentUs);
  }
  return ledger.servers.map((_, server) => ({
    minUs: minUs[server] ?? Number.NEGATIVE_INFINITY,
    maxUs: maxUs[server] ?? Number.POSITIVE_INFINITY,
  }));
}

/** The bounds that are known, for the report. */
export function clockOffsets(
  { servers }: LedgerCollector,
  bounds: readonly ClockBounds[],
  { names, run }: { readonly names: readonly string[]; readonly run: string },
): readonly ClockOffset[] {
  return servers
    .map(({ header }, server) => ({
      run,
      endpoint: names[server] ?? "",
      pid: header?.pid ?? null,
      offsetMinMs: (bounds[server]?.minUs ?? Number.NEGATIVE_INFINITY) / 1000,
      offsetMaxMs: (bounds[server]?.maxUs ?? Number.POSITIVE_INFINITY) / 1000,
    }))
    .filter(({ offsetMinMs }) => Number.isFinite(offsetMinMs))
    .sort((a, b) => compareText(a.endpoint, b.endpoint) || (a.pid ?? 0) - (b.pid ?? 0));
}

/**
 * By how much the clocks may differ at worst: the bounds, the wider way round when one of the
 * clocks drifted; what processes of one host may differ by, when nothing bounds them; no limit
 * between hosts.
 */
export function widestBounds(
  { servers }: LedgerCollector,
  data: RunData,
  bounds: readonly ClockBounds[],
): readonly ClockBounds[] {
  const sameHostUs = limits.sameHostClockErrorMs * 1000;
  return servers.map(({ header }, server) => {
    const { minUs, maxUs } = bounds[server] ?? unbounded;
    if (Number.isFinite(minUs)) {
      return { minUs: Math.min(minUs, maxUs), maxUs: Math.max(minUs, maxUs) };
    }
    return shareClock(header, data.header) ? { minUs: -sameHostUs, maxUs: sameHostUs } : unbounded;
  });
}

export const unbounded: ClockBounds = {
  minUs: Number.NEGATIVE_INFINITY,
  maxUs: Number.POSITIVE_INFINITY,
};
