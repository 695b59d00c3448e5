import type { CancelTimer } from "../base/clock.ts";
import { limits } from "../base/limits.ts";
import { freshId } from "../base/random.ts";
import type { LedgerSink } from "../ledger/writer.ts";
import { EventLog } from "../live/event-log.ts";
import { LiveFeed } from "../live/live-feed.ts";
import { startLiveServer } from "../live/live-server.ts";
import { eventsPath } from "../live/request-guard.ts";
import type { LedgerCollector } from "../report/ledger-collector.ts";
import type { LiveBegin, LiveFinal, LiveUpdate } from "../report/page/live-update.ts";
import { pageData } from "../report/page/page-data.ts";
import { renderLiveMain } from "../report/page/render-live.ts";
import { pageParts, renderLivePage } from "../report/page/render-page.ts";
import type { Report } from "../report/run-report.ts";
import type { RunContext } from "./subcommand.ts";
import type { ViewFlagValues } from "./view-flags.ts";

/** The page that follows a run. */
export interface ServedPage {
  /** Records of every ledger that the page is to show. */
  readonly sink: LedgerSink;
  /** How the run ended; `ledger` is what was reported. */
  conclude(ledger: LedgerCollector, report: Report): void;
}

type PageContext = Pick<RunContext, "terminal" | "clock">;

/**
 * Serves a page, if it is wanted, while `act` runs; when that has ended the page says so, and is
 * served no more. Throws `cannot-run`, before anything else, when the port is not to be had.
 */
export async function whileServing<T>(
  port: ViewFlagValues["ui"],
  context: PageContext,
  act: (page: ServedPage | undefined) => Promise<T>,
): Promise<T> {
  if (port === undefined) return act(undefined);
  const { page, close } = servePage(port, context);
  try {
    return await act(page);
  } finally {
    await close();
  }
}

function servePage(port: number | "alone", { terminal, clock }: PageContext) {
  const log = new EventLog(freshId());
  const server = startLiveServer({ port, html: renderLivePage(eventsPath), log, clock });
  terminal.line(`Live page: ${server.url} while the run lasts`);
  const tell = (name: string, data: LiveUpdate | LiveFinal) => {
    log.append(name, JSON.stringify(data));
    server.notify();
  };
  const feed = new LiveFeed({
    begin(run) {
      const begin: LiveBegin = { ...run, main: renderLiveMain(run).html };
      log.begin(JSON.stringify(begin));
    },
    update: (update) => tell("update", update),
  });
  let final: LiveFinal = { report: null, page: null };
  let cancel: CancelTimer = () => undefined;
  const next = () => {
    feed.pass(clock.nowUs());
    cancel = clock.after(limits.liveUpdateMs, next);
  };
  next();
  const page: ServedPage = {
    sink: feed,
    conclude(ledger, { reports: [report] }) {
      if (report === undefined) return;
      const { verdict } = report;
      final = { report: { verdict }, page: pageParts(pageData(ledger, report)) };
    },
  };
  const close = async () => {
    cancel();
    feed.finish();
    tell("final", final);
    await server.close();
  };
  return { page, close };
}
