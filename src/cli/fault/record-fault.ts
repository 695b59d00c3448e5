import { resolve } from "node:path";
import { counted } from "../../base/counted.ts";
import { DfsError } from "../../base/errors.ts";
import type { FaultOptions, FaultResult } from "../../fault/fault-request.ts";
import type { LedgerRecord } from "../../ledger/record.ts";
import { runHeader } from "../../ledger/run-header.ts";
import { LedgerWriter } from "../../ledger/writer.ts";
import type { Terminal } from "../terminal.ts";

/** What became of a fault; `lost` says how many of its records could not be written. */
export interface Recorded<R> {
  readonly result: R;
  readonly lost: string | undefined;
}

/** Runs the fault between the header and the footer of its ledger. */
export async function injectRecorded<R extends { readonly outcome: FaultResult["outcome"] }>(
  inject: (options: FaultOptions) => Promise<R>,
  tools: {
    /** As typed after `dfs fault`. */
    readonly fault: string;
    readonly seed: number;
    readonly config: Readonly<Record<string, string>>;
    readonly options: FaultOptions;
    readonly path: string;
    readonly terminal: Terminal;
    /** What the footer counts. */
    totalsOf(result: R): Readonly<Record<string, number>>;
  },
): Promise<Recorded<R>> {
  const { run, clock } = tools.options;
  const ledger = LedgerWriter.open(tools.path, { flush: "each", clock });
  let failureTold = false;
  const append = (record: LedgerRecord) => {
    ledger.append(record);
    if (ledger.failure === undefined || failureTold) return;
    failureTold = true;
    const what = `Cannot write the log file "${ledger.path}": ${ledger.failure}`;
    tools.terminal.notices.warn(`${what}; the fault goes on without its records`);
  };
  const lost = () =>
    ledger.failure === undefined
      ? undefined
      : `Cannot prove the fault as ${counted(ledger.lostRecordCount, "record")} could not be ` +
        `written to ${ledger.path}`;
  const { fault, seed, config } = tools;
  append(runHeader({ run, command: `fault ${fault}`, seed, config }, clock));
  const end = (reason: string, counts: Readonly<Record<string, number>>) => {
    const entries = Object.entries(counts).map(([key, count]) => [key, String(count)] as const);
    append({ kind: "end", tUs: clock.nowUs(), run, reason, totals: Object.fromEntries(entries) });
  };
  // A watchdog, which may write the end of the fault, has another working directory.
  const ledgerPath = resolve(tools.path);
  try {
    const result = await inject({ ...tools.options, ledger: { append }, ledgerPath });
    end(result.outcome === "done" ? "normal" : result.outcome, tools.totalsOf(result));
    return { result, lost: lost() };
  } catch (error) {
    end("failed", { targets: 0, failed: 1 });
    const also = lost();
    if (also === undefined || !(error instanceof DfsError)) throw error;
    throw new DfsError("cannot-run", `${error.message}. ${also}`, { cause: error });
  } finally {
    ledger.close();
  }
}
