import type { Counter, Gauge, Histogram } from "prom-client";
import { atMillis } from "./buckets.ts";
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
  readonly seconds: Histogram.Internal;
  readonly handled: Map<string, Counter.Internal<string>>;
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

  constructor({ prom, registry }: MetricsBook) {
    const labelNames = ["grpc_service", "grpc_method"];
    const registers = [registry];
    this.#handled = new prom.Counter({
      name: "grpc_server_handled_total",
      help: "Calls that have ended, by the status they were answered with",
      ...{ labelNames: [...labelNames, "grpc_code"], registers },
    });
    this.#seconds = new prom.Histogram({
      name: "grpc_server_handling_seconds",
      help: "From a call's headers to the end of its stream",
      ...{ labelNames, registers, buckets: atMillis(0.5, 60_000) },
    });
    this.#inFlight = new prom.Gauge({
      name: "grpc_server_in_flight",
      help: "Calls that have begun and not ended",
      ...{ labelNames, registers },
    });
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
  const { graph } = replica;
  const read = readerOf(book);
  read.gauge("dfs_serve_connections", "Connections open", () => {
    const { accepted, closed } = replica.connectionCounts;
    return accepted - closed;
  });
  read.counter("dfs_serve_connections_accepted_total", "Connections accepted", () => {
    return replica.connectionCounts.accepted;
  });
  read.counter(
    "dfs_serve_connections_refused_total",
    "Connections closed at once, as many as may be were open",
    () => replica.connectionCounts.refused,
  );
  read.counter(
    "dfs_serve_connections_pinged_out_total",
    "Connections closed for their pings, which came too fast",
    () => replica.connectionCounts.pingedOut,
  );
  read.gauge("dfs_serve_searches_running", "Searches under way in threads", () => {
    return replica.jobCounts.searchesRunning;
  });
  read.gauge("dfs_serve_searches_queued", "Searches that wait for their turn", () => {
    return replica.jobCounts.searchesQueued;
  });
  read.gauge("dfs_serve_traversals_running", "Traversals under way", () => {
    return replica.jobCounts.traversals;
  });
  read.gauge("dfs_serve_graph_vertices", "Vertices of the graph", () => graph.vertexCount);
  read.gauge("dfs_serve_graph_edges", "Edges of the graph", () => graph.edgeCount);
  const { spec, fingerprint } = graph;
  new book.prom.Gauge({
    name: "dfs_serve_graph_info",
    help: "Always 1; its labels say which graph is served",
    ...{ labelNames: ["graph", "fingerprint"], registers: [book.registry] },
  }).set({ graph: spec, fingerprint }, 1);
}

/** Metrics whose value is known elsewhere. */
function readerOf({ prom, registry }: MetricsBook) {
  const registers = [registry];
  return {
    gauge(name: string, help: string, value: () => number): void {
      new prom.Gauge({
        ...{ name, help, registers },
        collect() {
          this.set(value());
        },
      });
    },
    counter(name: string, help: string, value: () => number): void {
      new prom.Counter({
        ...{ name, help, registers },
        collect() {
          this.reset();
          this.inc(value());
        },
      });
    },
  };
}
