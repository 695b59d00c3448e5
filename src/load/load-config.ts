import { type Endpoint, formatEndpoint } from "../base/endpoint.ts";
import type { PolicyName } from "../failover/policy.ts";

/** Everything a load does, complete and validated; printed, and stored in the run header. */
export interface LoadConfig {
  readonly replicas: readonly Endpoint[];
  readonly durationMs: number;
  readonly ratePerSecond: number;
  /** Of a request, over all its attempts. */
  readonly deadlineMs: number;
  readonly attemptTimeoutMs: number;
  readonly policy: PolicyName;
  /** The vertex to find; undefined: visit the whole graph. */
  readonly target: number | undefined;
  readonly numVertices: number;
  /** `answer`: compare every answer with the right one. `status`: be content with OK. */
  readonly verify: "answer" | "status";
}

/** What `dfs load` does unless told otherwise, as a user would type it. */
export const loadDefaults = {
  duration: "60s",
  rate: "10",
  deadline: "30s",
  attemptTimeout: "3s",
  policy: "retry",
  target: "42000",
  numVertices: "50000",
  verify: "answer",
} as const;

/** The configuration as the run header keeps it. */
export function loadConfigEntries(config: LoadConfig): Record<string, string> {
  return {
    duration_s: String(config.durationMs / 1000),
    rate_per_s: String(config.ratePerSecond),
    deadline_ms: String(config.deadlineMs),
    policy: config.policy,
    attempt_timeout_ms: String(config.attemptTimeoutMs),
    replicas: config.replicas.map(formatEndpoint).join(","),
    target: config.target === undefined ? "none" : String(config.target),
    num_vertices: String(config.numVertices),
    verify: config.verify,
  };
}
