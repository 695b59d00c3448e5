import { formatDuration } from "../base/duration.ts";
import { formatEndpoint } from "../base/endpoint.ts";
import { exitStatus, worstExitStatus } from "../base/exit-status.ts";
import { limits } from "../base/limits.ts";
import { freshId } from "../base/random.ts";
import { retryAttemptTimeoutMs } from "../failover/policy.ts";
import { tee } from "../ledger/tee.ts";
import { LedgerWriter } from "../ledger/writer.ts";
import { driveLoad } from "../load/drive-load.ts";
import type { LoadConfig } from "../load/load-config.ts";
import { LedgerCollector } from "../report/ledger-collector.ts";
import { reportLedgers } from "../report/report-run.ts";
import { openHttp2Channel } from "../rpc/http2-channel.ts";
import { dfsWorkload } from "../workload/dfs-workload.ts";
import { logfile } from "./flags.ts";
import { loadConfig, loadFlags } from "./load-flags.ts";
import { LoadLines } from "./load-lines.ts";
import { terminalObserver } from "./load-observer.ts";
import { showReport } from "./report.ts";
import { requireFlag } from "./require-flag.ts";
import { defineSubcommand } from "./subcommand.ts";
import type { Terminal } from "./terminal.ts";

export const loadCommand = defineSubcommand({
  name: "load",
  description: "Drive replicas through the failover client, check every answer, and judge the run",
  examples: [
    "dfs load --replicas localhost:50051,localhost:50052 --duration 60",
    "dfs load --replicas localhost:50051,localhost:50052 --rate 100 --duration 30s --policy none",
    "dfs load --replicas localhost:50051 --require 'success>=99.9%' --require 'p99<=50ms'",
    "dfs load --replicas localhost:50051 --target 1 --num-vertices 50000 --logfile none",
  ],
  flags: { ...loadFlags, require: requireFlag, logfile: logfile("client.log") },
  async run(values, { terminal, interrupts, clock }) {
    const config = loadConfig(values);
    const run = freshId();
    const workload = dfsWorkload(config);
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
    const live = collector.source(path ?? "this run");
    terminal.line(headline(config, run, path));
    const totals = await driveLoad({
      run,
      config,
      workload,
      openChannel: openHttp2Channel,
      ledger: writer === undefined ? live : tee(writer, live),
      lostRecordCount: () => writer?.audit() ?? 0,
      observer: terminalObserver(
        new LoadLines(config.ratePerSecond <= limits.lineRateMaxPerSecond, (line) =>
          terminal.line(line),
        ),
        terminal,
      ),
      clock,
      signal: interrupts.soft,
    });
    writer?.close();
    if (writer?.failure !== undefined) {
      terminal.notices.warn(
        `${writer.lostRecordCount} record(s) are not in ${path}: ${writer.failure}`,
      );
    }
    terminal.line("");
    const judged = showReport(reportLedgers(collector, values.require), terminal);
    return worstExitStatus(totals.isInterrupted ? [exitStatus.interrupted, judged] : [judged]);
  },
});

/** Requests are what matters: they go on, and the verdict counts what is not on record. */
export function warnOfLostRecords(failure: string, terminal: Terminal): void {
  terminal.notices.warn(`${failure}; requests go on, their records are lost and counted`);
}

function headline(config: LoadConfig, run: string, path: string | undefined): string {
  return [
    `Load: ${config.ratePerSecond} requests/s for ${formatDuration(config.durationMs)} to ` +
      config.replicas.map(formatEndpoint).join(", "),
    policyLine(config),
    `Ledger: ${path ?? "none"}; run ${run}`,
  ].join("\n");
}

/** What the policy does with silence, in the words of design and report. */
export function policyLine(config: LoadConfig): string {
  const { policy, attemptTimeoutMs, deadlineMs } = config;
  const deadline = `deadline ${formatDuration(deadlineMs)}`;
  if (policy === "none" || policy === "stock") return `Policy: ${policy}, ${deadline}`;
  const { attemptTimeoutFloorMs, attemptTimeoutCeilingMs } = limits;
  const learned = `learned, ${formatDuration(attemptTimeoutFloorMs)} to ${formatDuration(attemptTimeoutCeilingMs)}`;
  const own = policy === "adaptive" ? learned : formatDuration(retryAttemptTimeoutMs);
  const timeout = attemptTimeoutMs === undefined ? own : formatDuration(attemptTimeoutMs);
  return `Policy: ${policy}, attempt timeout ${timeout}, ${deadline}`;
}
