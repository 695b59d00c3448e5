import type { Metadata } from "@grpc/grpc-js";
import type { Clock } from "../base/clock.ts";
import type { LedgerSink } from "../ledger/writer.ts";
import type { StatusName } from "../rpc/status.ts";
import { callIdentity } from "./call-identity.ts";

export interface Execution {
  readonly code: StatusName;
  readonly found: boolean;
  /** Of a search the vertices it discovered, of a traversal those that were sent. */
  readonly visited: number;
}

/** Records what was executed, and counts it by status. */
export class ExecutionLog {
  readonly counts = new Map<StatusName, number>();
  readonly #clock: Clock;
  readonly #ledger: LedgerSink | undefined;

  constructor(clock: Clock, ledger: LedgerSink | undefined) {
    this.#clock = clock;
    this.#ledger = ledger;
  }

  /** To be called before the answer leaves. */
  record(metadata: Metadata, startedUs: number, execution: Execution): void {
    this.counts.set(execution.code, (this.counts.get(execution.code) ?? 0) + 1);
    const tUs = this.#clock.nowUs();
    this.#ledger?.append({
      kind: "execution",
      tUs,
      ...callIdentity(metadata),
      ...execution,
      durationUs: tUs - startedUs,
    });
  }
}
