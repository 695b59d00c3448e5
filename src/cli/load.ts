import { formatDuration } from "../base/duration.ts";
import { formatEndpoint } from "../base/endpoint.ts";
import { type ExitStatus, exitStatus, worstExitStatus } from "../base/exit-status.ts";
import { limits } from "../base/limits.ts";
import { printable } from "../base/printable.ts";
import { freshId } from "../base/random.ts";
import { retryAttemptTimeoutMs } from "../failover/policy.ts";
import { tee } from "../ledger/tee.ts";
import { LedgerWriter } from "../ledger/writer.ts";
import { driveLoad } from "../load/drive-load.ts";
import type { LoadConfig } from "../load/load-config.ts";
import { LedgerCollector } from "../report/ledger-collector.ts";
import { reportLedgers } from "../report/report-run.ts";
import { openHttp2Channel } from "../rpc/http2-channel.ts";
import { type FlagValues, logfile } from "./flags.ts";
import { graphFlags, graphOfFlags } from "./graph-flags.ts";
import { loadConfig, loadFlags } from "./load-flags.ts";
import { showReport } from "./report.ts";
import { requireFlag } from "./require-flag.ts";
import { type ServedPage, whileServing } from "./serve-page.ts";
import { streamFlags, streamHeadline, withStreams } from "./stream-flags.ts";
import { defineSubcommand, type RunContext } from "./subcommand.ts";
import type { Terminal } from "./terminal.ts";
import { viewFlags } from "./view-flags.ts";
import { watchLoad } from "./watch-load.ts";
import { htmlFlag, requirePagePlace, writePage } from "./write-page.ts";

const flagSpecs = {
  ...loadFlags,
  ...streamFlags,
  ...graphFlags,
  require: requireFlag,
  ...viewFlags,
  logfile: logfile("client.log"),
  html: htmlFlag,
};

/** Where `--ui` leaves the report, unless `--html` says. */
const livePagePath = "report.html";

export const loadCommand = defineSubcommand({
  name: "load",
  description: "Drive replicas through the failover client, check every answer, and judge the run",
  examples: [
    "dfs load --replicas localhost:50051,localhost:50052 --duration 60",
    "dfs load --replicas localhost:50051,localhost:50052 --rate 100 --duration 30s --policy none",
    "dfs load --replicas localhost:50051,localhost:50052 --mode stream --streams 2 --duration 30s",
    "dfs load --replicas localhost:50051 --require 'success>=99.9%' --require 'p99<=50ms'",
    "dfs load --replicas localhost:50051 --target 1 --num-vertices 50000 --logfile none",
    "dfs load --replicas localhost:50051,localhost:50052 --graph roads.gr.gz --target 264345",
  ],
  flags: flagSpecs,
  run: (values, context) =>
    whileServing(values.ui, context, (page) => runAndJudge(values, page, context)),
});

async function runAndJudge(
  values: FlagValues<typeof flagSpecs>,
  page: ServedPage | undefined,
  { terminal, interrupts, clock, typed }: RunContext,
): Promise<ExitStatus> {
  const config = withStreams(loadConfig(values), values, typed);
  const graph = await graphOfFlags(values, terminal);
  const run = freshId();
  // What a page has shown must not be gone with it.
  const html = values.html ?? (values.ui === undefined ? undefined : livePagePath);
  if (html !== undefined) requirePagePlace(html);
  const path = values.logfile;
  const writer =
    path === undefined
      ? undefined
      : LedgerWriter.open(path, {
          flush: "batched",
          clock,
          onFailure: (failure) => warnOfLostRecords(failure, terminal),
        });
  interrupts.hard.addEventListener("abort", () => writer?.flush());
  const collector = new LedgerCollector();
  const sinks = [writer, collector.source(path ?? "this run"), page?.sink];
  terminal.line(headline(config, run, path));
  const isSlow = config.ratePerSecond <= limits.lineRateMaxPerSecond;
  const detail = config.mode === "unary" && isSlow ? "requests" : "seconds";
  const watch = watchLoad(config, { detail, live: values.live }, { terminal, clock });
  const totals = await driveLoad({
    run,
    config,
    graph,
    openChannel: openHttp2Channel,
    ledger: tee(...sinks.filter((sink) => sink !== undefined)),
    lostRecordCount: () => writer?.audit() ?? 0,
    observer: watch.observer,
    clock,
    signal: interrupts.soft,
  }).finally(watch.close);
  writer?.close();
  if (writer?.failure !== undefined) {
    terminal.notices.warn(
      `${writer.lostRecordCount} record(s) are not in ${path}: ${writer.failure}`,
    );
  }
  terminal.line("");
  const report = reportLedgers(collector, values.require);
  page?.conclude(collector, report);
  const judged = showReport(report, terminal);
  if (html !== undefined) {
    terminal.line(`HTML report: ${printable(writePage(html, collector, report))}`);
  }
  return worstExitStatus(totals.isInterrupted ? [exitStatus.interrupted, judged] : [judged]);
}

/** Requests are what matters: they go on, and the verdict counts what is not on record. */
export function warnOfLostRecords(failure: string, terminal: Terminal): void {
  terminal.notices.warn(`${failure}; requests go on, their records are lost and counted`);
}

function headline(config: LoadConfig, run: string, path: string | undefined): string {
  const what = streamHeadline(config) ?? `${config.ratePerSecond} requests/s`;
  return [
    `Load: ${what} for ${formatDuration(config.durationMs)} to ` +
      config.replicas.map(formatEndpoint).join(", "),
    policyLine(config),
    `Ledger: ${path ?? "none"}; run ${run}`,
  ].join("\n");
}

/** What the policy does with silence, in the words of design and report. */
export function policyLine(config: LoadConfig): string {
  const { policy, attemptTimeoutMs, deadlineMs } = config;
  const deadline =
    config.mode === "stream" ? "no deadline" : `deadline ${formatDuration(deadlineMs)}`;
  if (policy === "none" || policy === "stock") return `Policy: ${policy}, ${deadline}`;
  const { attemptTimeoutFloorMs, attemptTimeoutCeilingMs } = limits;
  const learned = `learned, ${formatDuration(attemptTimeoutFloorMs)} to ${formatDuration(attemptTimeoutCeilingMs)}`;
  const own = policy === "adaptive" ? learned : formatDuration(retryAttemptTimeoutMs);
  const timeout = attemptTimeoutMs === undefined ? own : formatDuration(attemptTimeoutMs);
  return `Policy: ${policy}, attempt timeout ${timeout}, ${deadline}`;
}
