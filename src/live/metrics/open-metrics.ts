import type * as Prometheus from "prom-client";
import { limits } from "../../base/limits.ts";

/** Metrics as they are read. */
export interface Metrics {
  readonly contentType: string;
  /** All of them, as they are now, in Prometheus' text format. */
  text(): Promise<string>;
}

/** Where the metrics of this process are kept, and the library that keeps them. */
export interface MetricsBook extends Metrics {
  readonly prom: typeof Prometheus;
  readonly registry: Prometheus.Registry;
}

/** Of those that prom-client knows of any process: what is not true under Bun. */
const untrue =
  /^(process_heap_bytes|nodejs_(version_info|heap_space_.*|active_.*|external_.*|gc_.*))$/;

/**
 * Opens an empty book, but for what is known of any process: its CPU time, memory, descriptors,
 * start, and the lag of its event loop. The library is loaded when it is asked for.
 */
export async function openMetrics(about: Readonly<Record<string, string>>): Promise<MetricsBook> {
  const prom = await import("prom-client");
  const kept = new prom.Registry();
  prom.collectDefaultMetrics({
    register: kept,
    eventLoopMonitoringPrecision: limits.metricsLagLookMs,
  });
  for (const { name } of kept.getMetricsAsArray()) {
    if (untrue.test(name)) kept.removeSingleMetric(name);
  }
  new prom.Gauge({
    name: "dfs_build_info",
    help: "Always 1; its labels say which dfs this is",
    labelNames: Object.keys(about),
    registers: [kept],
  }).set(about, 1);
  return { prom, registry: kept, contentType: kept.contentType, text: () => kept.metrics() };
}
