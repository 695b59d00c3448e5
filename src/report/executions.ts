import { requestId } from "../ledger/record.ts";
import { compareText, type LedgerCollector } from "./ledger-collector.ts";
import { endpointsOfServers, serverName } from "./replica-endpoints.ts";
import { RowIndex } from "./row-index.ts";
import type { RunData } from "./run-data.ts";
import type { ClockOffset, DuplicateExecution, ExecutionFigures } from "./run-report.ts";

/** Statuses by which a replica refuses a request before it executes anything. */
const refusals: ReadonlySet<string> = new Set([
  "INVALID_ARGUMENT",
  "RESOURCE_EXHAUSTED",
  "FAILED_PRECONDITION",
  "OUT_OF_RANGE",
  "UNIMPLEMENTED",
  "UNAVAILABLE",
]);

const duplicateShownMaxCount = 10;

export interface ExecutionFindings {
  readonly figures: ExecutionFigures;
  /** By client endpoint, or by the server's own name when it is none of them. */
  readonly byEndpoint: ReadonlyMap<string, number>;
  readonly clocks: readonly ClockOffset[];
}

/** What the server ledgers say of this run's requests. */
export function executionFindings(ledger: LedgerCollector, data: RunData): ExecutionFindings {
  const endpoints = endpointsOfServers(ledger.servers, data);
  const nameOf = (server: number) => {
    const run = ledger.servers[server];
    return endpoints[server] ?? (run === undefined ? "" : serverName(run));
  };
  const { rows, refused } = executedRows(data);
  const byEndpoint = countByEndpoint(ledger, data, { rows, endpoints, nameOf });
  const numbers = Float64Array.from(rows, (row) => data.executions.number.at(row)).sort();
  const duplicates = repeatedNumbers(numbers);
  const missingServerLedgers = missingLedgers(data, byEndpoint);
  return {
    figures: {
      total: rows.length,
      refused,
      duplicateRequestCount: duplicates.size,
      duplicates: firstDuplicates(data, { rows, duplicates, nameOf }),
      okNotExecutedCount: missingServerLedgers.some((endpoint) => okCount(data, endpoint) > 0)
        ? null
        : okNotIn(data, numbers),
      missingServerLedgers,
    },
    byEndpoint,
    clocks: clockOffsets(ledger, data, { rows, duplicates, nameOf }),
  };
}

interface Executed {
  /** Rows of data.executions that are executions, not refusals. */
  readonly rows: Uint32Array;
  readonly nameOf: (server: number) => string;
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

/** A replica without executions is listed with 0 only if a ledger of its own is there to say so. */
function countByEndpoint(
  ledger: LedgerCollector,
  data: RunData,
  { rows, endpoints, nameOf }: Executed & { endpoints: readonly (string | undefined)[] },
): ReadonlyMap<string, number> {
  const byServer = new Uint32Array(ledger.servers.length);
  for (const row of rows) {
    const server = data.executions.server.at(row);
    byServer[server] = (byServer[server] ?? 0) + 1;
  }
  const byEndpoint = new Map<string, number>();
  for (const [server, count] of byServer.entries()) {
    const endpoint = endpoints[server];
    // A ledger that holds nothing of the run proves nothing about requests that were answered ok.
    const isTelling = count > 0 || (endpoint !== undefined && okCount(data, endpoint) === 0);
    const name = nameOf(server);
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

function repeatedNumbers(sorted: Float64Array): ReadonlySet<number> {
  const repeated = new Set<number>();
  for (let at = 1; at < sorted.length; at++) {
    const number = sorted[at] ?? 0;
    if (number === sorted[at - 1]) repeated.add(number);
  }
  return repeated;
}

function firstDuplicates(
  data: RunData,
  { rows, duplicates, nameOf }: Executed & { duplicates: ReadonlySet<number> },
): readonly DuplicateExecution[] {
  const first = [...duplicates].slice(0, duplicateShownMaxCount);
  const found = new Map(first.map((number) => [number, [] as { endpoint: string; tUs: number }[]]));
  if (found.size === 0) return [];
  for (const row of rows) {
    const endpoint = nameOf(data.executions.server.at(row));
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

/** Of each server process; only requests executed exactly once say whose execution was answered. */
function clockOffsets(
  ledger: LedgerCollector,
  data: RunData,
  { rows, duplicates, nameOf }: Executed & { duplicates: ReadonlySet<number> },
): readonly ClockOffset[] {
  const okIndex = new RowIndex(data.ok.number.values);
  const minUs = ledger.servers.map(() => Number.NEGATIVE_INFINITY);
  const maxUs = ledger.servers.map(() => Number.POSITIVE_INFINITY);
  const names = ledger.servers.map((_, server) => nameOf(server));
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
  return ledger.servers
    .map(({ header }, server) => ({
      endpoint: names[server] ?? "",
      pid: header?.pid ?? null,
      offsetMinMs: (minUs[server] ?? 0) / 1000,
      offsetMaxMs: (maxUs[server] ?? 0) / 1000,
    }))
    .filter(({ offsetMinMs }) => Number.isFinite(offsetMinMs))
    .sort((a, b) => compareText(a.endpoint, b.endpoint) || (a.pid ?? 0) - (b.pid ?? 0));
}
