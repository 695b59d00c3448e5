import { compareText, type LedgerCollector, type ServerRun } from "./ledger-collector.ts";
import { endpointsOfServers } from "./replica-endpoints.ts";
import type { RunData } from "./run-data.ts";
import type { ExecutionFigures, ServerLedgerFigures } from "./run-report.ts";
import { shareClock } from "./same-host.ts";

/** Lives of servers that executed requests of the run, or stood behind its endpoints meanwhile. */
export function serversOfRun(ledger: LedgerCollector, data: RunData): readonly ServerRun[] {
  const counts = new Uint32Array(ledger.servers.length);
  for (let row = 0; row < data.executions.number.length; row++) {
    const server = data.executions.server.at(row);
    counts[server] = (counts[server] ?? 0) + 1;
  }
  const endpoints = endpointsOfServers(ledger.servers, data);
  return ledger.servers.filter((server, index) => {
    if ((counts[index] ?? 0) > 0) return true;
    const { header, end } = server;
    if (header === undefined || endpoints[index] === undefined) return false;
    // Without a footer it may have been over long before.
    if (end === undefined || !shareClock(header, data.header)) return false;
    return header.tUs <= data.endUs && end.tUs >= data.startUs;
  });
}

export interface ServerCounts {
  /** Of each server run: its name, and its executions of the run's requests. */
  readonly names: readonly string[];
  readonly executionCounts: Uint32Array;
}

/** The server ledgers of the run, one line of figures for each life. */
export function serverLedgerFigures(
  ledger: LedgerCollector,
  data: RunData,
  { names, executionCounts }: ServerCounts,
): readonly ServerLedgerFigures[] {
  const skipped = new Map(
    ledger.sources.map(({ path, skippedLineCount }) => [path, skippedLineCount]),
  );
  return serversOfRun(ledger, data)
    .map((server): ServerLedgerFigures => {
      const { header, end, path } = server;
      const index = ledger.servers.indexOf(server);
      return {
        endpoint: names[index] ?? "",
        path,
        pid: header?.pid ?? null,
        executions: executionCounts[index] ?? 0,
        hasHeader: header !== undefined,
        hasFooter: end !== undefined,
        skippedLineCount: skipped.get(path) ?? 0,
      };
    })
    .sort((a, b) => compareText(a.path, b.path) || (a.pid ?? 0) - (b.pid ?? 0));
}

export type Completeness = Pick<ExecutionFigures, "incomplete" | "lowerBounds" | "upperBounds">;

/** What the server ledgers may not hold, and which figures may therefore be off, and which way. */
export function completenessOf(
  lives: readonly ServerLedgerFigures[],
  missing: readonly string[],
): Completeness {
  const paths = new Map(lives.map(({ path, skippedLineCount }) => [path, skippedLineCount]));
  const torn = [...paths].filter(([, count]) => count > 0);
  const incomplete = [
    ...missing.map((endpoint) => `no server ledger of this run for ${endpoint}`),
    ...lives
      .filter(({ hasHeader }) => !hasHeader)
      .map(({ path }) => `${path} holds executions before any header: whose they are is not known`),
    ...lives
      .filter(({ hasHeader, hasFooter }) => hasHeader && !hasFooter)
      .map(
        ({ endpoint, pid, path }) =>
          `${endpoint} (pid ${pid}) left no footer in ${path}, it crashed or still runs: ` +
          "what it had not finished then is not on record",
      ),
    ...torn.map(
      ([path, count]) =>
        `${count} lines of ${path} are torn or foreign: they may have held executions`,
    ),
  ];
  return {
    incomplete,
    lowerBounds: incomplete.length === 0 ? [] : countsOfExecutions,
    // What a replica answered it had on record before, so only lost lines can hide that.
    upperBounds: torn.length === 0 ? [] : ["okNotExecutedCount"],
  };
}

const countsOfExecutions: readonly (keyof ExecutionFigures)[] = [
  "total",
  "refused",
  "duplicateRequestCount",
  "repeatedCount",
  "afterGivenUpCount",
  "afterGivenUpUnknownCount",
  "overtakenCount",
  "executedWithoutOutcomeCount",
];
