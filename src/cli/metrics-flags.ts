import { DfsError } from "../base/errors.ts";
import type { MetricsPlace } from "../live/metrics/metrics-server.ts";
import * as flags from "./flags.ts";

/** Where metrics are served, shared by `serve` and `load`. */
export const metricsFlags = {
  metricsPort: flags.wholeNumber.optional({
    description: "Serve Prometheus metrics by HTTP at this port, under /metrics; 0: a free one",
    valueHint: "PORT",
    min: 0,
    max: 65_535,
  }),
  metricsHost: flags.text.optional({
    description: "Address to serve them on (Default: localhost, for this machine only)",
    valueHint: "HOST",
  }),
};

type MetricsValues = flags.FlagValues<typeof metricsFlags>;

/** Undefined: no metrics are wanted. Throws a usage error for a host without a port. */
export function metricsPlaceOf({
  metricsPort: port,
  metricsHost: host,
}: MetricsValues): MetricsPlace | undefined {
  if (port !== undefined) return { host: host ?? "localhost", port };
  if (host === undefined) return undefined;
  throw new DfsError(
    "usage",
    "--metrics-host says where metrics are served: it needs --metrics-port",
  );
}

/** Throws a usage error where the page that follows a run is to have the port of its metrics. */
export function refuseSharedPort(
  place: MetricsPlace | undefined,
  ui: number | "alone" | undefined,
): void {
  if (place === undefined || place.port === 0 || place.port !== ui) return;
  throw new DfsError(
    "usage",
    `--metrics-port and --ui are both ${ui}, and they need two ports; --ui alone has one chosen`,
  );
}

/** The flags that say the same to another dfs. */
export function metricsArguments(place: MetricsPlace | undefined): readonly string[] {
  if (place === undefined) return [];
  return ["--metrics-port", String(place.port), "--metrics-host", place.host];
}
