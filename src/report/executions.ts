import { limits } from "../base/limits.ts";
import { requestId } from "../ledger/record.ts";
import { clockBounds, clockOffsets, widestBounds } from "./clock-bounds.ts";
import { lateExecutions } from "./late-executions.ts";
import { compareText, type LedgerCollector } from "./ledger-collector.ts";
import { endpointsOfServers, serverName } from "./replica-endpoints.ts";
import { RowIndex } from "./row-index.ts";
import type { RunData } from "./run-data.ts";
import type { ClockOffset, DuplicateExecution, ExecutionFigures } from "./run-report.ts";
import { completenessOf, type ServerCounts, serverLedgerFigures } from "./server-ledgers.ts";

/** Statuses by which a replica refuses a request before it executes anything. */
const refusals: ReadonlySet<string> = new Set([
  "INVALID_ARGUMENT",
  "RESOURCE_EXHAUSTED",
  "FAILED_PRECONDITION",
  "OUT_OF_RANGE",
  "UNIMPLEMENTED",
  "UNAVAILABLE",
]);

export interface ExecutionFindings {
  readonly figures: ExecutionFigures;
  /** By client endpoint, or by the server's own name when it is none of them. */
  readonly byEndpoint: ReadonlyMap<string, number>;
  readonly clocks: readonly ClockOffset[];
}

/** What the server ledgers say of this run's requests. */
export function executionFindings(ledger: LedgerCollector, data: RunData): ExecutionFindings {
  const endpoints = endpointsOfServers(ledger.servers, data);
  const names = ledger.servers.map((server, index) => endpoints[index] ?? serverName(server));
  const { rows, refused } = executedRows(data);
  const executionCounts = countByServer(ledger, data, rows);
  const byEndpoint = countByEndpoint(data, { executionCounts, endpoints, names });
  const numbers = Float64Array.from(rows, (row) => data.executions.number.at(row)).sort();
  const { repeated: duplicates, repeatedCount } = repeatedNumbers(numbers);
  const missingServerLedgers = missingLedgers(data, byEndpoint);
  const serverLedgers = serverLedgerFigures(ledger, data, { names, executionCounts });
  const okIndex = new RowIndex(data.ok.number.values);
  const unsuccessfulIndex = new RowIndex(data.unsuccessful.number.values);
  const clocks = clockBounds(ledger, data, { rows, okIndex, duplicates, names });
  const bounds = widestBounds(ledger, data, clocks);
  const { withoutOutcome, ...late } = lateExecutions(data, {
    ...{ rows, okIndex, unsuccessfulIndex, names, bounds },
  });
  return {
    figures: {
      total: rows.length,
      refused,
      duplicateRequestCount: duplicates.size,
      duplicates: firstDuplicates(data, { rows, duplicates, names }),
      repeatedCount,
      okNotExecutedCount: missingServerLedgers.some((endpoint) => okCount(data, endpoint) > 0)
        ? null
        : okNotIn(data, numbers),
      ...late,
      executedWithoutOutcomeCount: withoutOutcome.size,
      missingServerLedgers,
      serverLedgers,
      ...completenessOf(serverLedgers, missingServerLedgers),
    },
    byEndpoint,
    clocks: clockOffsets(ledger, clocks, { names, run: data.run }),
  };
}

function executedRows(data: RunData): { rows: Uint32Array; refused: number } {
  const { executions, codes } = data;
  const isRefusal = codes.all.map((code) => refusals.has(code));
  const rows = new Uint32Array(executions.number.length);
  let count = 0;
  for (let row = 0; row < rows.length; row++) {
    if (!isRefusal[executions.code.at(row)]) rows[count++] = row;
  }
  return { rows: rows.subarray(0, count), refused: rows.length - count };
}

function countByServer(ledger: LedgerCollector, data: RunData, rows: Uint32Array): Uint32Array {
  const counts = new Uint32Array(ledger.servers.length);
  for (const row of rows) {
    const server = data.executions.server.at(row);
    counts[server] = (counts[server] ?? 0) + 1;
  }
  return counts;
}

/** A replica without executions is listed with 0 only if a ledger of its own is there to say so. */
function countByEndpoint(
  data: RunData,
  {
    executionCounts,
    endpoints,
    names,
  }: ServerCounts & { readonly endpoints: readonly (string | undefined)[] },
): ReadonlyMap<string, number> {
  const byEndpoint = new Map<string, number>();
  for (const [server, count] of executionCounts.entries()) {
    const endpoint = endpoints[server];
    // A ledger that holds nothing of the run proves nothing about requests that were answered ok.
    const isTelling = count > 0 || (endpoint !== undefined && okCount(data, endpoint) === 0);
    const name = names[server] ?? "";
    if (isTelling) byEndpoint.set(name, (byEndpoint.get(name) ?? 0) + count);
  }
  return byEndpoint;
}

/** Replicas that the client tried, whose server ledger is not there. */
function missingLedgers(data: RunData, byEndpoint: ReadonlyMap<string, number>): readonly string[] {
  return data.endpoints.all
    .filter((endpoint) => endpoint !== "" && !byEndpoint.has(endpoint))
    .toSorted(compareText);
}

function okCount(data: RunData, endpoint: string): number {
  const index = data.endpoints.all.indexOf(endpoint);
  let count = 0;
  for (let row = 0; row < data.ok.number.length; row++) {
    if (data.ok.endpoint.at(row) === index) count++;
  }
  return count;
}

function repeatedNumbers(sorted: Float64Array) {
  const repeated = new Set<number>();
  let repeatedCount = 0;
  for (let at = 1; at < sorted.length; at++) {
    const number = sorted[at] ?? 0;
    if (number !== sorted[at - 1]) continue;
    repeated.add(number);
    repeatedCount++;
  }
  return { repeated, repeatedCount };
}

interface Duplicates {
  readonly rows: Uint32Array;
  readonly duplicates: ReadonlySet<number>;
  readonly names: readonly string[];
}

function firstDuplicates(
  data: RunData,
  { rows, duplicates, names }: Duplicates,
): readonly DuplicateExecution[] {
  const first = [...duplicates].slice(0, limits.requestShownMaxCount);
  const found = new Map(first.map((number) => [number, [] as { endpoint: string; tUs: number }[]]));
  if (found.size === 0) return [];
  for (const row of rows) {
    const endpoint = names[data.executions.server.at(row)] ?? "";
    found.get(data.executions.number.at(row))?.push({ endpoint, tUs: data.executions.tUs.at(row) });
  }
  return [...found].map(([number, executions]) => ({
    request: requestId(data.run, number),
    executions: executions.sort((a, b) => a.tUs - b.tUs || compareText(a.endpoint, b.endpoint)),
  }));
}

function okNotIn(data: RunData, executed: Float64Array): number {
  const ok = data.ok.number.sorted();
  let missing = 0;
  let at = 0;
  for (let row = 0; row < ok.length; row++) {
    const number = ok[row] ?? 0;
    if (row > 0 && number === ok[row - 1]) continue;
    while (at < executed.length && (executed[at] ?? 0) < number) at++;
    if (executed[at] !== number) missing++;
  }
  return missing;
}
