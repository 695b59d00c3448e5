import type { FaultName } from "./fault-kinds.ts";

/** What every event says. */
export interface EventBase {
  readonly tUs: number;
  readonly fault: FaultName;
  readonly port: number;
}
