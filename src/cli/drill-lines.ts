import { formatDuration } from "../base/duration.ts";
import { formatEndpoint } from "../base/endpoint.ts";
import { limits } from "../base/limits.ts";
import { formatFault } from "../drill/planned-fault.ts";
import type { DrillPlan } from "../drill/run-drill.ts";
import { type LoadConfig, loadDefaults } from "../load/load-config.ts";
import { formatRequirement, type Requirement } from "../report/requirement.ts";
import { profileWords } from "./profile-words.ts";

/**
 * The command lines that do by hand what a drill does, one a terminal: its replicas, its load with
 * the faults, and the streams beside it, if any, which then are a load of their own.
 */
export function drillLines(
  { load, faults, graph, graphArguments, restart, restartDelayMs }: DrillPlan,
  require: readonly Requirement[],
): readonly string[] {
  const [first] = load.replicas;
  const delay = restart === "never" ? [] : ["--restart-delay", formatDuration(restartDelayMs)];
  const serve = [
    ...["dfs", "serve", "--port", String(first?.port), "--num-replicas"],
    ...[String(load.replicas.length), "--restart", restart, ...delay],
    ...["--grace", formatDuration(limits.demoGraceMs), ...graphArguments],
  ];
  const endpoints = load.replicas.map(formatEndpoint).join(",");
  // A graph that the load has is one that it reads itself, to know the right answers.
  const replicas = ["--replicas", endpoints, ...(graph === undefined ? [] : graphArguments)];
  const span = ["--duration", formatDuration(load.durationMs)];
  const isOfStreams = load.mode === "stream";
  const faultWords = faults.flatMap((fault) => ["--fault", formatFault(fault)]);
  const requireWords = require.flatMap((one) => [
    "--require",
    formatRequirement(one).replaceAll(" ", ""),
  ]);
  const main = isOfStreams ? [...span, ...streamWords(load)] : requestWords(load);
  const beside =
    isOfStreams || load.streams === undefined
      ? []
      : [["dfs", "load", ...replicas, ...span, ...streamWords(load), "--logfile", "stream.log"]];
  const drive = ["dfs", "load", ...replicas, ...main, ...faultWords, ...requireWords];
  return [serve, drive, ...beside].map((words) => words.map(quoted).join(" "));
}

function requestWords(load: LoadConfig): readonly string[] {
  const { deadlineMs } = load;
  return [
    ...profileWords(load),
    ...unlessDefault("--deadline", formatDuration(deadlineMs), loadDefaults.deadline),
    ...policyWords(load),
    ...questionWords(load),
    ...unlessDefault("--verify", load.verify, loadDefaults.verify),
  ];
}

function streamWords(load: LoadConfig): readonly string[] {
  const { streams, question } = load;
  if (streams === undefined) return [];
  const { count, ratePerSecond, numVertices = question.numVertices } = streams;
  return [
    ...["--mode", "stream", "--streams", String(count)],
    ...optional("--stream-rate", ratePerSecond),
    ...policyWords(load),
    ...(load.mode === "stream" ? questionWords(load) : optional("--num-vertices", numVertices)),
  ];
}

function policyWords({ policy, attemptTimeoutMs }: LoadConfig): readonly string[] {
  const timeout = attemptTimeoutMs === undefined ? undefined : formatDuration(attemptTimeoutMs);
  return [
    ...unlessDefault("--policy", policy, loadDefaults.policy),
    ...optional("--attempt-timeout", timeout),
  ];
}

function questionWords({ question: { target, source, numVertices } }: LoadConfig) {
  const vertex = typeof target === "object" && "vertex" in target ? target.vertex : target;
  return [
    ...(vertex === "default" ? [] : ["--target", String(vertex)]),
    ...optional("--source", source !== undefined && "vertex" in source ? source.vertex : undefined),
    ...optional("--num-vertices", numVertices),
  ];
}

function unlessDefault(flag: string, value: string, otherwise: string): readonly string[] {
  return value === otherwise ? [] : [flag, value];
}

function optional(flag: string, value: string | number | undefined): readonly string[] {
  return value === undefined ? [] : [flag, String(value)];
}

/** As a shell takes it for one word. */
function quoted(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}
