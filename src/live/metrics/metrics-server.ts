import { isIP } from "node:net";
import { formatEndpoint } from "../../base/endpoint.ts";
import { DfsError, messageOf, systemErrorCode } from "../../base/errors.ts";
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
    const isTaken = systemErrorCode(error) === "EADDRINUSE";
    const why = isTaken ? `port ${port} is taken` : messageOf(error);
    throw new DfsError(
      "cannot-run",
      `Cannot serve metrics on ${formatEndpoint({ host: hostname, port })}: ${why}; name a free ` +
        "port, or --metrics-port 0 to have one picked",
      { cause: error },
    );
  }
}

/** Throws what startMetricsServer() would when a port is taken now. */
export async function refuseTakenMetricsPort(place: MetricsPlace): Promise<void> {
  await startMetricsServer(place, { contentType: "", text: async () => "" }).close();
}
