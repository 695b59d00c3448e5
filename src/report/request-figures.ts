import { limits } from "../base/limits.ts";
import { percentile } from "./percentile.ts";
import { RowIndex } from "./row-index.ts";
import { type RunData, unsuccessfulOutcomes } from "./run-data.ts";
import type { DurationFigures, LagFigures, RequestFigures } from "./run-report.ts";

/**
 * What became of the scheduled requests. Outcomes are counted from the records, each request once;
 * the footer says how many were scheduled, and without it (the load was killed) what the records
 * show is a lower bound.
 */
export function requestFigures(data: RunData): RequestFigures {
  const okIndex = new RowIndex(data.ok.number.values);
  const otherIndex = new RowIndex(data.unsuccessful.number.values);
  const ok = data.ok.number.length - okIndex.repeatCount;
  let contradictory = okIndex.repeatCount + otherIndex.repeatCount;
  const counts = { wrong: 0, failed: 0, indeterminate: 0 };
  let retried = countAbove(data.ok.attempts, data.ok.number.length);
  retried += countAbove(data.unsuccessful.attempts, data.unsuccessful.number.length);
  for (let row = 0; row < data.unsuccessful.number.length; row++) {
    const number = data.unsuccessful.number.at(row);
    if (otherIndex.rowOf(number) !== row) continue;
    if (okIndex.rowOf(number) >= 0) {
      contradictory++;
      continue;
    }
    const outcome = unsuccessfulOutcomes[data.unsuccessful.outcome.at(row)];
    if (outcome !== undefined) counts[outcome]++;
  }
  const ended = ok + counts.wrong + counts.failed + counts.indeterminate;
  const footerScheduled = data.total("scheduled");
  const scheduled = Math.max(footerScheduled ?? data.ticks.scheduled, ended);
  return {
    scheduled,
    scheduledIsExact: footerScheduled !== null,
    ok,
    ...counts,
    notSent: data.total("not_sent") ?? data.ticks.notSent,
    lost: scheduled - ok,
    unaccounted: scheduled - ended,
    successShare: scheduled === 0 ? null : ok / scheduled,
    retried,
    contradictory,
    lostRecords: data.total("lost_records"),
  };
}

function countAbove(attempts: { at(row: number): number }, rowCount: number): number {
  let count = 0;
  for (let row = 0; row < rowCount; row++) if (attempts.at(row) > 1) count++;
  return count;
}

export function durationFigures(data: RunData, requests: RequestFigures): DurationFigures {
  const plannedS = data.configNumber("duration_s");
  const footerHeldMs = data.total("held_ms");
  const heldMs = footerHeldMs ?? Math.max(0, data.endUs - data.startUs) / 1000;
  const perSecond = (count: number) => (heldMs > 0 ? count / (heldMs / 1000) : null);
  return {
    plannedMs: plannedS === null ? null : plannedS * 1000,
    heldMs,
    heldFrom: footerHeldMs === null ? "records" : "footer",
    plannedPerSecond: data.configNumber("rate_per_s"),
    sentPerSecond: perSecond(requests.scheduled - requests.notSent),
    okPerSecond: perSecond(requests.ok),
  };
}

/**
 * The load generator's own lateness, over every request that has an outcome; the worst also of
 * those without, as the ticks tell it.
 */
export function lagFigures(data: RunData): LagFigures {
  const ok = data.ok.lagUs.values;
  const other = data.unsuccessful.lagUs.values;
  const sorted = new Float64Array(ok.length + other.length);
  sorted.set(ok);
  sorted.set(other, ok.length);
  sorted.sort();
  const lateUs = limits.lagLateMs * 1000;
  const { count, lagMaxUs } = data.ticks;
  const worstUs = percentile(sorted, 1);
  return {
    p99Ms: toMs(percentile(sorted, 0.99)),
    maxMs: toMs(count === 0 ? worstUs : Math.max(worstUs ?? 0, lagMaxUs)),
    lateCount: sorted.reduce((count, lagUs) => count + (lagUs > lateUs ? 1 : 0), 0),
  };
}

export function toMs(spanUs: number | null): number | null {
  return spanUs === null ? null : spanUs / 1000;
}
