import type { RunRecord } from "../ledger/record.ts";
import { compareText, type LedgerCollector } from "./ledger-collector.ts";
import { replicaEndpoints } from "./replica-endpoints.ts";
import type { RunData } from "./run-data.ts";
import type { RestartFact } from "./run-report.ts";
import { endpointBehind, endpointOrUndefined, shareClock } from "./same-host.ts";
import { wallSecond } from "./wall-time.ts";

export interface RestartFindings {
  readonly restarts: readonly RestartFact[];
  readonly remarks: readonly string[];
}

/**
 * Replicas of the run that were started while it was on: as their supervisor or their own header
 * tells.
 */
export function restartsOfRun(ledger: LedgerCollector, data: RunData): RestartFindings {
  const found = new Map<string, RestartFact>();
  const remarks = new Set<string>();
  const add = (start: ReplicaStart) => {
    if (start.tUs < data.startUs || start.tUs > data.endUs) return;
    if (!shareClock(start.header, data.header)) {
      const where = start.header === undefined ? "an unknown host" : start.header.host;
      remarks.add(`${start.endpoint} was started on ${where}: not laid over the load's time`);
      return;
    }
    const fact = factOf(start, data);
    if (fact === undefined) return;
    const key = `${fact.endpoint} ${fact.pid}`;
    const known = found.get(key);
    // The supervisor knows how the predecessor ended; the replica's header says when it was up.
    found.set(key, known === undefined ? fact : merged(known, fact));
  };
  for (const { record, header } of ledger.restarts) {
    add({ ...record, header: ledger.header(record.run) ?? header, port: undefined });
  }
  for (const { header } of ledger.servers) {
    if (header === undefined) continue;
    const { config, pid, tUs } = header;
    const endpoint = config["endpoint"] ?? `port ${config["port"] ?? "unknown"}`;
    const by = config["started_by"] ?? "unknown";
    const port = config["port"] === undefined ? undefined : Number(config["port"]);
    add({ tUs, endpoint, by, pid, after: null, header, port });
  }
  return {
    restarts: [...found.values()].sort(
      (a, b) => a.tUs - b.tUs || compareText(a.endpoint, b.endpoint),
    ),
    remarks: [...remarks].sort(compareText),
  };
}

interface ReplicaStart {
  readonly tUs: number;
  readonly endpoint: string;
  readonly by: string;
  readonly pid: number;
  readonly after: string | null;
  readonly header: RunRecord | undefined;
  readonly port: number | undefined;
}

/** Undefined when the replica is none of the run's. */
function factOf(start: ReplicaStart, data: RunData): RestartFact | undefined {
  const port = start.port ?? endpointOrUndefined(start.endpoint)?.port;
  if (port === undefined) return undefined;
  const listener = { port, endpoint: start.endpoint, header: start.header };
  const endpoint = endpointBehind(listener, replicaEndpoints(data), data.header);
  if (endpoint === undefined) return undefined;
  const { tUs, by, pid, after } = start;
  return { endpoint, tUs, at: wallSecond(tUs, data.header?.utcOffset), by, pid, after };
}

function merged(a: RestartFact, b: RestartFact): RestartFact {
  const [supervisor, own] = a.after === null ? [b, a] : [a, b];
  return { ...own, after: supervisor.after, by: supervisor.by };
}
