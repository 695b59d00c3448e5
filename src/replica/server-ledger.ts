import type { Clock } from "../base/clock.ts";
import { freshId } from "../base/random.ts";
import type { LedgerRecord } from "../ledger/record.ts";
import { runHeader } from "../ledger/run-header.ts";
import { type LedgerSink, LedgerWriter } from "../ledger/writer.ts";

/** A replica's own ledger: its run's header, an ExecutionRecord a request, its footer. */
export class ServerLedger implements LedgerSink {
  readonly run = freshId();
  readonly #writer: LedgerWriter | undefined;
  readonly #config: Readonly<Record<string, string>>;
  readonly #clock: Clock;
  #begun = false;

  /** Opens `path` (undefined: no ledger); throws `cannot-run` when that is not possible. */
  constructor(
    path: string | undefined,
    options: { readonly config: Readonly<Record<string, string>>; readonly clock: Clock },
  ) {
    this.#config = options.config;
    this.#clock = options.clock;
    this.#writer =
      path === undefined
        ? undefined
        : LedgerWriter.open(path, { flush: "each", clock: options.clock });
  }

  /**
   * Writes the header, once. Not before the replica listens: with its port taken, the file may well
   * be the ledger of the replica that has it.
   */
  begin(): void {
    if (this.#begun) return;
    this.#begun = true;
    const { run } = this;
    const header = { run, command: "serve", seed: 0, config: this.#config };
    this.#writer?.append(runHeader(header, this.#clock));
  }

  /**
   * A first request can arrive before begin() is called: one address listens, the other not yet.
   */
  append(record: LedgerRecord): void {
    this.begin();
    this.#writer?.append(record);
  }

  /** Writes the footer and closes; returns what was lost on the way, as a sentence, if anything. */
  end(reason: string, totals: Readonly<Record<string, string>>): string | undefined {
    if (this.#begun) {
      this.#writer?.append({
        kind: "end",
        tUs: this.#clock.nowUs(),
        run: this.run,
        reason,
        totals,
      });
    }
    this.#writer?.close();
    const { failure, lostRecordCount = 0, path } = this.#writer ?? {};
    if (failure === undefined) return undefined;
    return `${lostRecordCount} record(s) could not be written to ${path}: ${failure}`;
  }
}

/** Appends each record to `path` by one write: the replica itself has the same file open. */
export function appendingTo(path: string, clock: Clock): LedgerSink {
  return {
    append(record) {
      // Opened anew each time, so that a line its crashed predecessor left torn is found and ended.
      const writer = LedgerWriter.open(path, { flush: "each", clock });
      writer.append(record);
      writer.close();
    },
  };
}
