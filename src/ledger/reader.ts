import { DfsError, messageOf } from "../base/errors.ts";
import { decodeRecord } from "./decode.ts";
import type { LedgerRecord } from "./record.ts";

export interface LedgerReadStats {
  readonly recordCount: number;
  /** Lines that are torn, foreign or of an unknown kind: skipped. */
  readonly skippedLineCount: number;
}

/**
 * Reads a ledger file in constant memory, handing each record to `onRecord` in file order. A last
 * line without its line end may still be being written, so it counts as skipped. Throws
 * `cannot-run` when the file cannot be read.
 */
export async function readLedger(
  path: string,
  onRecord: (record: LedgerRecord) => void,
): Promise<LedgerReadStats> {
  let recordCount = 0;
  let skippedLineCount = 0;
  const take = (line: string) => {
    if (line === "") return;
    const record = decodeRecord(line);
    if (record === undefined) {
      skippedLineCount++;
      return;
    }
    recordCount++;
    onRecord(record);
  };
  const decoder = new TextDecoder();
  let rest = "";
  for await (const chunk of chunksOf(path)) {
    rest = takeLines(rest + decoder.decode(chunk, { stream: true }), take);
  }
  if (rest !== "") skippedLineCount++;
  return { recordCount, skippedLineCount };
}

/** The file's bytes; only reading them is wrapped here, so that a bug in `onRecord` stays one. */
async function* chunksOf(path: string): AsyncGenerator<Uint8Array> {
  try {
    yield* Bun.file(path).stream();
  } catch (error) {
    throw new DfsError("cannot-run", `Cannot read the log file "${path}": ${messageOf(error)}`, {
      cause: error,
    });
  }
}

/** Hands every complete line to `take` and returns the incomplete rest. */
function takeLines(text: string, take: (line: string) => void): string {
  let start = 0;
  for (let end = text.indexOf("\n"); end >= 0; end = text.indexOf("\n", start)) {
    // Windows editors and the guide's scripts may leave carriage returns.
    take(text.slice(start, text.charCodeAt(end - 1) === 0x0d ? end - 1 : end));
    start = end + 1;
  }
  return text.slice(start);
}
