import { buildInfo } from "../base/build-info.ts";
import { formatEndpoint } from "../base/endpoint.ts";
import { type ExitStatus, exitStatus } from "../base/exit-status.ts";
import { localTimeOfDay } from "../base/local-time.ts";
import { defaultVertexCount } from "../graph/modular-graph.ts";
import { wakeWhenParentDies } from "../replica/parent-death.ts";
import { formatReadyLine } from "../replica/ready-line.ts";
import { type Replica, startReplica } from "../replica/replica.ts";
import { ServerLedger } from "../replica/server-ledger.ts";
import type { ServeConfig } from "./serve-config.ts";
import type { RunContext } from "./subcommand.ts";

/** Runs one replica in this process until it is asked to end, then drains it. */
export async function serveOne(config: ServeConfig, context: RunContext): Promise<ExitStatus> {
  const { terminal, clock } = context;
  const { host, graceMs, supervisedBy } = config;
  const [port = 0] = config.ports;
  const endpoint = formatEndpoint({ host, port });
  const logfile = config.logfileOf(port);
  // Watched from the start: a supervisor that dies meanwhile must not leave a replica behind.
  const asked = endAsked(config, context);
  if (supervisedBy !== undefined) await wakeWhenParentDies();
  const ledger = new ServerLedger(logfile, {
    clock,
    config: {
      endpoint,
      graph: `modular:${defaultVertexCount}`,
      grace_ms: String(graceMs),
      started_by: supervisedBy ?? "user",
    },
    onFailure: (text) => terminal.notices.warn(`${text}; serving goes on without its records`),
  });
  const replica = await startReplica({
    host,
    port,
    graph: { kind: "modular", defaultVertexCount },
    version: buildInfo.version,
    ledger,
    clock,
  }).catch((error) => {
    ledger.end("failed", {});
    throw error;
  });
  await beginOrLeave(ledger, replica);
  const say = (text: string) => terminal.line(`[${localTimeOfDay(clock.nowUs())}] ${text}`);
  const { pid } = process;
  const graph = replica.graphSpec;
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
  say(`replica ${endpoint} ended after ${totals["executed"]} request(s)`);
  if (lost === undefined) return exitStatus.verified;
  terminal.notices.error(`Cannot prove what was executed: ${lost}`);
  return exitStatus.criterionNotMet;
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
  return `replica ${endpoint} serving ${graph} (pid ${pid}), log ${logfile ?? "none"}`;
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
