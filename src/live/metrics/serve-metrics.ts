import type { Counter, Gauge, Histogram } from "prom-client";
import { atMillis } from "./buckets.ts";
import { metersOf } from "./meters.ts";
import type { MetricsBook } from "./open-metrics.ts";

/** A method as it is counted; one and the same object for all its calls. */
export interface CountedMethod {
  readonly service: string;
  readonly method: string;
}

/** What a replica says of itself when it is asked. */
export interface ServeFigures {
  readonly graph: {
    readonly spec: string;
    readonly fingerprint: string;
    readonly vertexCount: number;
    readonly edgeCount: number;
  };
  readonly connectionCounts: {
    readonly accepted: number;
    readonly closed: number;
    readonly refused: number;
    readonly pingedOut: number;
  };
  readonly jobCounts: {
    readonly searchesRunning: number;
    readonly searchesQueued: number;
    readonly traversals: number;
  };
}

/** What is counted of one method, its labels looked up once. */
interface MethodMetrics {
  readonly inFlight: Gauge.Internal<string>;
  readonly seconds: Histogram.Internal<string>;
  readonly handled: Map<string, Counter.Internal>;
}

/**
 * Counts the calls of a replica by method and status, and shows what it says of itself. The
 * labels are the methods it serves and gRPC's statuses, so no client makes them grow.
 */
export class ServeMetrics {
  readonly #handled: Counter<string>;
  readonly #seconds: Histogram<string>;
  readonly #inFlight: Gauge<string>;
  readonly #methods = new Map<CountedMethod, MethodMetrics>();

  constructor(book: MetricsBook) {
    const { counter, gauge, seconds } = metersOf(book, "grpc_server_");
    const labels = ["grpc_service", "grpc_method"];
    const handled = "Calls that have ended, by the status they were answered with";
    this.#handled = counter("handled_total", handled, [...labels, "grpc_code"]);
    const handling = "From a call's headers to the end of its stream";
    this.#seconds = seconds("handling_seconds", handling, atMillis(0.5, 60_000), labels);
    this.#inFlight = gauge("in_flight", "Calls that have begun and not ended", labels);
  }

  begun(method: CountedMethod): void {
    this.#of(method).inFlight.inc();
  }

  ended(method: CountedMethod, code: string, durationUs: number): void {
    const { inFlight, seconds, handled } = this.#of(method);
    inFlight.dec();
    seconds.observe(durationUs / 1e6);
    let count = handled.get(code);
    if (count === undefined) {
      count = this.#handled.labels(method.service, method.method, code);
      handled.set(code, count);
    }
    count.inc();
  }

  #of(method: CountedMethod): MethodMetrics {
    const known = this.#methods.get(method);
    if (known !== undefined) return known;
    const labels = [method.service, method.method];
    const made = {
      inFlight: this.#inFlight.labels(...labels),
      seconds: this.#seconds.labels(...labels),
      handled: new Map(),
    };
    this.#methods.set(method, made);
    return made;
  }
}

/** Shows a replica's own figures, read when they are asked for. */
export function showServeFigures(book: MetricsBook, replica: ServeFigures): void {
  const { gauge, readGauge, readCounter } = metersOf(book, "dfs_serve_");
  const { connectionCounts: connections, graph } = replica;
  readGauge("connections", "Connections open", () => connections.accepted - connections.closed);
  readCounter("connections_accepted_total", "Connections accepted", () => connections.accepted);
  const refused = "Connections closed at once, since as many as may be were open";
  readCounter("connections_refused_total", refused, () => connections.refused);
  const pingedOut = "Connections closed for their pings, which came too fast";
  readCounter("connections_pinged_out_total", pingedOut, () => connections.pingedOut);
  const running = "Searches under way, but for those that are answered at once";
  readGauge("searches_running", running, () => replica.jobCounts.searchesRunning);
  const queued = "Searches that wait for their turn";
  readGauge("searches_queued", queued, () => replica.jobCounts.searchesQueued);
  readGauge("traversals_running", "Traversals under way", () => replica.jobCounts.traversals);
  gauge("graph_vertices", "Vertices of the graph that is served").set(graph.vertexCount);
  gauge("graph_edges", "Edges of the graph that is served").set(graph.edgeCount);
  const info = "Always 1; its labels say which graph is served";
  const { spec, fingerprint } = graph;
  gauge("graph_info", info, ["graph", "fingerprint"]).set({ graph: spec, fingerprint }, 1);
}
