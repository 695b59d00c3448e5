import { readLedger } from "../ledger/reader.ts";
import type { LedgerCollector } from "./ledger-collector.ts";

/** Reads files into `ledger`, one after the other; throws `cannot-run` when one cannot be read. */
export async function readLedgers(
  paths: readonly string[],
  ledger: LedgerCollector,
): Promise<void> {
  for (const path of paths) {
    const source = ledger.source(path);
    const { skippedLineCount } = await readLedger(path, (record) => source.append(record));
    source.skippedLineCount = skippedLineCount;
  }
}
