import { type Endpoint, formatEndpoint } from "../base/endpoint.ts";
import { type PolicyName, retryAttemptTimeoutMs } from "../failover/policy.ts";

/** `stock`: plain grpc-js as it comes, which the demo compares with. */
export type ClientName = PolicyName | "stock";

/** Everything a load does, complete and validated; printed, and stored in the run header. */
export interface LoadConfig {
  readonly replicas: readonly Endpoint[];
  readonly durationMs: number;
  readonly ratePerSecond: number;
  /** Of a request, over all its attempts. */
  readonly deadlineMs: number;
  /** Undefined: the policy's own, which for adaptive is learned. */
  readonly attemptTimeoutMs: number | undefined;
  readonly policy: ClientName;
  /** The vertex to find; undefined: visit the whole graph. */
  readonly target: number | undefined;
  readonly numVertices: number;
  /** `answer`: compare every answer with the right one. `status`: be content with OK. */
  readonly verify: "answer" | "status";
  /** `unary`: requests on a schedule. `stream`: streams alone. */
  readonly mode: "unary" | "stream";
  /** The streams to keep running; in mode unary beside the requests. */
  readonly streams: StreamConfig | undefined;
}

/** Traverse streams, all of the same question. */
export interface StreamConfig {
  /** Kept running at once. */
  readonly count: number;
  /** Vertices a second at which each is read; undefined: as fast as they come. */
  readonly ratePerSecond: number | undefined;
  /** The vertex that ends each; undefined: every vertex of the graph. */
  readonly target: number | undefined;
  /** N of modular:N. */
  readonly numVertices: number;
}

/** What `dfs load` does unless told otherwise, as a user would type it. */
export const loadDefaults = {
  duration: "60s",
  rate: "10",
  deadline: "30s",
  policy: "adaptive",
  target: "42000",
  numVertices: "50000",
  verify: "answer",
  mode: "unary",
} as const;

/** The configuration as the run header keeps it. */
export function loadConfigEntries(config: LoadConfig): Record<string, string> {
  return {
    duration_s: String(config.durationMs / 1000),
    rate_per_s: String(config.ratePerSecond),
    deadline_ms: String(config.deadlineMs),
    policy: config.policy,
    attempt_timeout_ms: attemptTimeoutText(config),
    replicas: config.replicas.map(formatEndpoint).join(","),
    target: config.target === undefined ? "none" : String(config.target),
    num_vertices: String(config.numVertices),
    verify: config.verify,
  };
}

function attemptTimeoutText({ policy, attemptTimeoutMs, deadlineMs }: LoadConfig): string {
  if (policy === "none" || policy === "stock") return String(deadlineMs);
  if (attemptTimeoutMs !== undefined) return String(attemptTimeoutMs);
  return policy === "adaptive" ? "learned" : String(retryAttemptTimeoutMs);
}
