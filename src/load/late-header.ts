import type { Clock } from "../base/clock.ts";
import type { LedgerRecord } from "../ledger/record.ts";
import { type RunDescription, runHeader } from "../ledger/run-header.ts";
import type { LedgerSink } from "../ledger/writer.ts";

/**
 * The header comes first in a ledger, but what it says is known only after the replicas have been
 * asked: records that are made meanwhile wait for it.
 */
export class LateHeader {
  readonly #ledger: LedgerSink;
  readonly #clock: Clock;
  readonly #begunUs: number;
  #waiting: LedgerRecord[] | undefined = [];

  constructor(ledger: LedgerSink, clock: Clock) {
    this.#ledger = ledger;
    this.#clock = clock;
    this.#begunUs = clock.nowUs();
  }

  append(record: LedgerRecord): void {
    if (this.#waiting === undefined) this.#ledger.append(record);
    else this.#waiting.push(record);
  }

  /** The run began when this object was made. */
  write(description: RunDescription): void {
    this.#ledger.append({ ...runHeader(description, this.#clock), tUs: this.#begunUs });
    for (const record of this.#waiting ?? []) this.#ledger.append(record);
    this.#waiting = undefined;
  }
}
