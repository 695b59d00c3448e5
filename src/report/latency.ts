import { limits } from "../base/limits.ts";
import { quantileErrorShare, quantilesOf } from "./quantiles.ts";
import type { AffectedRequests } from "./recovery.ts";
import type { RunData } from "./run-data.ts";
import type { LatencyFigures, RequestFigures } from "./run-report.ts";
import type { WarmUp } from "./warm-up.ts";

/**
 * Latency (finished - scheduled) of the requests that ended ok; beside it the same with lost
 * requests counted at their deadline, since leaving the slowest out would flatter, and apart from
 * each other the affected and the healthy rest, since many of the latter would hide the former.
 */
export function latencyFigures(
  data: RunData,
  { lost }: Pick<RequestFigures, "lost">,
  { affected, warmUp }: { readonly affected: AffectedRequests; readonly warmUp: WarmUp },
): LatencyFigures {
  const rows = rowsAfter(data, warmUp);
  const all = rows.latencyUs;
  const deadlineMs = data.configNumber("deadline_ms");
  const slowUs = limits.slowMs * 1000;
  const ok = quantilesOf(all);
  const withLost = { value: (deadlineMs ?? 0) * 1000, count: lost };
  return {
    ok,
    withLostAtDeadline: deadlineMs === null ? null : quantilesOf(all, withLost),
    ...affectedApart(rows, affected, ok),
    caveats: caveatsOf(data, warmUp),
    errorShare: quantileErrorShare(all.length + (deadlineMs === null ? 0 : lost)),
    deadlineMs,
    slowMs: limits.slowMs,
    slowCount: lost + all.reduce((count, us) => count + (us > slowUs ? 1 : 0), 0),
  };
}

interface LatencyRows {
  readonly latencyUs: Float64Array;
  readonly number: Float64Array;
}

/** The ok requests that count. */
function rowsAfter({ ok }: RunData, warmUp: WarmUp): LatencyRows {
  const [latencyUs, number] = [ok.latencyUs.values, ok.number.values];
  if (warmUp.isEmpty) return { latencyUs, number };
  const counts = (_: number, row: number) => !warmUp.has(number[row] ?? 0);
  return { latencyUs: latencyUs.filter(counts), number: number.filter(counts) };
}

function caveatsOf(data: RunData, { words }: WarmUp): readonly string[] {
  const concurrency = data.configNumber("concurrency");
  const closed =
    `closed loop of ${concurrency}: a slow answer holds up the requests behind it, so latency ` +
    "hides what users would have waited (coordinated omission); it has no rate to be held";
  return [...(concurrency === null ? [] : [closed]), ...(words === undefined ? [] : [words])];
}

/** With nothing affected, everything is healthy. */
function affectedApart(
  { latencyUs: values, number }: LatencyRows,
  affected: AffectedRequests,
  all: LatencyFigures["ok"],
): Pick<LatencyFigures, "affected" | "healthy"> {
  if (affected.size === 0) return { affected: quantilesOf(new Float64Array()), healthy: all };
  const isAffected = (_: number, row: number) => affected.has(number[row] ?? 0);
  return {
    affected: quantilesOf(values.filter(isAffected)),
    healthy: quantilesOf(values.filter((us, row) => !isAffected(us, row))),
  };
}
