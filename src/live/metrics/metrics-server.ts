import { isIP } from "node:net";
import { formatEndpoint } from "../../base/endpoint.ts";
import { DfsError, systemErrorCode } from "../../base/errors.ts";
import { pathOf } from "../request-guard.ts";
import { admitScrape, metricsPath } from "./metrics-guard.ts";
import type { Metrics } from "./open-metrics.ts";

export interface MetricsPlace {
  /** `localhost`, or an address to listen on. */
  readonly host: string;
  /** 0: one that the system picks. */
  readonly port: number;
}

/** Serves metrics in Prometheus' text format. */
export interface MetricsServer {
  /** Of the metrics themselves. */
  readonly url: string;
  close(): Promise<void>;
}

/** Throws `cannot-run` when it cannot listen there. */
export function startMetricsServer(place: MetricsPlace, metrics: Metrics): MetricsServer {
  const hostname = place.host === "localhost" ? "127.0.0.1" : place.host;
  const isLoopback = hostname === "::1" || (isIP(hostname) === 4 && hostname.startsWith("127."));
  const headers = { "x-content-type-options": "nosniff", "cache-control": "no-store" };
  const answer = async (request: Request, port: number): Promise<Response> => {
    const asked = {
      method: request.method,
      path: pathOf(request.url),
      host: request.headers.get("host"),
    };
    const scrape = admitScrape(asked, { port, isLoopback });
    if ("reason" in scrape) {
      const { status, reason } = scrape;
      const allow = status === 405 ? { allow: "GET, HEAD" } : {};
      return new Response(`${reason}\n`, { status, headers: { ...headers, ...allow } });
    }
    if (scrape.to === "index") return new Response(`${metricsPath}\n`, { headers });
    const text = await metrics.text();
    return new Response(text, { headers: { ...headers, "content-type": metrics.contentType } });
  };
  const server = listen(hostname, place.port, answer);
  const { port = 0 } = server;
  return {
    url: `http://${formatEndpoint({ host: hostname, port })}${metricsPath}`,
    close: () => server.stop(true),
  };
}

type Answer = (request: Request, port: number) => Promise<Response>;

function listen(hostname: string, port: number, answer: Answer): Bun.Server<undefined> {
  try {
    return Bun.serve({
      ...{ hostname, port },
      fetch: (request, server) => answer(request, server.port ?? 0),
      error: () => new Response(null, { status: 500 }),
      // Else Bun shares the port with whoever else shares it.
      ...{ reusePort: false, development: false },
    });
  } catch (error) {
    throw new DfsError(
      "cannot-run",
      `Cannot serve metrics on ${formatEndpoint({ host: hostname, port })}: ` +
        whyNot(hostname, port, error),
      { cause: error },
    );
  }
}

/** What is wrong with the place, and what would be right. */
function whyNot(hostname: string, port: number, error: unknown): string {
  switch (systemErrorCode(error)) {
    case "EADDRINUSE":
      return `port ${port} is taken; name a free port, or --metrics-port 0 to have one picked`;
    case "EACCES":
    case "EPERM":
      return `port ${port} is privileged and this user may not listen on it; use one from 1024 up`;
    default:
      // For a name that is none Bun has whatever the resolver's failure has left behind.
      return isIP(hostname) === 0
        ? `no address of this machine is known as ${hostname}; ${hostRemedy}`
        : `${hostname} is not an address of this machine; ${hostRemedy}`;
  }
}

const hostRemedy = "use --metrics-host localhost, or 0.0.0.0 for all of them";

/** Throws what startMetricsServer() would when a port is taken now. */
export async function refuseTakenMetricsPort(place: MetricsPlace): Promise<void> {
  await startMetricsServer(place, { contentType: "", text: async () => "" }).close();
}
