import type { FaultRecord } from "../ledger/record.ts";
import { compareText, type LedgerCollector } from "./ledger-collector.ts";
import { replicaEndpoints } from "./replica-endpoints.ts";
import type { RunData } from "./run-data.ts";
import { endpointBehind, shareClock } from "./same-host.ts";

/** A fault that took effect on a replica while the run was on. */
export interface RunFault {
  readonly endpoint: string;
  readonly fault: string;
  readonly beginUs: number;
  /** When it was undone; its begin when nothing tells. */
  readonly endUs: number;
}

export interface RunFaults {
  readonly faults: readonly RunFault[];
  /** Faults that could not be laid over the run, and why. */
  readonly remarks: readonly string[];
}

/** The faults that overlap the run in time, by the replica that each hit. */
export function faultsOfRun(ledger: LedgerCollector, data: RunData): RunFaults {
  const endpoints = replicaEndpoints(data);
  const faults: RunFault[] = [];
  const remarks = new Set<string>();
  for (const begin of ledger.faults) {
    if (begin.phase !== "begin") continue;
    const header = ledger.header(begin.run);
    if (!shareClock(header, data.header)) {
      remarks.add(
        header === undefined || data.header === undefined
          ? `fault run ${begin.run}: host unknown for want of a run header; its instants are not subtracted`
          : `fault run ${begin.run} was on ${header.host} (boot ${header.boot}), the load on ` +
              `${data.header.host} (boot ${data.header.boot}); their instants are not subtracted`,
      );
      continue;
    }
    const endUs = endOf(begin, ledger.faults);
    if (endUs < data.startUs || begin.tUs > data.endUs) continue;
    const listener = { port: begin.port, endpoint: undefined, header };
    const endpoint = endpointBehind(listener, endpoints, data.header);
    if (endpoint === undefined) {
      remarks.add(
        `${begin.fault} on port ${begin.port}: not one replica of this run in particular`,
      );
      continue;
    }
    faults.push({ endpoint, fault: begin.fault, beginUs: begin.tUs, endUs });
  }
  faults.sort((a, b) => a.beginUs - b.beginUs || compareText(a.endpoint, b.endpoint));
  return { faults, remarks: [...remarks].sort(compareText) };
}

/** A fault without an end (a crash, or its tool was killed) counts at the instant it began. */
function endOf(begin: FaultRecord, all: readonly FaultRecord[]): number {
  const ofSameTarget = all.filter(
    ({ run, fault, pid, tUs }) =>
      run === begin.run && fault === begin.fault && pid === begin.pid && tUs >= begin.tUs,
  );
  // One run may hit a process again and again.
  const nextUs = ofSameTarget.reduce(
    (least, { phase, tUs }) =>
      phase === "begin" && tUs > begin.tUs ? Math.min(least, tUs) : least,
    Number.POSITIVE_INFINITY,
  );
  const ends = ofSameTarget.filter(({ phase, tUs }) => phase === "end" && tUs <= nextUs);
  return ends.reduce((latestUs, { tUs }) => Math.max(latestUs, tUs), begin.tUs);
}
