import { limits } from "../base/limits.ts";
import { mean, percentile, SortedWithRepeats } from "./percentile.ts";
import { toMs } from "./request-figures.ts";
import type { RunData } from "./run-data.ts";
import type { LatencyFigures, RequestFigures } from "./run-report.ts";

/**
 * Latency (finished - scheduled) of the requests that ended ok; beside it the same with lost
 * requests counted at their deadline, since leaving the slowest out would flatter.
 */
export function latencyFigures(data: RunData, requests: RequestFigures): LatencyFigures {
  const sorted = data.ok.latencyUs.sorted();
  const deadlineMs = data.configNumber("deadline_ms");
  return {
    ok: {
      count: sorted.length,
      p50Ms: toMs(percentile(sorted, 0.5)),
      p95Ms: toMs(percentile(sorted, 0.95)),
      p99Ms: toMs(percentile(sorted, 0.99)),
      maxMs: toMs(percentile(sorted, 1)),
      meanMs: toMs(mean(sorted)),
    },
    withLostAtDeadline:
      deadlineMs === null ? null : quantilesWithLost(sorted, deadlineMs, requests.lost),
    deadlineMs,
    slowMs: limits.slowMs,
    slowCount:
      requests.lost + sorted.reduce((count, us) => count + (us > limits.slowMs * 1000 ? 1 : 0), 0),
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
