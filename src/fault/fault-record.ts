import type { FaultRecord } from "../ledger/record.ts";
import type { FaultName } from "./fault-kinds.ts";
import type { ProcessFacts } from "./process-facts.ts";

/** The record of an effect that was observed at `tUs`. */
export function faultRecord(
  fault: FaultName,
  effect: Pick<FaultRecord, "phase" | "tUs" | "run" | "port"> & { process: ProcessFacts },
): FaultRecord {
  const { process, ...rest } = effect;
  return { kind: "fault", fault, ...rest, pid: process.pid, process: process.name };
}
