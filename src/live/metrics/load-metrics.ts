import type { Counter, Gauge, Histogram } from "prom-client";
import { limits } from "../../base/limits.ts";
import type {
  AttemptRecord,
  LedgerRecord,
  OkRecord,
  ReplicaRecord,
  RequestRecord,
  TickRecord,
} from "../../ledger/record.ts";
import type { LedgerSink } from "../../ledger/writer.ts";
import { BoundedNames } from "./bounded-names.ts";
import { atMillis } from "./buckets.ts";
import { metersOf } from "./meters.ts";
import type { MetricsBook } from "./open-metrics.ts";

const states = ["healthy", "suspect", "down", "probing"] as const;
const latencyBuckets = atMillis(0.1, 60_000);

/** Counts a load by its records: what stands in its ledger and what is shown here are the same. */
export class LoadMetrics implements LedgerSink {
  readonly #endpoints = new BoundedNames(limits.metricsEndpointMaxCount);
  readonly #codes = new BoundedNames(limits.metricsCodeMaxCount);
  readonly #run: Gauge<string>;
  readonly #requests: Counter<string>;
  readonly #attempts: Counter<string>;
  readonly #latency: Histogram<string>;
  readonly #service: Histogram<string>;
  readonly #lag: Histogram<string>;
  readonly #notSent: Counter<string>;
  readonly #inFlight: Gauge<string>;
  readonly #states: Gauge<string>;
  readonly #streams: Counter<string>;
  readonly #streamsOpen: Gauge<string>;
  readonly #items: Counter<string>;
  readonly #gaps: Histogram<string>;
  #scheduledCount = 0;
  #endedCount = 0;

  constructor(book: MetricsBook) {
    const { counter, gauge, seconds, readCounter } = metersOf(book, "dfs_load_");
    const byEndpoint = ["endpoint"];
    this.#run = gauge("run_info", "Always 1; the run whose ledger says the same", ["run"]);
    this.#requests = counter(
      "requests_total",
      "Requests that have ended, by outcome and by the status that decided it (none: no answer)",
      ["outcome", "code"],
    );
    this.#attempts = counter(
      "attempts_total",
      "Attempts that have ended: answered, failed, abandoned for their silence, or answered late",
      ["endpoint", "code", "end"],
    );
    const latency = "Of requests that ended ok, from when they were scheduled to their answer";
    this.#latency = seconds("latency_seconds", latency, latencyBuckets);
    const service = "Of their answering attempts alone, from sending to answer";
    this.#service = seconds("service_time_seconds", service, latencyBuckets, byEndpoint);
    const lag = "How late the load sent its requests, from when they were scheduled";
    this.#lag = seconds("lag_seconds", lag, latencyBuckets);
    // What has ended fell due, though the second in which it did may not be over.
    readCounter("requests_scheduled_total", "Requests that fell due", () =>
      Math.max(this.#scheduledCount, this.#endedCount),
    );
    const notSent = "Requests that fell due and never left, as too many were in flight";
    this.#notSent = counter("requests_not_sent_total", notSent);
    this.#inFlight = gauge("requests_in_flight", "Requests in flight, as of the latest second");
    const state = "1 for the state that a replica is in as the client sees it, else 0";
    this.#states = gauge("replica_state", state, [...byEndpoint, "state"]);
    this.#streams = counter("streams_total", "Streams that have ended", ["outcome"]);
    this.#streamsOpen = gauge("streams_open", "Streams open, as of the latest second");
    this.#items = counter("stream_items_total", "What streams have brought: vertices, or messages");
    const gaps = "How long streams stood still before they went on with another attempt";
    this.#gaps = seconds("stream_gap_seconds", gaps, latencyBuckets);
  }

  append(record: LedgerRecord): void {
    switch (record.kind) {
      case "run":
        if (record.command === "load") this.#run.set({ run: record.run }, 1);
        break;
      case "ok":
        this.#addOk(record);
        break;
      case "request":
        this.#addLost(record);
        break;
      case "attempt":
        this.#addAttempt(record);
        break;
      case "tick":
        this.#addSecond(record);
        break;
      case "replica":
        this.#setState(record);
        break;
      case "stream":
        this.#streams.inc({ outcome: record.outcome });
        break;
      case "gap":
        this.#gaps.observe(record.gapUs / 1e6);
        break;
      case "flow":
        this.#items.inc(record.items);
        this.#streamsOpen.set(record.open);
        break;
      case "end":
        this.#inFlight.set(0);
        this.#streamsOpen.set(0);
        break;
    }
  }

  #addOk({ endpoint, latencyUs, serviceUs, lagUs, status = "OK" }: OkRecord): void {
    const code = this.#codes.of(status);
    this.#endedCount++;
    this.#requests.inc({ outcome: "ok", code });
    this.#latency.observe(latencyUs / 1e6);
    const at = this.#endpoints.of(endpoint);
    this.#service.observe({ endpoint: at }, serviceUs / 1e6);
    this.#attempts.inc({ endpoint: at, code, end: "answered" });
    this.#lag.observe(lagUs / 1e6);
  }

  #addLost({ outcome, endpoint, detail, lagUs }: RequestRecord): void {
    const end = outcome === "wrong" ? { code: "OK", isAnswer: true } : endOf(detail);
    const code = this.#codes.of(end.code);
    this.#endedCount++;
    this.#requests.inc({ outcome, code });
    this.#lag.observe(lagUs / 1e6);
    if (!end.isAnswer) return;
    this.#attempts.inc({ endpoint: this.#endpoints.of(endpoint), code, end: "answered" });
  }

  #addAttempt({ endpoint, error, ended }: AttemptRecord): void {
    const code = this.#codes.of(error);
    this.#attempts.inc({ endpoint: this.#endpoints.of(endpoint), code, end: ended });
  }

  #addSecond({ scheduled, notSent, inFlight }: TickRecord): void {
    this.#scheduledCount += scheduled;
    this.#notSent.inc(notSent);
    this.#inFlight.set(inFlight);
  }

  #setState(record: ReplicaRecord): void {
    const endpoint = this.#endpoints.of(record.endpoint);
    for (const state of states) {
      this.#states.set({ endpoint, state }, state === record.state ? 1 : 0);
    }
  }
}

/**
 * The status in the words of a request's record: `NOT_FOUND: text` is an answer,
 * `UNAVAILABLE from localhost:50051: text` is how its last attempt failed.
 */
function endOf(detail: string): { readonly code: string; readonly isAnswer: boolean } {
  const [, code, next] = /^([A-Z][A-Z_]+)(:|,| from )/.exec(detail) ?? [];
  return code === undefined
    ? { code: "none", isAnswer: false }
    : { code, isAnswer: next !== " from " };
}
