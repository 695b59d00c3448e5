import { limits } from "../base/limits.ts";
import { quantileErrorShare, quantilesOf } from "./quantiles.ts";
import type { AffectedRequests } from "./recovery.ts";
import type { RunData } from "./run-data.ts";
import type { LatencyFigures, RequestFigures } from "./run-report.ts";

/**
 * Latency (finished - scheduled) of the requests that ended ok; beside it the same with lost
 * requests counted at their deadline, since leaving the slowest out would flatter, and apart from
 * each other the affected and the healthy rest, since many of the latter would hide the former.
 */
export function latencyFigures(
  data: RunData,
  { lost }: Pick<RequestFigures, "lost">,
  affected: AffectedRequests,
): LatencyFigures {
  const all = data.ok.latencyUs.values;
  const deadlineMs = data.configNumber("deadline_ms");
  const slowUs = limits.slowMs * 1000;
  const ok = quantilesOf(all);
  const withLost = { value: (deadlineMs ?? 0) * 1000, count: lost };
  return {
    ok,
    withLostAtDeadline: deadlineMs === null ? null : quantilesOf(all, withLost),
    ...affectedApart(data, affected, ok),
    errorShare: quantileErrorShare(all.length + (deadlineMs === null ? 0 : lost)),
    deadlineMs,
    slowMs: limits.slowMs,
    slowCount: lost + all.reduce((count, us) => count + (us > slowUs ? 1 : 0), 0),
  };
}

/** With nothing affected, everything is healthy. */
function affectedApart(
  { ok }: RunData,
  affected: AffectedRequests,
  all: LatencyFigures["ok"],
): Pick<LatencyFigures, "affected" | "healthy"> {
  if (affected.size === 0) return { affected: quantilesOf(new Float64Array()), healthy: all };
  const isAffected = (_: number, row: number) => affected.has(ok.number.at(row));
  const { values } = ok.latencyUs;
  return {
    affected: quantilesOf(values.filter(isAffected)),
    healthy: quantilesOf(values.filter((us, row) => !isAffected(us, row))),
  };
}
