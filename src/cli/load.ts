import { systemClock } from "../base/clock.ts";
import { formatDuration } from "../base/duration.ts";
import { formatEndpoint } from "../base/endpoint.ts";
import { DfsError } from "../base/errors.ts";
import { exitStatus, worstExitStatus } from "../base/exit-status.ts";
import { limits } from "../base/limits.ts";
import { localTimeOfDay } from "../base/local-time.ts";
import { freshId } from "../base/random.ts";
import { policyNames } from "../failover/policy.ts";
import { tee } from "../ledger/tee.ts";
import { LedgerWriter } from "../ledger/writer.ts";
import { driveLoad, type LoadObserver } from "../load/drive-load.ts";
import { type LoadConfig, loadDefaults } from "../load/load-config.ts";
import { LedgerCollector } from "../report/ledger-collector.ts";
import { openGrpcChannel } from "../rpc/grpc-channel.ts";
import { dfsWorkload } from "../workload/dfs-workload.ts";
import { endpointLine } from "./endpoint-lines.ts";
import * as flags from "./flags.ts";
import { LoadLines } from "./load-lines.ts";
import { defineSubcommand } from "./subcommand.ts";
import type { Terminal } from "./terminal.ts";

const flagSpecs = {
  replicas: flags.endpoints("Replicas to drive, comma-separated or repeated"),
  duration: flags.duration.withDefault({
    description: "How long requests are scheduled",
    default: loadDefaults.duration,
    minMs: 1,
    maxMs: limits.durationMaxMs,
  }),
  rate: flags.decimalNumber.withDefault({
    description: "Requests a second",
    valueHint: "R",
    default: loadDefaults.rate,
    min: 0.001,
    max: limits.rateMaxPerSecond,
  }),
  deadline: flags.duration.withDefault({
    description: "Of a request, over all its attempts",
    default: loadDefaults.deadline,
    minMs: 1,
    maxMs: limits.durationMaxMs,
  }),
  attemptTimeout: flags.duration.withDefault({
    description: "Silence after which policy retry turns to the next replica",
    default: loadDefaults.attemptTimeout,
    minMs: 1,
    maxMs: limits.durationMaxMs,
  }),
  policy: flags.choice({
    description: "retry: the next replica at once; none: one replica, no second chance",
    choices: policyNames,
    default: loadDefaults.policy,
  }),
  target: flags.vertex({
    description: "Vertex to find, or none to visit the whole graph",
    default: loadDefaults.target,
  }),
  numVertices: flags.wholeNumber.withDefault({
    description: "N of the graph modular:N",
    valueHint: "N",
    default: loadDefaults.numVertices,
    min: 1,
    max: limits.vertexMaxCount,
  }),
  verify: flags.choice({
    description: "answer: compare every answer with the right one; status: be content with OK",
    choices: ["answer", "status"],
    default: loadDefaults.verify,
  }),
  logfile: flags.logfile("client.log"),
};

export const loadCommand = defineSubcommand({
  name: "load",
  description: "Drive replicas through the failover client, check every answer, and judge the run",
  examples: [
    "dfs load --replicas localhost:50051,localhost:50052 --duration 60",
    "dfs load --replicas localhost:50051,localhost:50052 --rate 100 --duration 30s --policy none",
    "dfs load --replicas localhost:50051 --target 1 --num-vertices 50000 --logfile none",
  ],
  flags: flagSpecs,
  async run(values, { terminal, interrupts, clock }) {
    const config = loadConfig(values);
    const run = freshId();
    const workload = dfsWorkload(config);
    const path = values.logfile;
    const writer =
      path === undefined ? undefined : LedgerWriter.open(path, { flush: "batched", clock });
    interrupts.hard.addEventListener("abort", () => writer?.flush());
    const collector = new LedgerCollector();
    const live = collector.source(path ?? "this run");
    terminal.line(headline(config, run, path));
    const totals = await driveLoad({
      run,
      config,
      workload,
      openChannel: openGrpcChannel,
      ledger: writer === undefined ? live : tee(writer, live),
      lostRecordCount: () => writer?.lostRecordCount ?? 0,
      observer: terminalObserver(config, terminal),
      clock,
      signal: interrupts.soft,
    });
    writer?.close();
    void collector;
    return worstExitStatus([totals.isInterrupted ? exitStatus.interrupted : exitStatus.verified]);
  },
});

type Values = flags.FlagValues<typeof flagSpecs>;

function loadConfig(values: Values): LoadConfig {
  const { target, numVertices } = values;
  if (target !== undefined && target >= numVertices) {
    throw new DfsError(
      "usage",
      `--target must be a vertex in 0..${numVertices - 1} (--num-vertices is ${numVertices}): ` +
        `current value is "${target}"`,
    );
  }
  return {
    replicas: values.replicas,
    durationMs: values.duration,
    ratePerSecond: values.rate,
    deadlineMs: values.deadline,
    attemptTimeoutMs: values.attemptTimeout,
    policy: values.policy,
    target,
    numVertices,
    verify: values.verify,
  };
}

function headline(config: LoadConfig, run: string, path: string | undefined): string {
  const attempts =
    config.policy === "retry" ? `, attempt timeout ${formatDuration(config.attemptTimeoutMs)}` : "";
  return [
    `Load: ${config.ratePerSecond} requests/s for ${formatDuration(config.durationMs)} to ` +
      config.replicas.map(formatEndpoint).join(", "),
    `Policy: ${config.policy}${attempts}, deadline ${formatDuration(config.deadlineMs)}`,
    `Ledger: ${path ?? "none"}; run ${run}`,
  ].join("\n");
}

/** Shows a load on the terminal as it runs. */
export function terminalObserver(config: LoadConfig, terminal: Terminal): LoadObserver {
  const lines = new LoadLines(config.ratePerSecond, (line) => terminal.line(line));
  return {
    onPreflight(endpoint, description) {
      terminal.line(
        `[${localTimeOfDay(systemClock.nowUs())}] ${endpointLine(endpoint, description)}`,
      );
    },
    onAttemptFailure: (failure) => lines.attemptFailed(failure),
    onReplicaChange: () => undefined,
    onSettled: (request) => lines.settled(request),
    onSecond: (second) => lines.second(second),
  };
}
