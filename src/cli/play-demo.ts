import { join, resolve } from "node:path";
import { DfsError } from "../base/errors.ts";
import { type ExitStatus, exitStatus } from "../base/exit-status.ts";
import { limits } from "../base/limits.ts";
import type { DemoPlan } from "../drill/demo-plan.ts";
import { type DemoObserver, runDemo } from "../drill/run-demo.ts";
import type { LedgerSink } from "../ledger/writer.ts";
import type { LoadConfig } from "../load/load-config.ts";
import type { LedgerCollector } from "../report/ledger-collector.ts";
import { defaultLedgerPatterns, findLedgerFiles } from "../report/ledger-files.ts";
import type { Requirement } from "../report/requirement.ts";
import type { Report } from "../report/run-report.ts";
import { openHttp2Channel } from "../rpc/http2-channel.ts";
import { warnOfLostRecords } from "./load.ts";
import { reportFiles } from "./report.ts";
import type { RunContext } from "./subcommand.ts";
import { writePage } from "./write-page.ts";

/** The demo's replicas listen on loopback only. */
export const demoHost = "localhost";

export interface DemoPlay {
  readonly plan: DemoPlan;
  readonly ports: readonly number[];
  readonly load: LoadConfig;
  readonly directory: string;
  readonly observer: DemoObserver;
  readonly watcher?: LedgerSink | undefined;
  /** What its verdict asks besides the guide's criteria. */
  readonly require: readonly Requirement[];
}

export interface PlayedDemo {
  readonly ledger: LedgerCollector;
  readonly report: Report;
  /** What it ended with besides the report's own verdict. */
  readonly statuses: readonly ExitStatus[];
  /** Undefined: it could not be written, and it was said why. */
  readonly pagePath: string | undefined;
}

/** Plays the demo once, reads its ledgers back, and leaves the report beside them as a page. */
export async function playDemo(
  play: DemoPlay,
  { clock, interrupts, terminal }: Pick<RunContext, "clock" | "interrupts" | "terminal">,
): Promise<PlayedDemo> {
  const { isInterrupted, lostFaultRecordCount } = await runDemo({
    ...play,
    host: demoHost,
    openChannel: (endpoint) =>
      openHttp2Channel(endpoint, { receiveWindowBytes: limits.demoReadAheadBytes }),
    onLedgerFailure: (failure) => warnOfLostRecords(failure, terminal),
    clock,
    signal: interrupts.soft,
  });
  const { paths } = findLedgerFiles(defaultLedgerPatterns, play.directory);
  const files = paths.map((path) => resolve(play.directory, path));
  const ended = isInterrupted ? [exitStatus.interrupted] : [];
  if (lostFaultRecordCount > 0) {
    const what = `${lostFaultRecordCount} record(s) of faults and restarts could not be written`;
    terminal.notices.error(`Cannot prove what was survived: ${what}`);
  }
  const lost = lostFaultRecordCount > 0 ? [exitStatus.cannotRun] : [];
  const { ledger, report } = await reportFiles(files, play.require);
  try {
    const pagePath = writePage(join(play.directory, "report.html"), ledger, report);
    return { ledger, report, statuses: [...ended, ...lost], pagePath };
  } catch (error) {
    // The report itself is at hand, and is worth more than its picture.
    if (!(error instanceof DfsError)) throw error;
    terminal.notices.error(error.message);
    return { ledger, report, statuses: [...ended, exitStatus.cannotRun], pagePath: undefined };
  }
}
