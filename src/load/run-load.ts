import { limits } from "../base/limits.ts";
import { closedLoop } from "./closed-loop.ts";
import type { LoadProfile } from "./load-profile.ts";
import { type Pacer, timerPacer } from "./pacer.ts";
import { RequestFlow, type RequestFlowOptions } from "./request-flow.ts";
import { evenSchedule, poissonSchedule, type Schedule } from "./schedule.ts";

export interface LoadOptions extends Omit<RequestFlowOptions, "maxInFlight" | "warmupMs"> {
  readonly profile: LoadProfile;
  /** At most; the profile may end the load before. */
  readonly durationMs: number;
  /** Of what the profile leaves to chance. */
  readonly seed: number;
  /** Where requests leave by a schedule; default: timers. */
  readonly pacer?: Pacer | undefined;
  /** Aborted: stop scheduling, let what is in flight finish. */
  readonly signal: AbortSignal;
}

export interface LoadTotals {
  readonly scheduled: number;
  readonly ok: number;
  readonly wrong: number;
  readonly failed: number;
  readonly indeterminate: number;
  readonly notSent: number;
  /** Of the scheduled: due within the warm-up; those with the lowest numbers. */
  readonly warmup: number;
  /** How long requests were scheduled. */
  readonly heldMs: number;
  readonly isInterrupted: boolean;
}

/**
 * Sends requests as the profile says. Resolves when the load is over (or `signal` was aborted) and
 * every request has ended.
 */
export async function runLoad(options: LoadOptions): Promise<LoadTotals> {
  const { profile, signal, durationMs, seed } = options;
  const { warmupMs, totalCount = Number.POSITIVE_INFINITY } = profile;
  const maxInFlight = profile.kind === "open" ? profile.maxInFlight : profile.concurrency;
  const flow = new RequestFlow({ ...options, maxInFlight, warmupMs });
  const pace = { ...options, durationUs: durationMs * 1000, totalCount };
  const heldUs =
    profile.kind === "closed"
      ? await closedLoop(flow, profile.concurrency, pace)
      : await openLoop(flow, scheduleOf(profile, seed), options);
  await flow.drain();
  return {
    ...flow.totals,
    warmup: flow.warmupCount,
    heldMs: heldUs / 1000,
    isInterrupted: signal.aborted,
  };
}

function scheduleOf(profile: LoadProfile & { kind: "open" }, seed: number): Schedule {
  const { stages, arrival, totalCount } = profile;
  const bounds = { totalCount };
  return arrival === "even" ? evenSchedule(stages, bounds) : poissonSchedule(stages, seed, bounds);
}

/**
 * Every request leaves when it is due, whatever became of earlier ones. Latency counts from the
 * instant it was due, so a late generator shows as lag instead of hiding in the figures. A late
 * wake-up sends everything that has fallen due; seconds end in their place between the requests, so
 * that each counts in the second it was due in. Resolves to how many microseconds the load was on.
 */
async function openLoop(
  flow: RequestFlow,
  schedule: Schedule,
  { clock, signal, pacer }: Pick<LoadOptions, "clock" | "signal" | "pacer">,
): Promise<number> {
  const timers = timerPacer(clock);
  const fine = pacer ?? timers;
  const wake = () => {
    timers.wake();
    fine.wake();
  };
  signal.addEventListener("abort", wake, { once: true });
  let dueUs = schedule.dueUs(flow.nextNumber);
  let gapUs = Number.POSITIVE_INFINITY;
  const doWhatIsDue = () => {
    const { elapsedUs } = flow;
    // Bounded, so that answers and signals are read even when the rate is beyond this machine.
    for (let done = 0; done < limits.launchBatchMaxCount; done++) {
      if (Math.min(dueUs, flow.nextTickUs) > elapsedUs) return;
      if (dueUs < flow.nextTickUs) {
        flow.launch(dueUs);
        const nextUs = schedule.dueUs(flow.nextNumber);
        gapUs = smoothed(gapUs, nextUs - dueUs);
        dueUs = nextUs;
      } else {
        flow.tick();
      }
    }
  };
  while (!signal.aborted) {
    doWhatIsDue();
    const endUs = schedule.endUs(flow.nextNumber);
    // What fell due in the last batch still has to be sent, late as it is.
    if (dueUs === Number.POSITIVE_INFINITY && flow.elapsedUs >= endUs) break;
    const nextUs = Math.min(dueUs, flow.nextTickUs, endUs);
    await (gapUs < limits.paceGapMinUs ? timers : fine).sleep(flow.msUntil(nextUs));
  }
  signal.removeEventListener("abort", wake);
  return Math.min(flow.elapsedUs, schedule.endUs(flow.nextNumber));
}

/** The mean of some ten gaps between requests; the first one stands for itself. */
function smoothed(meanUs: number, gapUs: number): number {
  return Number.isFinite(meanUs) ? meanUs + (gapUs - meanUs) / limits.paceGapCount : gapUs;
}
