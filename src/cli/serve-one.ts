import { buildInfo } from "../base/build-info.ts";
import { counted, vertexCountText } from "../base/counted.ts";
import { formatDuration } from "../base/duration.ts";
import { formatEndpoint } from "../base/endpoint.ts";
import { type ExitStatus, exitStatus } from "../base/exit-status.ts";
import { localTimeOfDay } from "../base/local-time.ts";
import { printable } from "../base/printable.ts";
import { formatGraphSpec } from "../graph/graph-spec.ts";
import { defaultVertexCount } from "../graph/modular-graph.ts";
import type { MetricsBook } from "../live/metrics/open-metrics.ts";
import { ServeMetrics, showServeFigures } from "../live/metrics/serve-metrics.ts";
import type { GraphSource } from "../replica/graph-source.ts";
import { refuseTakenPort } from "../replica/listen.ts";
import { loadSource } from "../replica/load-source.ts";
import { wakeWhenParentDies } from "../replica/parent-death.ts";
import { formatLoadingLine, formatReadyLine } from "../replica/ready-line.ts";
import { type Replica, startReplica } from "../replica/replica.ts";
import { ServerLedger } from "../replica/server-ledger.ts";
import type { ServeConfig } from "./serve-config.ts";
import { graphConfig } from "./serve-graph.ts";
import { limitConfig } from "./serve-limit-flags.ts";
import { servingTls } from "./serve-tls.ts";
import { tlsConfig } from "./serve-tls-flags.ts";
import type { RunContext } from "./subcommand.ts";
import { whileMetered } from "./while-metered.ts";

/** Runs one replica in this process until it is asked to end, then drains it. */
export function serveOne(config: ServeConfig, context: RunContext): Promise<ExitStatus> {
  const say = (text: string) => context.terminal.line(text);
  return whileMetered(config.metrics, say, (book) => serveMetered(config, book, context));
}

async function serveMetered(
  config: ServeConfig,
  book: MetricsBook | undefined,
  context: RunContext,
): Promise<ExitStatus> {
  const { terminal, clock } = context;
  const { host, graceMs, supervisedBy } = config;
  const [port = 0] = config.ports;
  const endpoint = formatEndpoint({ host, port });
  const logfile = config.logfileOf(port);
  // Watched from the start: a supervisor that dies meanwhile must not leave a replica behind.
  const asked = endAsked(config, context);
  if (supervisedBy !== undefined) await wakeWhenParentDies();
  const say = (text: string) => {
    terminal.line(`[${localTimeOfDay(clock.nowUs())}] ${printable(text)}`);
  };
  const ledger = new ServerLedger(logfile, {
    clock,
    config: {
      endpoint,
      ...(config.graph === undefined
        ? { graph: `modular:${defaultVertexCount}` }
        : graphConfig(config.graph)),
      grace_ms: String(graceMs),
      ...limitConfig(config.limits),
      ...tlsConfig(config.tls),
      started_by: supervisedBy ?? "user",
    },
    onFailure: (text) => terminal.notices.warn(`${text}; serving goes on without its records`),
  });
  const graphSource = await Promise.race([sourceOf(config, context), asked]);
  if (typeof graphSource === "string") {
    say(`replica ${endpoint} ended before it served (${graphSource})`);
    return exitStatus.verified;
  }
  const replica = await startReplica({
    host,
    port,
    graph: graphSource,
    version: buildInfo.version,
    limits: config.limits,
    tls: servingTls(config.tls, {
      ...{ endpoint, clock, say, warn: (text) => terminal.notices.warn(printable(text)) },
    }),
    ...(book === undefined ? {} : { onCalls: new ServeMetrics(book) }),
    ledger,
    clock,
  }).catch((error) => {
    ledger.end("failed", {});
    throw error;
  });
  await beginOrLeave(ledger, replica);
  if (book !== undefined) showServeFigures(book, replica);
  const { pid } = process;
  const graph = replica.graph.spec;
  if (supervisedBy === undefined) say(servingLine({ endpoint, graph, pid, logfile }));
  else terminal.line(formatReadyLine({ port, pid, graph }));
  const cause = await asked;
  say(`replica ${endpoint} draining (${cause})`);
  const { finished } = await replica.drain(graceMs);
  const totals = totalsOf(replica);
  const lost = ledger.end(finished ? "normal" : "cut", totals);
  if (!finished) {
    terminal.notices.warn(`Requests in flight were cut at the end of the grace of ${graceMs} ms`);
  }
  say(`replica ${endpoint} ended after ${counted(Number(totals["executed"]), "request")}`);
  if (lost === undefined) return exitStatus.verified;
  terminal.notices.error(`Cannot prove what was executed: ${lost}`);
  return exitStatus.criterionNotMet;
}

/** What to serve, loaded; says what is being loaded and how long it took. */
async function sourceOf(config: ServeConfig, context: RunContext): Promise<GraphSource> {
  if (config.graph === undefined) return { kind: "modular", defaultVertexCount };
  const { terminal, clock } = context;
  const { host, ports, graph: request, supervisedBy } = config;
  const endpoint = formatEndpoint({ host, port: ports[0] ?? 0 });
  const say = (text: string) => {
    terminal.line(`[${localTimeOfDay(clock.nowUs())}] replica ${endpoint} ${printable(text)}`);
  };
  const spec = formatGraphSpec(request.spec);
  // Loading may take long, and would be in vain.
  await refuseTakenPort(host, ports[0] ?? 0);
  if (supervisedBy === undefined) say(`loading ${spec}`);
  else terminal.line(formatLoadingLine({ graph: spec }));
  const startedUs = clock.nowUs();
  const { source, graph } = await loadSource(request, (text) => terminal.notices.info(text));
  const took = formatDuration(Math.round((clock.nowUs() - startedUs) / 1000));
  const size = `${vertexCountText(graph.vertexCount)}, ${counted(graph.edgeCount, "edge")}`;
  say(`loaded ${graph.spec} in ${took}: ${size}`);
  return source;
}

async function beginOrLeave(ledger: ServerLedger, replica: Replica): Promise<void> {
  try {
    ledger.begin();
  } catch (error) {
    await replica.drain(0);
    throw error;
  }
}

/** `replica localhost:50051 serving modular:50000 (pid 1234), log server_50051.log`. */
export function servingLine(replica: {
  readonly endpoint: string;
  readonly graph: string;
  readonly pid: number;
  readonly logfile: string | undefined;
}): string {
  const { endpoint, graph, pid, logfile } = replica;
  return `replica ${endpoint} serving ${graph} (pid ${pid}), log ${printable(logfile ?? "none")}`;
}

/** Resolves to why this replica is to end: a signal, or the end of its supervisor. */
function endAsked({ supervisedBy }: ServeConfig, { interrupts }: RunContext): Promise<string> {
  return new Promise((resolve) => {
    const onSignal = () => {
      const signal = String(interrupts.soft.reason);
      // On Windows a console's Ctrl-C reaches the replicas too; they end when their supervisor says
      // so.
      const isConsoleCtrlC = process.platform === "win32" && signal === "SIGINT";
      if (supervisedBy === undefined || !isConsoleCtrlC) resolve(signal);
    };
    if (interrupts.soft.aborted) onSignal();
    else interrupts.soft.addEventListener("abort", onSignal, { once: true });
    if (supervisedBy === undefined) return;
    const onEndOfFile = () => resolve(`asked by ${supervisedBy}, or ${supervisedBy} is gone`);
    process.stdin.once("end", onEndOfFile).once("error", onEndOfFile).resume();
  });
}

/** `executed`, then one entry per status. */
function totalsOf({ executedCounts }: Replica): Record<string, string> {
  const executed = [...executedCounts.values()].reduce((sum, count) => sum + count, 0);
  const byStatus = [...executedCounts].map(([code, count]) => [code, String(count)] as const);
  return { executed: String(executed), ...Object.fromEntries(byStatus) };
}
