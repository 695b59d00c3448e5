import { closeSync, fstatSync, openSync, readSync, statSync, writeSync } from "node:fs";
import { type CancelTimer, type Clock, systemClock } from "../base/clock.ts";
import { DfsError, messageOf } from "../base/errors.ts";
import { limits } from "../base/limits.ts";
import { encodeRecord } from "./encode.ts";
import { tornMark } from "./line.ts";
import type { LedgerRecord } from "./record.ts";

/** Where records go. */
export interface LedgerSink {
  append(record: LedgerRecord): void;
}

export interface LedgerWriterOptions {
  /**
   * `each`: a record is handed to the system before append() returns, so it survives this process
   * being killed the next instant. `batched`: within limits.ledgerFlushMs, which costs the load
   * less.
   */
  readonly flush: "each" | "batched";
  readonly clock?: Clock;
  /** Told once, with the file and why, when the first record is lost. */
  readonly onFailure?: (failure: string) => void;
}

/**
 * Appends records to one file, never truncates it. A failing disk loses records, not requests: they
 * are counted in `lostRecordCount` with the first error in `failure`, and appending goes on.
 */
export class LedgerWriter implements LedgerSink {
  lostRecordCount = 0;
  failure: string | undefined;
  readonly path: string;
  readonly #fd: number;
  readonly #flush: "each" | "batched";
  readonly #clock: Clock;
  readonly #onFailure: (failure: string) => void;
  /** Spelled out when they are written: many at once cost a fraction of one at a time. */
  #pending: LedgerRecord[] = [];
  #cancelFlush: CancelTimer | undefined;
  /** Whether the file ends within a line, ours or that of a killed predecessor. */
  #torn: boolean;
  #closed = false;
  readonly #sizeAtOpen: number;
  #writtenByteCount = 0;
  #writtenRecordCount = 0;

  private constructor(path: string, fd: number, options: LedgerWriterOptions) {
    this.path = path;
    this.#fd = fd;
    this.#flush = options.flush;
    this.#clock = options.clock ?? systemClock;
    this.#onFailure = options.onFailure ?? (() => undefined);
    this.#torn = endsWithinLine(fd);
    this.#sizeAtOpen = fstatSync(fd).size;
  }

  /** Opens or creates `path`; throws `cannot-run` when that is not possible. */
  static open(path: string, options: LedgerWriterOptions): LedgerWriter {
    try {
      return new LedgerWriter(path, openSync(path, "a+"), options);
    } catch (error) {
      throw new DfsError("cannot-run", `Cannot write the log file "${path}": ${messageOf(error)}`, {
        cause: error,
      });
    }
  }

  append(record: LedgerRecord): void {
    if (this.#closed) return;
    const count = this.#pending.push(record);
    if (this.#flush === "each" || count >= limits.ledgerBatchMaxCount) this.flush();
    else this.#cancelFlush ??= this.#clock.after(limits.ledgerFlushMs, () => this.flush());
  }

  /** Hands every pending record to the system. */
  flush(): void {
    this.#cancelFlush?.();
    this.#cancelFlush = undefined;
    const records = this.#pending;
    if (records.length === 0) return;
    this.#pending = [];
    let text = this.#torn ? `${tornMark}\n` : "";
    for (const record of records) text += `${encodeRecord(record)}\n`;
    const bytes = Buffer.from(text);
    let written = 0;
    try {
      while (written < bytes.length) written += writeSync(this.#fd, bytes, written);
      this.#torn = false;
      this.#writtenRecordCount += records.length;
    } catch (error) {
      this.#countLost(bytes, written);
      this.#fail(messageOf(error));
    }
    this.#writtenByteCount += written;
  }

  /**
   * Looks whether what was written is still there: a file removed, replaced or cut short meanwhile
   * has lost all of it as far as anyone can tell. Returns the records lost in all.
   */
  audit(): number {
    this.flush();
    if (this.failure !== undefined || this.#closed) return this.lostRecordCount;
    const file = fstatSync(this.#fd);
    const named = statSync(this.path, { throwIfNoEntry: false });
    const isSame = named !== undefined && named.dev === file.dev && named.ino === file.ino;
    const isWhole = file.size >= this.#sizeAtOpen + this.#writtenByteCount;
    if (!file.isFile() || (isSame && isWhole)) return this.lostRecordCount;
    this.lostRecordCount += this.#writtenRecordCount;
    this.#fail(isSame ? "it was cut short meanwhile" : "it was removed or replaced meanwhile");
    return this.lostRecordCount;
  }

  close(): void {
    if (this.#closed) return;
    this.flush();
    this.#closed = true;
    closeSync(this.#fd);
  }

  #fail(failure: string): void {
    if (this.failure !== undefined) return;
    this.failure = failure;
    this.#onFailure(`Cannot write the log file "${this.path}": ${failure}`);
  }

  /**
   * Of a batch cut short after `written` bytes, the lines that are not wholly in the file are lost.
   */
  #countLost(bytes: Buffer, written: number): void {
    const rest = bytes.subarray(written);
    this.lostRecordCount += rest.reduce((count, byte) => count + (byte === newline ? 1 : 0), 0);
    // The first line end of such a batch closes the predecessor's line, not a record.
    if (this.#torn && written <= tornMark.length) this.lostRecordCount--;
    if (written > 0) this.#torn = bytes[written - 1] !== newline;
  }
}

const newline = 0x0a;

function endsWithinLine(fd: number): boolean {
  const { size } = fstatSync(fd);
  if (size === 0) return false;
  const last = Buffer.alloc(1);
  return readSync(fd, last, 0, 1, size - 1) === 1 && last[0] !== newline;
}
