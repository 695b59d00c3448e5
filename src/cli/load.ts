import { formatDuration } from "../base/duration.ts";
import { formatEndpoint } from "../base/endpoint.ts";
import { type ExitStatus, worstExitStatus } from "../base/exit-status.ts";
import { limits } from "../base/limits.ts";
import { printable } from "../base/printable.ts";
import { freshId } from "../base/random.ts";
import { FaultLedger, faultConfig } from "../drill/fault-ledger.ts";
import { assertLocal } from "../drill/inject-faults.ts";
import { type FaultedLoad, loadUnderFaults } from "../drill/load-under-faults.ts";
import { formatFault } from "../drill/planned-fault.ts";
import { retryAttemptTimeoutMs } from "../failover/policy.ts";
import type { Graph } from "../graph/graph.ts";
import { tee } from "../ledger/tee.ts";
import { LedgerWriter } from "../ledger/writer.ts";
import type { LoadConfig } from "../load/load-config.ts";
import { LedgerCollector, unkeptSource } from "../report/ledger-collector.ts";
import { reportLedgers } from "../report/report-run.ts";
import { openHttp2Channel } from "../rpc/http2-channel.ts";
import { showFault } from "./demo-observer.ts";
import { type FlagValues, logfile } from "./flags.ts";
import { graphFlags, graphOfFlags } from "./graph-flags.ts";
import { endingsOf, warnOfLostRecords } from "./load-endings.ts";
import { faultFlags, faultGrammarLines, faultsOfFlags, type LoadFaults } from "./load-faults.ts";
import { loadConfig, loadFlags } from "./load-flags.ts";
import { type LoadMeter, loadMeter } from "./load-meter.ts";
import { metricsFlags, metricsPlaceOf } from "./metrics-flags.ts";
import { showReport } from "./report.ts";
import { requireFlag } from "./require-flag.ts";
import { type ServedPage, whileServing } from "./serve-page.ts";
import { streamFlags, streamHeadline, withStreams } from "./stream-flags.ts";
import { defineSubcommand, type RunContext } from "./subcommand.ts";
import { viewFlags } from "./view-flags.ts";
import { watchLoad } from "./watch-load.ts";
import { whileMetered } from "./while-metered.ts";
import { htmlFlag, requirePagePlace, writePage } from "./write-page.ts";

const flagSpecs = {
  ...loadFlags,
  ...streamFlags,
  ...graphFlags,
  require: requireFlag,
  ...faultFlags,
  ...viewFlags,
  ...metricsFlags,
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
    "dfs load --replicas localhost:50051,localhost:50052 --fault crash:50051@5s --fault stall:50052@back+3s+10s",
    "dfs load --replicas localhost:50051,localhost:50052 --mode stream --streams 2 --duration 30s",
    "dfs load --replicas localhost:50051 --require 'success>=99.9%' --require 'p99<=50ms'",
    "dfs load --replicas localhost:50051 --target 1 --num-vertices 50000 --logfile none",
    "dfs load --replicas localhost:50051,localhost:50052 --graph roads.gr.gz --target 264345",
  ],
  appendix: faultGrammarLines,
  flags: flagSpecs,
  run(values, context) {
    const say = (text: string) => context.terminal.line(text);
    return whileMetered(metricsPlaceOf(values), say, (book) =>
      whileServing(values.ui, context, (page) => {
        const meter = book === undefined ? undefined : loadMeter(book);
        return runAndJudge(values, { page, meter }, context);
      }),
    );
  },
});

/** Who follows the run while it lasts, apart from the terminal. */
interface Followers {
  readonly page: ServedPage | undefined;
  readonly meter: LoadMeter | undefined;
}

async function runAndJudge(
  values: FlagValues<typeof flagSpecs>,
  { page, meter }: Followers,
  context: RunContext,
): Promise<ExitStatus> {
  const { terminal, interrupts } = context;
  const config = withStreams(loadConfig(values), values, context.typed);
  const faults = faultsOfFlags(values, config);
  await assertLocal(faults.faults);
  const graph = await graphOfFlags(values, terminal);
  // What a page has shown must not be gone with it.
  const html = values.html ?? (values.ui === undefined ? undefined : livePagePath);
  if (html !== undefined) requirePagePlace(html);
  const { logfile: path, live } = values;
  const collector = new LedgerCollector();
  const driven = await drive(
    { config, graph, faults, path, live, page, meter, collector },
    context,
  );
  terminal.line("");
  const report = reportLedgers(collector, values.require);
  page?.conclude(collector, report);
  const judged = showReport(report, terminal);
  if (html !== undefined) {
    terminal.line(`HTML report: ${printable(writePage(html, collector, report))}`);
  }
  return worstExitStatus([...endingsOf(driven, interrupts, terminal), judged]);
}

interface Drive extends Followers {
  readonly config: LoadConfig;
  readonly graph: Graph | undefined;
  readonly faults: LoadFaults;
  /** Of the load's ledger; undefined: none. */
  readonly path: string | undefined;
  readonly live: boolean;
  readonly collector: LedgerCollector;
}

/** The load with its faults, its lines and its ledgers, from the headline to the last record. */
async function drive(
  { config, graph, faults: planned, path, live, page, meter, collector }: Drive,
  { terminal, interrupts, clock }: RunContext,
): Promise<FaultedLoad> {
  const run = freshId();
  const onFailure = (failure: string) => warnOfLostRecords(failure, terminal);
  const writer =
    path === undefined
      ? undefined
      : LedgerWriter.open(path, { flush: "batched", clock, onFailure });
  interrupts.hard.addEventListener("abort", () => writer?.flush());
  terminal.line(headline(config, run, path));
  const { faults } = planned;
  const pageSinks = page === undefined ? [] : [page.sink];
  const meterSinks = meter === undefined ? [] : [meter.sink];
  const source = collector.source(path ?? unkeptSource);
  const faultSinks = [collector.source(planned.path ?? unkeptSource), ...pageSinks];
  const ledger = new FaultLedger({
    ...{ path: planned.path, run: freshId(), command: "load faults", clock, onFailure },
    config: { load: run, ...faultConfig(faults) },
    sinks: faults.length === 0 ? [] : faultSinks,
  });
  if (faults.length > 0) terminal.line(faultLine(planned, ledger.run));
  const isSlow = config.ratePerSecond <= limits.lineRateMaxPerSecond;
  const detail = config.mode === "unary" && isSlow ? "requests" : "seconds";
  const watch = watchLoad(config, { detail, live }, { terminal, clock });
  const driven = await loadUnderFaults({
    load: {
      ...{ run, config, graph, openChannel: openHttp2Channel },
      ledger: tee(...(writer === undefined ? [] : [writer]), source, ...pageSinks, ...meterSinks),
      lostRecordCount: () => writer?.audit() ?? 0,
      observer: meter?.overhear(watch.observer) ?? watch.observer,
      ...(meter === undefined ? {} : { budget: meter.budget }),
      ...{ clock, signal: interrupts.soft },
    },
    ...{ faults, ledger, directory: planned.directory },
    onFault: (event) => showFault(event, terminal),
  }).finally(watch.close);
  writer?.close();
  ledger.close();
  if (writer?.failure !== undefined) {
    terminal.notices.warn(
      `${writer.lostRecordCount} record(s) are not in ${path}: ${writer.failure}`,
    );
  }
  return driven;
}

function faultLine({ faults, path }: LoadFaults, run: string): string {
  const texts = faults.map((fault) => formatFault(fault)).join(", ");
  return `Faults: ${printable(texts)}\nLedger of the faults: ${printable(path ?? "none")}; run ${run}`;
}

function headline(config: LoadConfig, run: string, path: string | undefined): string {
  const what = streamHeadline(config) ?? `${config.ratePerSecond} requests/s`;
  return [
    `Load: ${what} for ${formatDuration(config.durationMs)} to ` +
      config.replicas.map(formatEndpoint).join(", "),
    policyLine(config),
    `Ledger: ${printable(path ?? "none")}; run ${run}`,
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
