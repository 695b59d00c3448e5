import type { Clock } from "../../base/clock.ts";
import { counted } from "../../base/counted.ts";
import { formatEndpoint } from "../../base/endpoint.ts";
import { DfsError } from "../../base/errors.ts";
import { type ExitStatus, exitStatus, worstExitStatus } from "../../base/exit-status.ts";
import type { LinkRequest, LinkResult } from "../../fault/link/link-request.ts";
import type { LedgerRecord } from "../../ledger/record.ts";
import { runHeader } from "../../ledger/run-header.ts";
import { type LedgerSink, LedgerWriter } from "../../ledger/writer.ts";
import type { Terminal } from "../terminal.ts";

interface LedgerTools {
  readonly request: LinkRequest;
  readonly run: string;
  readonly clock: Clock;
  readonly logfile: string | undefined;
  readonly terminal: Terminal;
}

/** Runs a link between the header and the footer of its ledger, to its exit status. */
export async function runRecorded(
  link: (ledger: LedgerSink) => Promise<LinkResult>,
  { request, run, clock, logfile, terminal }: LedgerTools,
): Promise<ExitStatus> {
  if (logfile === undefined) return statusOf[(await link({ append: () => undefined })).outcome];
  const ledger = LedgerWriter.open(logfile, { flush: "each", clock });
  let failureTold = false;
  const append = (record: LedgerRecord) => {
    ledger.append(record);
    if (ledger.failure === undefined || failureTold) return;
    failureTold = true;
    const what = `Cannot write the log file "${ledger.path}": ${ledger.failure}`;
    terminal.notices.warn(`${what}; the link goes on without its records`);
  };
  const { seed } = request;
  append(runHeader({ run, command: "fault link", seed, config: configOf(request) }, clock));
  const end = (reason: string, totals: Readonly<Record<string, string>>) =>
    append({ kind: "end", tUs: clock.nowUs(), run, reason, totals });
  try {
    const { outcome, totals } = await link({ append });
    end(outcome === "done" ? "normal" : "interrupted", totalsText(totals));
    if (ledger.failure === undefined) return statusOf[outcome];
    terminal.notices.error(lostText(ledger));
    return worstExitStatus([statusOf[outcome], exitStatus.cannotRun]);
  } catch (error) {
    end("failed", {});
    if (ledger.failure === undefined || !(error instanceof DfsError)) throw error;
    throw new DfsError("cannot-run", `${error.message}. ${lostText(ledger)}`, { cause: error });
  } finally {
    ledger.close();
  }
}

const statusOf: Readonly<Record<LinkResult["outcome"], ExitStatus>> = {
  done: exitStatus.verified,
  "cut-short": exitStatus.interrupted,
};

function lostText(ledger: LedgerWriter): string {
  return (
    `Cannot prove the fault as ${counted(ledger.lostRecordCount, "record")} could not be ` +
    `written to ${ledger.path}`
  );
}

/** As the run header stores it; numbers in the unit that the key names. */
function configOf({ listen, to, faults, ...times }: LinkRequest): Record<string, string> {
  const entries: readonly (readonly [string, string | number | boolean | undefined])[] = [
    ["listen", formatEndpoint(listen)],
    ["to", formatEndpoint(to)],
    ["latency_ms", faults.latencyMs],
    ["jitter_ms", faults.jitterMs],
    ["bandwidth_bytes_per_s", faults.bandwidthBytesPerS],
    ["corrupt_share", faults.corruptShare],
    ["blackhole", faults.blackhole],
    ["reset", faults.reset],
    ["refuse", faults.refuse],
    ["direction", faults.direction],
    ["delay_ms", times.delayMs],
    ["duration_ms", times.durationMs],
    ["for_ms", times.forMs],
  ];
  return Object.fromEntries(
    entries.flatMap(([key, value]) => (value === undefined ? [] : [[key, String(value)]])),
  );
}

function totalsText({ up, down, ...counts }: LinkResult["totals"]): Record<string, string> {
  return {
    connections: String(counts.connectionCount),
    resets: String(counts.resetCount),
    unreachable: String(counts.unreachableCount),
    up_bytes: String(up.deliveredBytes),
    down_bytes: String(down.deliveredBytes),
    swallowed_bytes: String(up.swallowedBytes + down.swallowedBytes),
    corrupted_bytes: String(up.corruptedBytes + down.corruptedBytes),
  };
}
