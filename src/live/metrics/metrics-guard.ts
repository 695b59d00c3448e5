import { loopbackHosts, refuseForeignHost } from "../request-guard.ts";

/** Whether a request may read the metrics, or why not. */
export type Scrape =
  | { readonly to: "metrics" | "index" }
  | { readonly status: 403 | 404 | 405; readonly reason: string };

/** Where Prometheus looks unless told otherwise. */
export const metricsPath = "/metrics";

/**
 * On loopback only this machine is meant to read: a page of another site that reaches here through
 * the user's browser, by a name that resolves to loopback, names that host. Elsewhere a server is
 * called by whatever names its machine has.
 */
export function admitScrape(
  asked: { readonly method: string; readonly path: string; readonly host: string | null },
  server: { readonly port: number; readonly isLoopback: boolean },
): Scrape {
  const hosts = loopbackHosts(server.port);
  const foreign = server.isLoopback ? refuseForeignHost(asked.host, hosts) : undefined;
  if (foreign !== undefined) return foreign;
  if (asked.method !== "GET" && asked.method !== "HEAD") {
    return { status: 405, reason: "Metrics are only read" };
  }
  if (asked.path === metricsPath) return { to: "metrics" };
  return asked.path === "/"
    ? { to: "index" }
    : { status: 404, reason: `The metrics are at ${metricsPath}` };
}
