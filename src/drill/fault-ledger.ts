import type { Clock } from "../base/clock.ts";
import type { LedgerRecord } from "../ledger/record.ts";
import { runHeader } from "../ledger/run-header.ts";
import { type LedgerSink, LedgerWriter } from "../ledger/writer.ts";
import { formatFault, type PlannedFault } from "./planned-fault.ts";

/** Where the faults of a load are recorded, beside its own ledger. */
export const faultLedgerName = "fault.log";

export interface FaultLedgerOptions {
  /** Undefined: no file. */
  readonly path: string | undefined;
  readonly run: string;
  /** Whose faults they are, as the header says it. */
  readonly command: string;
  readonly config: Readonly<Record<string, string>>;
  /** Whoever else is given every record. */
  readonly sinks: readonly LedgerSink[];
  readonly onFailure: (failure: string) => void;
  readonly clock: Clock;
}

/** The records of faults that a load is driven through, from their header to their footer. */
export class FaultLedger implements LedgerSink {
  readonly path: string | undefined;
  readonly run: string;
  readonly #writer: LedgerWriter | undefined;
  readonly #sinks: readonly LedgerSink[];
  readonly #clock: Clock;

  /** Opens the file and begins it; throws `cannot-run` when that is not possible. */
  constructor({ path, run, command, config, sinks, clock, onFailure }: FaultLedgerOptions) {
    this.path = path;
    this.run = run;
    this.#sinks = sinks;
    this.#clock = clock;
    this.#writer =
      path === undefined ? undefined : LedgerWriter.open(path, { flush: "each", clock, onFailure });
    this.append(runHeader({ run, command, seed: 0, config }, clock));
  }

  append(record: LedgerRecord): void {
    this.#writer?.append(record);
    for (const sink of this.#sinks) sink.append(record);
  }

  /** Writes the footer; returns how many records are not in the file. */
  end(reason: "normal" | "interrupted" | "failed"): number {
    this.append({ kind: "end", tUs: this.#clock.nowUs(), run: this.run, reason, totals: {} });
    return this.#writer?.audit() ?? 0;
  }

  close(): void {
    this.#writer?.close();
  }
}

/** The faults as a run header keeps them: `fault_1=crash:50051@5s`. */
export function faultConfig(faults: readonly PlannedFault[]): Record<string, string> {
  return Object.fromEntries(
    faults.map((fault, index) => [`fault_${index + 1}`, formatFault(fault)]),
  );
}
