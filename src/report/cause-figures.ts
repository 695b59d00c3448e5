import { compareText } from "./ledger-collector.ts";
import { percentile } from "./percentile.ts";
import type { CauseFigures, OutageFigures, SpanDistribution } from "./run-report.ts";

/** Outages by their cause, the most frequent first: a fault repeated N times as a distribution. */
export function causeFigures(outages: readonly OutageFigures[]): readonly CauseFigures[] {
  return [...Map.groupBy(outages, ({ cause }) => cause)]
    .map(([cause, own]): CauseFigures => {
      const sum = (count: (outage: OutageFigures) => number) =>
        own.reduce((total, outage) => total + count(outage), 0);
      const spans = (spanOf: (outage: OutageFigures) => number | null) =>
        distribution(own.map(spanOf).filter((spanMs) => spanMs !== null));
      return {
        cause,
        outageCount: own.length,
        unnoticedCount: sum(({ noticed }) => (noticed ? 0 : 1)),
        unendedCount: sum(({ endUs }) => (endUs === null ? 1 : 0)),
        affectedCount: sum(({ affectedCount }) => affectedCount),
        lostCount: sum(({ lostCount }) => lostCount),
        detection: spans(({ detectionMs }) => detectionMs),
        failover: spans(({ failoverMs }) => failoverMs),
        recovery: spans(({ recoveryMs }) => recoveryMs),
        rejoin: spans(({ rejoinMs }) => rejoinMs),
      };
    })
    .sort((a, b) => b.outageCount - a.outageCount || compareText(a.cause, b.cause));
}

function distribution(spansMs: readonly number[]): SpanDistribution {
  const sorted = Float64Array.from(spansMs).sort();
  return {
    count: sorted.length,
    minMs: percentile(sorted, 0),
    p50Ms: percentile(sorted, 0.5),
    p90Ms: percentile(sorted, 0.9),
    maxMs: percentile(sorted, 1),
  };
}
