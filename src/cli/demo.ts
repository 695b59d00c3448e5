import { mkdirSync } from "node:fs";
import { resolve } from "node:path";
import type { Clock } from "../base/clock.ts";
import { formatDuration } from "../base/duration.ts";
import { DfsError, messageOf } from "../base/errors.ts";
import { exitStatus, worstExitStatus } from "../base/exit-status.ts";
import { limits } from "../base/limits.ts";
import { localTimeOfDay, localTimestamp } from "../base/local-time.ts";
import { printable } from "../base/printable.ts";
import { type DemoPlan, demoDurationMinMs, planDemo } from "../drill/demo-plan.ts";
import { type DemoObserver, runDemo } from "../drill/run-demo.ts";
import { isPortFree, pickFreePorts } from "../replica/free-port.ts";
import { defaultLedgerPatterns, findLedgerFiles } from "../report/ledger-files.ts";
import { openGrpcChannel } from "../rpc/grpc-channel.ts";
import { dfsWorkload } from "../workload/dfs-workload.ts";
import { faultEventLine } from "./fault-lines.ts";
import * as flags from "./flags.ts";
import { loadConfig, loadFlags } from "./load-flags.ts";
import { LoadLines } from "./load-lines.ts";
import { terminalObserver } from "./load-observer.ts";
import { reportFiles, showReport } from "./report.ts";
import { supervisorEventText } from "./serve-several.ts";
import { defineSubcommand } from "./subcommand.ts";
import { paint, type Terminal } from "./terminal.ts";

const { rate, policy, attemptTimeout, deadline } = loadFlags;

const flagSpecs = {
  duration: flags.duration.withDefault({
    description: "How long the load runs; below 30s the whole timeline shrinks",
    default: "30s",
    minMs: demoDurationMinMs,
    maxMs: limits.durationMaxMs,
  }),
  numReplicas: flags.wholeNumber.withDefault({
    description: "Replicas to start",
    valueHint: "N",
    default: "2",
    min: 2,
    max: limits.replicaMaxCount,
  }),
  port: flags.wholeNumber.withDefault({
    description: "First of their ports; free ones are taken when these are not",
    valueHint: "PORT",
    default: "50051",
    ...flags.portRange,
  }),
  ...{ rate, policy, attemptTimeout, deadline },
  directory: flags.text.optional({
    description: "Where the ledgers go; by default a new directory below demo-runs",
    valueHint: "DIR",
  }),
};

const host = "localhost";

export const demoCommand = defineSubcommand({
  name: "demo",
  description:
    "Start replicas, drive load, crash one and stall another for real, and judge the run",
  examples: [
    "dfs demo",
    "dfs demo --duration 12s --num-replicas 3 --rate 50",
    "dfs demo --policy none",
  ],
  flags: flagSpecs,
  async run(values, { terminal, interrupts, clock }) {
    const plan = planDemo(values.duration);
    const ports = await choosePorts(values.port, values.numReplicas, terminal);
    const directory = makeDirectory(values.directory, clock);
    const load = loadConfig({
      ...demoLoad,
      ...values,
      replicas: ports.map((port) => ({ host, port })),
    });
    terminal.line(headline(plan, ports.length, values.rate));
    terminal.line(`Ledgers: ${directory}`);
    const totals = await runDemo({
      plan,
      host,
      ports,
      load,
      workload: dfsWorkload(load),
      openChannel: openGrpcChannel,
      directory,
      observer: demoObserver(terminal, clock),
      clock,
      signal: interrupts.soft,
    });
    const { paths } = findLedgerFiles(defaultLedgerPatterns, directory);
    const report = await reportFiles(
      paths.map((path) => resolve(directory, path)),
      "newest",
    );
    terminal.line("");
    const judged = showReport(report, "text", terminal);
    return worstExitStatus(totals.isInterrupted ? [exitStatus.interrupted, judged] : [judged]);
  },
});

/** The guide's own question. */
const demoLoad = { target: 42_000, numVertices: 50_000, verify: "answer" } as const;

/** Consecutive ports from `first`, or ones that the system picks when any of those is taken. */
async function choosePorts(
  first: number,
  count: number,
  terminal: Terminal,
): Promise<readonly number[]> {
  const wanted = Array.from({ length: count }, (_, index) => first + index);
  const areFree = await Promise.all(wanted.map((port) => isPortFree(host, port)));
  if (!areFree.includes(false) && first + count - 1 <= flags.portRange.max) return wanted;
  const picked = await pickFreePorts(host, count);
  if (picked.length < count) {
    throw new DfsError("cannot-run", `Cannot find ${count} free ports on ${host}`);
  }
  terminal.notices.info(`Ports from ${first} are taken; using ${picked.join(", ")}`);
  return picked;
}

function makeDirectory(given: string | undefined, clock: Clock): string {
  const stamp = localTimestamp(clock.nowUs()).replace(" ", "_").replaceAll(/[:,]/g, "-");
  const directory = resolve(given ?? `demo-runs/${stamp}`);
  try {
    mkdirSync(directory, { recursive: true });
  } catch (error) {
    throw new DfsError(
      "cannot-run",
      `Cannot make the directory "${directory}": ${messageOf(error)}`,
    );
  }
  return directory;
}

function headline(plan: DemoPlan, replicaCount: number, ratePerSecond: number): string {
  const { durationMs, crashAtMs, restartDelayMs, stallPauseMs, stallMs } = plan;
  return (
    `Demo: ${replicaCount} replicas, ${ratePerSecond} requests/s for ${formatDuration(durationMs)}; one replica ` +
    `crashes at ${formatDuration(crashAtMs)} and is restarted ${formatDuration(restartDelayMs)} later; ` +
    `${formatDuration(stallPauseMs)} after it is back, another is suspended for ${formatDuration(stallMs)}`
  );
}

function demoObserver(terminal: Terminal, clock: Clock): DemoObserver {
  const lines = new LoadLines(false, (line) => terminal.line(line));
  return {
    ...terminalObserver(lines, terminal),
    onSupervisor(event) {
      if (event.kind === "output") {
        terminal.line(paint.dim(`[${event.port}] ${printable(event.line)}`));
        return;
      }
      const text = supervisorEventText(event, { logfileOf: (port) => `server_${port}.log` });
      terminal.line(`[${localTimeOfDay(clock.nowUs())}] ${text}`);
    },
    onFault(event) {
      // On Linux the demo's replicas wake when it dies (replica/parent-death.ts).
      const needsNoWatchdog = process.platform === "linux";
      if (event.kind === "warned" && event.reason === "no-watchdog" && needsNoWatchdog) return;
      if (event.kind === "warned") terminal.notices.warn(faultEventLine(event));
      else terminal.line(paint.bold(faultEventLine(event)));
    },
  };
}
