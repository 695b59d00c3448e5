import { accessSync, closeSync, constants, existsSync, openSync } from "node:fs";
import { dirname } from "node:path";
import type { Clock } from "../base/clock.ts";
import { counted } from "../base/counted.ts";
import { DfsError, messageOf } from "../base/errors.ts";
import { freshId } from "../base/random.ts";
import type { LedgerRecord } from "../ledger/record.ts";
import { runHeader } from "../ledger/run-header.ts";
import { type LedgerSink, LedgerWriter } from "../ledger/writer.ts";

export interface ServerLedgerOptions {
  readonly config: Readonly<Record<string, string>>;
  readonly clock: Clock;
  /** Told once, at the first record that could not be written. */
  readonly onFailure?: (failure: string) => void;
}

/**
 * A replica's own ledger: its run's header, an ExecutionRecord a request, its footer. The file is
 * opened when the replica listens, not before: a replica that cannot must leave no file behind, and
 * with its port taken the file may well be the ledger of the replica that has it.
 */
export class ServerLedger implements LedgerSink {
  readonly run = freshId();
  readonly #path: string | undefined;
  readonly #options: ServerLedgerOptions;
  #writer: LedgerWriter | undefined;
  #begun = false;
  #earlyLostCount = 0;

  /** Throws `cannot-run` when `path` (undefined: no ledger) could not be opened later. */
  constructor(path: string | undefined, options: ServerLedgerOptions) {
    this.#path = path;
    this.#options = options;
    if (path !== undefined) assertWritable(path);
  }

  /** Opens the file and writes the header, once; throws `cannot-run` when it cannot be opened. */
  begin(): void {
    if (this.#begun) return;
    const { clock, config } = this.#options;
    if (this.#path !== undefined) {
      const { onFailure = () => undefined } = this.#options;
      this.#writer = LedgerWriter.open(this.#path, { flush: "each", clock, onFailure });
    }
    this.#begun = true;
    const header = { run: this.run, command: "serve", seed: 0, config };
    this.#write(runHeader(header, clock));
  }

  /**
   * A first request can arrive before begin() is called: one address listens, the other not yet.
   */
  append(record: LedgerRecord): void {
    try {
      this.begin();
    } catch {
      // The request is answered all the same; begin() says why, to the one that calls it next.
      this.#earlyLostCount++;
      return;
    }
    this.#write(record);
  }

  /** Writes the footer and closes; returns what was lost on the way, as a sentence, if anything. */
  end(reason: string, totals: Readonly<Record<string, string>>): string | undefined {
    const { run } = this;
    const tUs = this.#options.clock.nowUs();
    if (this.#begun) this.#write({ kind: "end", tUs, run, reason, totals });
    this.#writer?.close();
    const { failure, lostRecordCount = 0 } = this.#writer ?? {};
    const count = lostRecordCount + this.#earlyLostCount;
    if (count === 0) return undefined;
    const why = failure === undefined ? "" : `: ${failure}`;
    return `${counted(count, "record")} could not be written to ${this.#path}${why}`;
  }

  #write(record: LedgerRecord): void {
    this.#writer?.append(record);
  }
}

/**
 * Appends each record to `path` by one write: the replica itself has the same file open. What could
 * not be written is lost and told to `onFailure`, each time.
 */
export function appendingTo(
  path: string,
  clock: Clock,
  onFailure?: (failure: string) => void,
): LedgerSink {
  return {
    append(record) {
      try {
        // Opened anew each time, so that a line its crashed predecessor left torn is found and
        // ended.
        const told = onFailure ?? (() => undefined);
        const writer = LedgerWriter.open(path, { flush: "each", clock, onFailure: told });
        writer.append(record);
        writer.close();
      } catch (error) {
        onFailure?.(messageOf(error));
      }
    },
  };
}

/** As far as can be told without creating the file, or changing it. */
function assertWritable(path: string): void {
  try {
    if (existsSync(path)) closeSync(openSync(path, constants.O_RDWR | constants.O_APPEND));
    else accessSync(dirname(path), constants.W_OK | constants.X_OK);
  } catch (error) {
    throw new DfsError("cannot-run", cannotWrite(path, messageOf(error)), { cause: error });
  }
}

function cannotWrite(path: string, failure: string): string {
  return `Cannot write the log file "${path}": ${failure}`;
}
