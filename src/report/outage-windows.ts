import { limits } from "../base/limits.ts";
import type { AnsweredTimeline } from "./answered-timeline.ts";
import type { OutageFigures } from "./run-report.ts";

/** When an outage was; the end of one that did not end is infinite. */
export interface OutageSpan {
  readonly beginUs: number;
  readonly endUs: number;
}

export type OutageWindows = Pick<
  OutageFigures,
  | "beforeSpanMs"
  | "beforeOkPerSecond"
  | "beforeP99Ms"
  | "duringSpanMs"
  | "duringOkPerSecond"
  | "duringP99Ms"
  | "afterSpanMs"
  | "afterOkPerSecond"
  | "afterP99Ms"
>;

/**
 * Throughput and p99 before, during and after `outage`. The windows beside it are as long as the
 * outage, at least limits.outageWindowMinMs, and end where the load does or where any of the
 * `others` was on.
 */
export function outageWindows(
  outage: OutageSpan,
  others: readonly OutageSpan[],
  answered: AnsweredTimeline,
): OutageWindows {
  const { firstDueUs, lastDueUs } = answered;
  const beginUs = Math.max(outage.beginUs, firstDueUs);
  const endUs = Math.min(outage.endUs, lastDueUs);
  const lengthUs = Math.max(endUs - beginUs, limits.outageWindowMinMs * 1000);
  let fromUs = Math.max(beginUs - lengthUs, firstDueUs);
  let toUs = Math.min(endUs + lengthUs, lastDueUs);
  for (const other of others) {
    if (other === outage) continue;
    if (other.beginUs < beginUs) fromUs = Math.max(fromUs, Math.min(other.endUs, beginUs));
    if (other.endUs > endUs) toUs = Math.min(toUs, Math.max(other.beginUs, endUs));
  }
  const before = answered.window(fromUs, beginUs);
  const during = answered.window(beginUs, endUs);
  const after = answered.window(endUs, toUs);
  return {
    beforeSpanMs: before.spanMs,
    beforeOkPerSecond: before.okPerSecond,
    beforeP99Ms: before.p99Ms,
    duringSpanMs: during.spanMs,
    duringOkPerSecond: during.okPerSecond,
    duringP99Ms: during.p99Ms,
    afterSpanMs: after.spanMs,
    afterOkPerSecond: after.okPerSecond,
    afterP99Ms: after.p99Ms,
  };
}
