import type { Counter, Gauge, Histogram } from "prom-client";
import type { MetricsBook } from "./open-metrics.ts";

/** Makes metrics of one book, whose names all begin with `prefix`. */
export function metersOf({ prom, registry }: MetricsBook, prefix: string) {
  const registers = [registry];
  return {
    counter(name: string, help: string, labelNames: string[] = []): Counter<string> {
      return new prom.Counter({ name: `${prefix}${name}`, help, labelNames, registers });
    },
    gauge(name: string, help: string, labelNames: string[] = []): Gauge<string> {
      return new prom.Gauge({ name: `${prefix}${name}`, help, labelNames, registers });
    },
    /** A histogram of spans, whose buckets end at these. */
    seconds(
      name: string,
      help: string,
      buckets: number[],
      labelNames: string[] = [],
    ): Histogram<string> {
      return new prom.Histogram({ name: `${prefix}${name}`, help, buckets, labelNames, registers });
    },
    /** Those whose value is known elsewhere, and read when it is asked for. */
    readGauge(name: string, help: string, value: () => number): void {
      new prom.Gauge({
        ...{ name: `${prefix}${name}`, help, registers },
        collect() {
          this.set(value());
        },
      });
    },
    readCounter(name: string, help: string, value: () => number): void {
      new prom.Counter({
        ...{ name: `${prefix}${name}`, help, registers },
        collect() {
          this.reset();
          this.inc(value());
        },
      });
    },
  };
}
