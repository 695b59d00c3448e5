import { formatDuration } from "../base/duration.ts";
import { limits } from "../base/limits.ts";

/**
 * Why a limp cannot be of this duty and period, with the nearest period that works; undefined: it
 * can. Timers are good to a millisecond: a part of few of them would be anything but what it says.
 */
export function limpObjection(dutyShare: number, periodMs: number): string | undefined {
  const suspendedMs = dutyShare * periodMs;
  const runningMs = periodMs - suspendedMs;
  const leastMs = limits.limpPartMinMs;
  if (suspendedMs >= leastMs && runningMs >= leastMs) return undefined;
  const which = suspendedMs < leastMs ? "suspended" : "running";
  const partMs = Math.round(Math.min(suspendedMs, runningMs) * 10) / 10;
  const nearestMs = Math.ceil(leastMs / Math.min(dutyShare, 1 - dutyShare));
  return (
    `leaves the target ${which} for ${partMs}ms at a time, and it must be at least ${leastMs}ms: ` +
    `the nearest period for that duty is ${formatDuration(nearestMs)}`
  );
}
