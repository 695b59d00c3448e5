import { type Endpoint, formatEndpoint } from "../base/endpoint.ts";
import { freshSeed } from "../base/random.ts";
import { type PolicyName, retryAttemptTimeoutMs } from "../failover/policy.ts";
import { type Call, callEntries } from "../workload/call.ts";
import type { AskedQuestion, DecidedQuestion } from "../workload/dfs-question.ts";
import type { Verify } from "../workload/dfs-workload.ts";
import { isTimed, type LoadProfile, profileEntries } from "./load-profile.ts";
import { type StreamConfig, streamConfigEntries } from "./stream-config.ts";

/** `stock`: plain grpc-js as it comes, which the demo compares with. */
export type ClientName = PolicyName | "stock";

/** Everything a load does, complete and validated; printed, and stored in the run header. */
export interface LoadConfig {
  readonly replicas: readonly Endpoint[];
  /** At most; a profile with a total may be over before. */
  readonly durationMs: number;
  /** When requests leave; says nothing of streams. */
  readonly profile: LoadProfile;
  /** Of all that is left to chance; undefined: drawn when the load begins. */
  readonly seed: number | undefined;
  /** Of a request, over all its attempts. */
  readonly deadlineMs: number;
  /** Undefined: the policy's own, which for adaptive is learned. */
  readonly attemptTimeoutMs: number | undefined;
  readonly policy: ClientName;
  /** Settled once the replicas have said which graph they serve. */
  readonly question: AskedQuestion;
  /** What is called instead of asking the question; undefined: nothing, RunDFS is. */
  readonly call?: Call | undefined;
  /** `answer`: compare every answer with the right one. `status`: be content with OK. */
  readonly verify: Verify;
  /** `unary`: requests on a schedule. `stream`: streams alone. */
  readonly mode: "unary" | "stream";
  /** What is kept running, in mode unary beside the requests. */
  readonly streams: StreamConfig | undefined;
}

/** What all requests of a load are about, settled. */
export type LoadSubject =
  | { readonly kind: "question"; readonly question: DecidedQuestion }
  | { readonly kind: "call"; readonly call: Call };

/** What `dfs load` does unless told otherwise, as a user would type it. */
export const loadDefaults = {
  duration: "60s",
  rate: "10",
  deadline: "30s",
  policy: "adaptive",
  verify: "answer",
  mode: "unary",
} as const;

/** The configuration as the run header keeps it. */
export function loadConfigEntries(
  config: LoadConfig,
  subject: LoadSubject,
): Record<string, string> {
  return {
    ...durationEntries(config),
    mode: config.mode,
    ...(config.mode === "stream" ? {} : requestEntries(config)),
    ...streamConfigEntries(config.streams),
    policy: config.policy,
    attempt_timeout_ms: attemptTimeoutText(config),
    replicas: config.replicas.map(formatEndpoint).join(","),
    ...(subject.kind === "call"
      ? callEntries(subject.call)
      : questionEntries(subject.question, config.verify)),
  };
}

function questionEntries(
  { search, fingerprint, graph, spec }: DecidedQuestion,
  verify: Verify,
): Record<string, string> {
  const { target = search.targetName ?? "none", source = search.sourceName } = search;
  const right = graph === undefined ? "agreed" : "computed";
  return {
    target: String(target),
    ...(source === undefined ? {} : { source: String(source) }),
    num_vertices: String(search.numVertices),
    graph: spec,
    fingerprint,
    verify,
    ...(verify === "answer" ? { right_answer: right } : {}),
  };
}

/** The configuration with its seed, drawn now unless it has one. */
export function withSeed(config: LoadConfig): LoadConfig & { readonly seed: number } {
  return { ...config, seed: config.seed ?? freshSeed() };
}

/** A load that its total alone ends was given no duration. */
function durationEntries({ mode, profile, durationMs }: LoadConfig): Record<string, string> {
  const hasDuration = mode === "stream" || isTimed(profile, durationMs);
  return hasDuration ? { duration_s: String(durationMs / 1000) } : {};
}

function requestEntries({ profile, seed, deadlineMs }: LoadConfig): Record<string, string> {
  return { ...profileEntries(profile, seed), deadline_ms: String(deadlineMs) };
}

function attemptTimeoutText({ policy, attemptTimeoutMs, deadlineMs }: LoadConfig): string {
  if (policy === "none" || policy === "stock") return String(deadlineMs);
  if (attemptTimeoutMs !== undefined) return String(attemptTimeoutMs);
  return policy === "adaptive" ? "learned" : String(retryAttemptTimeoutMs);
}
