import { counted } from "../base/counted.ts";
import { formatDuration } from "../base/duration.ts";
import { type Endpoint, formatEndpoint } from "../base/endpoint.ts";
import { DfsError } from "../base/errors.ts";
import { type ExitStatus, exitStatus, worstExitStatus } from "../base/exit-status.ts";
import { limits } from "../base/limits.ts";
import { printable } from "../base/printable.ts";
import { freshId } from "../base/random.ts";
import { formatTarget } from "../base/target.ts";
import { FaultLedger, faultConfig } from "../drill/fault-ledger.ts";
import { assertLocal } from "../drill/inject-faults.ts";
import { type FaultedLoad, loadUnderFaults } from "../drill/load-under-faults.ts";
import { formatFault } from "../drill/planned-fault.ts";
import { retryAttemptTimeoutMs } from "../failover/policy.ts";
import { resolveTargets } from "../failover/resolve-targets.ts";
import type { Graph } from "../graph/graph.ts";
import { tee } from "../ledger/tee.ts";
import { LedgerWriter } from "../ledger/writer.ts";
import { refuseTakenLivePort } from "../live/live-server.ts";
import { refuseTakenMetricsPort } from "../live/metrics/metrics-server.ts";
import { type LoadConfig, withSeed } from "../load/load-config.ts";
import { peakPerSecond, profileDetails, profileText } from "../load/load-profile.ts";
import { LedgerCollector, unkeptSource } from "../report/ledger-collector.ts";
import { reportLedgers } from "../report/report-run.ts";
import type { Channel } from "../rpc/channel.ts";
import { resolveName } from "../rpc/resolve-name.ts";
import { kindText } from "../rpc/schema/call-method.ts";
import { channelOpener } from "../rpc/tls-client.ts";
import { type Call, idempotencyText } from "../workload/call.ts";
import { beforeInterrupt } from "./before-interrupt.ts";
import { callFlags, checkCallFlags } from "./call-flags.ts";
import { callOfFlags } from "./call-of-flags.ts";
import { showFault } from "./demo-observer.ts";
import { type FlagValues, logfile, optionally } from "./flags.ts";
import { graphFlags, graphOfFlags } from "./graph-flags.ts";
import { serviceLines } from "./list-services.ts";
import { endingsOf, warnOfLostRecords } from "./load-endings.ts";
import { faultFlags, faultGrammarLines, faultsOfFlags, type LoadFaults } from "./load-faults.ts";
import { loadConfig, loadFlags } from "./load-flags.ts";
import { type LoadMeter, loadMeter } from "./load-meter.ts";
import { metricsFlags, metricsPlaceOf, refuseSharedPort } from "./metrics-flags.ts";
import { showReport } from "./report.ts";
import { requireFlag } from "./require-flag.ts";
import { type ServedPage, whileServing } from "./serve-page.ts";
import { streamFlags, streamHeadline, withStreams } from "./stream-flags.ts";
import { defineSubcommand, type RunContext } from "./subcommand.ts";
import { clientTlsOf, tlsFlags, tlsText } from "./tls-flags.ts";
import { viewFlags } from "./view-flags.ts";
import { watchLoad } from "./watch-load.ts";
import { whileMetered } from "./while-metered.ts";
import { htmlFlag, requirePagePlace, writePage } from "./write-page.ts";

const flagSpecs = {
  ...loadFlags,
  // For --list alone it may be left out.
  replicas: optionally(loadFlags.replicas),
  ...callFlags,
  ...streamFlags,
  ...graphFlags,
  ...tlsFlags,
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
    "dfs load --replicas localhost:50051 --rate 10..500/60s --duration 5m --arrival poisson",
    "dfs load --replicas localhost:50051 --stages 30s:100,60s:100..500 --warmup 5s",
    "dfs load --replicas localhost:50051 --concurrency 8 --total 10000",
    'dfs load --replicas localhost:50051,localhost:50052 --call grpc.health.v1.Health/Check --expect \'{"status":"SERVING"}\'',
    "dfs load --replicas localhost:50051 --list dfs.DFSService",
    "dfs load --replicas localhost:50051 --require 'success>=99.9%' --require 'p99<=50ms'",
    "dfs load --replicas localhost:50051 --cacert ca.pem --cert client.pem --key client.key",
    "dfs load --replicas dns:///search.default.svc.cluster.local:50051 --duration 60",
    "dfs load --replicas localhost:50051 --target 1 --num-vertices 50000 --logfile none",
    "dfs load --replicas localhost:50051,localhost:50052 --graph roads.gr.gz --target 264345",
  ],
  appendix: faultGrammarLines,
  flags: flagSpecs,
  async run(values, context) {
    const settled = await settle(values, context);
    if (typeof settled === "number") return settled;
    const writer = openLedger(settled.path, context);
    const say = (text: string) => context.terminal.line(text);
    return whileMetered(metricsPlaceOf(values), say, (book) =>
      whileServing(values.ui, context, (page) => {
        const meter = book === undefined ? undefined : loadMeter(book);
        return driveAndJudge({ ...settled, writer, page, meter }, values.require, context);
      }),
    );
  },
});

/** A load of which everything is known and nothing has begun. */
interface Settled {
  readonly config: LoadConfig;
  readonly openChannel: (endpoint: Endpoint) => Channel;
  readonly graph: Graph | undefined;
  readonly faults: LoadFaults;
  /** Of the load's ledger; undefined: none. */
  readonly path: string | undefined;
  /** Of the page that is written at the end; undefined: none. */
  readonly html: string | undefined;
  readonly live: boolean;
}

/**
 * What the flags ask for, refused where anything is wrong with it; a status where there is nothing
 * to drive, as after `--list`.
 */
async function settle(
  values: FlagValues<typeof flagSpecs>,
  { terminal, interrupts, clock, typed: typedFlags }: RunContext,
): Promise<Settled | ExitStatus> {
  checkCallFlags(values, typedFlags);
  await refusePorts(values);
  // What a page has shown must not be gone with it.
  const html = values.html ?? (values.ui === undefined ? undefined : livePagePath);
  if (html !== undefined) requirePagePlace(html);
  const tls = clientTlsOf(values, { terminal, clock });
  const open = channelOpener(tls);
  const { replicas: typed = [], authority, logfile: path, live } = values;
  const openChannel = (endpoint: Endpoint) => open(endpoint, { authority });
  const targets = await resolveTargets(typed, { resolve: resolveName, clock });
  const servers = { replicas: targets.endpoints, openChannel };
  if (values.list !== undefined) {
    const lines = await beforeInterrupt(serviceLines(values, servers), interrupts.soft);
    for (const line of lines?.value ?? []) terminal.line(line);
    return lines === undefined ? exitStatus.interrupted : exitStatus.verified;
  }
  if (typed.length === 0) throw new DfsError("usage", "--replicas is required");
  const asked = loadConfig({ ...values, replicas: typed }, targets);
  const settled = await beforeInterrupt(callOfFlags(values, servers), interrupts.soft);
  if (settled === undefined) return exitStatus.interrupted;
  const streams = withStreams(asked, values, typedFlags);
  const config = withSeed({ ...streams, call: settled.value, tls: tlsText(tls) });
  const faults = faultsOfFlags(values, config);
  await assertLocal(faults.faults);
  const graph = await graphOfFlags(values, terminal);
  return { config, openChannel, graph, faults, path, html, live };
}

/** Throws for ports that the run could not have, or not for both of its pages. */
async function refusePorts(values: FlagValues<typeof flagSpecs>): Promise<void> {
  const { ui } = values;
  const place = metricsPlaceOf(values);
  refuseSharedPort(place, ui);
  if (place !== undefined) await refuseTakenMetricsPort(place);
  if (typeof ui === "number") await refuseTakenLivePort(ui);
}

function openLedger(
  path: string | undefined,
  { terminal, interrupts, clock }: RunContext,
): LedgerWriter | undefined {
  if (path === undefined) return undefined;
  const onFailure = (failure: string) => warnOfLostRecords(failure, terminal);
  const writer = LedgerWriter.open(path, { flush: "batched", clock, onFailure });
  interrupts.hard.addEventListener("abort", () => writer.flush());
  return writer;
}

interface Drive extends Settled {
  readonly writer: LedgerWriter | undefined;
  /** Who follows the run while it lasts, apart from the terminal. */
  readonly page: ServedPage | undefined;
  readonly meter: LoadMeter | undefined;
}

async function driveAndJudge(
  parts: Drive,
  require: FlagValues<typeof flagSpecs>["require"],
  context: RunContext,
): Promise<ExitStatus> {
  const { page, html } = parts;
  const { terminal, interrupts } = context;
  const collector = new LedgerCollector();
  const driven = await drive(parts, collector, context);
  terminal.line("");
  const report = reportLedgers(collector, require);
  page?.conclude(collector, report);
  const judged = showReport(report, terminal);
  if (html !== undefined) {
    terminal.line(`HTML report: ${printable(writePage(html, collector, report))}`);
  }
  return worstExitStatus([...endingsOf(driven, interrupts, terminal), judged]);
}

/** The load with its faults, its lines and its ledgers, from the headline to the last record. */
async function drive(
  { config, openChannel, graph, faults: planned, path, live, writer, page, meter }: Drive,
  collector: LedgerCollector,
  { terminal, interrupts, clock }: RunContext,
): Promise<FaultedLoad> {
  const run = freshId();
  const onFailure = (failure: string) => warnOfLostRecords(failure, terminal);
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
  const isSlow = peakPerSecond(config.profile) <= limits.lineRateMaxPerSecond;
  const detail = config.mode === "unary" && isSlow ? "requests" : "seconds";
  const watch = watchLoad(config, { detail, live }, { terminal, clock });
  const driven = await loadUnderFaults({
    load: {
      ...{ run, config, graph, openChannel },
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
      `${counted(writer.lostRecordCount, "record is", "records are")} not in ${path}: ` +
        writer.failure,
    );
  }
  return driven;
}

/** Addresses of a name stand behind it. */
function replicasText({ replicas, names = [] }: LoadConfig): string {
  const typed = replicas.filter((endpoint) => !("serverName" in endpoint)).map(formatEndpoint);
  const resolved = names.map(
    ({ target, addresses }) =>
      `${formatTarget(target)} (${addresses.map(formatEndpoint).join(", ")})`,
  );
  return [...typed, ...resolved].join(", ");
}

function faultLine({ faults, path }: LoadFaults, run: string): string {
  const texts = faults.map((fault) => formatFault(fault)).join(", ");
  return `Faults: ${printable(texts)}\nLedger of the faults: ${printable(path ?? "none")}; run ${run}`;
}

function headline(config: LoadConfig, run: string, path: string | undefined): string {
  const { mode, profile, durationMs, seed, call } = config;
  const streams = streamHeadline(config);
  const what =
    streams === undefined
      ? profileText(profile, durationMs)
      : `${streams} for ${formatDuration(durationMs)}`;
  const details = mode === "unary" ? profileDetails(profile, seed) : [];
  return [
    `Load: ${what} to ${replicasText(config)}`,
    ...(call === undefined ? [] : [callText(call)]),
    ...(details.length === 0 ? [] : [`Requests: ${details.join(", ")}`]),
    policyLine(config),
    ...(config.tls === undefined ? [] : [`TLS: ${config.tls}`]),
    `Ledger: ${printable(path ?? "none")}; run ${run}`,
  ].join("\n");
}

function callText(call: Call): string {
  const { method, schema } = call;
  const retried = method.kind === "unary" ? "" : "; never hedged, asked again only as a whole";
  return printable(
    `Call: ${method.name} (${kindText(method.kind)}, schema: ${schema}); ` +
      `idempotent: ${idempotencyText(call)}${retried}`,
  );
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
