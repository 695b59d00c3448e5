import { limits } from "../base/limits.ts";
import { mean, percentile, SortedWithRepeats } from "./percentile.ts";
import type { AffectedRequests } from "./recovery.ts";
import { toMs } from "./request-figures.ts";
import type { RunData } from "./run-data.ts";
import type { LatencyFigures, LatencyQuantiles, RequestFigures } from "./run-report.ts";

/**
 * Latency (finished - scheduled) of the requests that ended ok; beside it the same with lost
 * requests counted at their deadline, since leaving the slowest out would flatter, and apart from
 * each other the affected and the healthy rest, since many of the latter would hide the former.
 */
export function latencyFigures(
  data: RunData,
  requests: RequestFigures,
  affected: AffectedRequests,
): LatencyFigures {
  const sorted = data.ok.latencyUs.sorted();
  const deadlineMs = data.configNumber("deadline_ms");
  return {
    ok: quantiles(sorted),
    withLostAtDeadline:
      deadlineMs === null ? null : quantilesWithLost(sorted, deadlineMs, requests.lost),
    ...affectedApart(data, sorted, affected),
    deadlineMs,
    slowMs: limits.slowMs,
    slowCount:
      requests.lost + sorted.reduce((count, us) => count + (us > limits.slowMs * 1000 ? 1 : 0), 0),
  };
}

function affectedApart({ ok }: RunData, sorted: Float64Array, affected: AffectedRequests) {
  if (affected.size === 0) {
    return { affected: quantiles(new Float64Array()), healthy: quantiles(sorted) };
  }
  const isAffected = (_: number, row: number) => affected.has(ok.number.at(row));
  const { values } = ok.latencyUs;
  return {
    affected: quantiles(values.filter(isAffected).sort()),
    healthy: quantiles(values.filter((us, row) => !isAffected(us, row)).sort()),
  };
}

function quantiles(sorted: Float64Array): LatencyQuantiles {
  return {
    count: sorted.length,
    p50Ms: toMs(percentile(sorted, 0.5)),
    p95Ms: toMs(percentile(sorted, 0.95)),
    p99Ms: toMs(percentile(sorted, 0.99)),
    maxMs: toMs(percentile(sorted, 1)),
    meanMs: toMs(mean(sorted)),
  };
}

function quantilesWithLost(sorted: Float64Array, deadlineMs: number, lost: number) {
  const all = new SortedWithRepeats(sorted, { value: deadlineMs * 1000, count: lost });
  return {
    count: all.length,
    p50Ms: toMs(all.percentile(0.5)),
    p95Ms: toMs(all.percentile(0.95)),
    p99Ms: toMs(all.percentile(0.99)),
    maxMs: toMs(all.percentile(1)),
    meanMs: toMs(all.mean()),
  };
}
