/** A limp on the monotonic clock: the same instants whatever happened before, so nothing drifts. */
export interface LimpSchedule {
  readonly beginUs: number;
  readonly endUs: number;
  readonly periodUs: number;
  /** Of each period; the target runs for the rest. */
  readonly suspendedUs: number;
}

/** One suspension. */
export interface LimpCycle {
  /** 0 for the first. */
  readonly index: number;
  readonly suspendUs: number;
  readonly resumeUs: number;
}

export function limpCycle(schedule: LimpSchedule, index: number): LimpCycle {
  const suspendUs = schedule.beginUs + index * schedule.periodUs;
  return {
    index,
    suspendUs,
    resumeUs: Math.min(suspendUs + schedule.suspendedUs, schedule.endUs),
  };
}

/**
 * The cycle to wait for at `nowUs`, later than cycle `after`; undefined when the limp ends first.
 * Cycles whose suspension should have begun by then are dropped, not made up for.
 */
export function nextLimpCycle(
  schedule: LimpSchedule,
  after: number,
  nowUs: number,
): LimpCycle | undefined {
  const due = Math.ceil((nowUs - schedule.beginUs) / schedule.periodUs);
  const cycle = limpCycle(schedule, Math.max(after + 1, due));
  return cycle.suspendUs < schedule.endUs ? cycle : undefined;
}
