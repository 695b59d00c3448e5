import { join, resolve } from "node:path";
import { DfsError } from "../base/errors.ts";
import { type ExitStatus, exitStatus } from "../base/exit-status.ts";
import { limits } from "../base/limits.ts";
import { type DrillObserver, type DrillPlan, runDrill } from "../drill/run-drill.ts";
import type { LedgerSink } from "../ledger/writer.ts";
import type { LedgerCollector } from "../report/ledger-collector.ts";
import { defaultLedgerPatterns, findLedgerFiles } from "../report/ledger-files.ts";
import type { Requirement } from "../report/requirement.ts";
import type { Report } from "../report/run-report.ts";
import { openHttp2Channel } from "../rpc/http2-channel.ts";
import { endingsOf, warnOfLostRecords } from "./load-endings.ts";
import { reportFiles } from "./report.ts";
import type { RunContext } from "./subcommand.ts";
import { writePage } from "./write-page.ts";

export interface DemoPlay {
  readonly plan: DrillPlan;
  readonly directory: string;
  readonly observer: DrillObserver;
  readonly watcher?: LedgerSink | undefined;
  /** Where its page goes instead of beside its ledgers. */
  readonly html?: string | undefined;
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
  const played = await runDrill({
    ...play,
    openChannel: (endpoint) =>
      openHttp2Channel(endpoint, { receiveWindowBytes: limits.demoReadAheadBytes }),
    onLedgerFailure: (failure) => warnOfLostRecords(failure, terminal),
    clock,
    signal: interrupts.soft,
  });
  const { paths } = findLedgerFiles(defaultLedgerPatterns, play.directory);
  const files = paths.map((path) => resolve(play.directory, path));
  const ended = endingsOf(played, interrupts, terminal);
  const { ledger, report } = await reportFiles(files, play.require);
  try {
    const pagePath = writePage(play.html ?? join(play.directory, "report.html"), ledger, report);
    return { ledger, report, statuses: ended, pagePath };
  } catch (error) {
    // The report itself is at hand, and is worth more than its picture.
    if (!(error instanceof DfsError)) throw error;
    terminal.notices.error(error.message);
    return { ledger, report, statuses: [...ended, exitStatus.cannotRun], pagePath: undefined };
  }
}
