import type { MetricsPlace } from "../live/metrics/metrics-server.ts";
import type { SourceRequest } from "../replica/load-source.ts";
import type { RestartMode } from "../replica/restart-policy.ts";
import type { ServeLimits } from "../replica/serve-limits.ts";

/** What `dfs serve` was asked for, complete and checked. */
export interface ServeConfig {
  readonly host: string;
  /** One for each replica; never 0. */
  readonly ports: readonly number[];
  readonly restart: RestartMode;
  readonly restartDelayMs: number;
  readonly graceMs: number;
  readonly limits: ServeLimits;
  /** Of the first replica; the others' ports follow, as their own do. Undefined: no metrics. */
  readonly metrics: MetricsPlace | undefined;
  /** Undefined: no ledger. */
  readonly logfileOf: (port: number) => string | undefined;
  /** Undefined: the default graph, with nothing to load. */
  readonly graph: SourceRequest | undefined;
  /** Who started this replica, when it was not a user. */
  readonly supervisedBy: string | undefined;
}
