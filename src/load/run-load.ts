import { type CancelTimer, type Clock, sleep } from "../base/clock.ts";
import { limits } from "../base/limits.ts";
import type { CallResult, FailoverClient } from "../failover/failover-client.ts";
import { requestId } from "../ledger/record.ts";
import type { LedgerSink } from "../ledger/writer.ts";
import type { Workload } from "../workload/workload.ts";
import { type SettledRequest, settle } from "./outcome.ts";
import type { Schedule } from "./schedule.ts";
import { Tally } from "./tally.ts";

export interface LoadOptions {
  readonly run: string;
  readonly schedule: Schedule;
  readonly client: FailoverClient;
  readonly workload: Workload;
  /** Of each request, from the instant it was due. */
  readonly deadlineMs: number;
  /** Written into each tick; undefined: attempts have no timeout of their own. */
  readonly attemptTimeoutMs: number | undefined;
  readonly ledger: LedgerSink;
  readonly clock: Clock;
  /** Aborted: stop scheduling, let what is in flight finish. */
  readonly signal: AbortSignal;
  readonly onSettled?: (request: SettledRequest) => void;
  readonly onSecond?: (second: SecondSummary) => void;
}

/** What a second of the load looked like, for a terminal. */
export interface SecondSummary {
  readonly tUs: number;
  readonly second: number;
  readonly scheduled: number;
  readonly ok: number;
  readonly lost: number;
  readonly inFlight: number;
  /** Of requests that ended ok in this second; 0 when none did. */
  readonly latencyMaxUs: number;
}

export interface LoadTotals {
  readonly scheduled: number;
  readonly ok: number;
  readonly wrong: number;
  readonly failed: number;
  readonly indeterminate: number;
  readonly notSent: number;
  /** How long requests were scheduled. */
  readonly heldMs: number;
  readonly isInterrupted: boolean;
}

/**
 * Open loop: every request leaves when it is due, whatever became of earlier ones. Latency counts from the
 * instant it was due, so a late generator shows as lag instead of hiding in the figures. Resolves when the
 * schedule has run its full duration (or `signal` was aborted) and every request has ended.
 */
export async function runLoad(options: LoadOptions): Promise<LoadTotals> {
  const { clock, schedule, signal } = options;
  const startUs = clock.nowUs();
  const tally = new Tally();
  const inFlight = new Set<Promise<void>>();
  const cancelTicks = tickEverySecond(options, startUs, tally);
  let number = 1;
  while (!signal.aborted) {
    const elapsedUs = clock.nowUs() - startUs;
    // A late wake-up sends everything that has fallen due, so the schedule is kept and lag is seen.
    while (number <= schedule.requestCount && schedule.dueUs(number) <= elapsedUs) {
      launch(options, { number, dueUs: startUs + schedule.dueUs(number) }, { tally, inFlight });
      number++;
    }
    const isDone = number > schedule.requestCount;
    const nextUs = isDone ? schedule.durationUs : schedule.dueUs(number);
    const waitMs = (nextUs - (clock.nowUs() - startUs)) / 1000;
    if (isDone && waitMs <= 0) break;
    await sleep(clock, waitMs, signal);
  }
  const heldMs = Math.min(clock.nowUs() - startUs, schedule.durationUs) / 1000;
  while (inFlight.size > 0) await Promise.all(inFlight);
  cancelTicks();
  return { ...tally.totals, heldMs, isInterrupted: signal.aborted };
}

interface Due {
  readonly number: number;
  readonly dueUs: number;
}

interface Running {
  readonly tally: Tally;
  readonly inFlight: Set<Promise<void>>;
}

function launch(options: LoadOptions, due: Due, running: Running): void {
  const { clock, ledger, workload } = options;
  const { tally, inFlight } = running;
  const sentUs = clock.nowUs();
  tally.scheduled(sentUs - due.dueUs);
  const request = {
    id: requestId(options.run, due.number),
    number: due.number,
    dueUs: due.dueUs,
    sentUs,
  };
  const end = (result: CallResult) => {
    const settled = settle(request, result, (response) => workload.faultOf(due.number, response));
    tally.settled(settled.record);
    ledger.append(settled.record);
    options.onSettled?.(settled);
  };
  if (inFlight.size >= limits.inFlightMaxCount) {
    tally.notSent();
    end(notSent(sentUs));
    return;
  }
  const call = options.client
    .call({
      id: request.id,
      number: due.number,
      path: workload.path,
      bytes: workload.requestBytes(due.number),
      deadlineUs: due.dueUs + options.deadlineMs * 1000,
      mayExecuteTwice: workload.isIdempotent,
    })
    .then(end)
    .finally(() => inFlight.delete(call));
  inFlight.add(call);
}

function notSent(tUs: number): CallResult {
  return {
    finishedUs: tUs,
    attemptCount: 0,
    endpoint: undefined,
    answer: undefined,
    detail: `not sent: ${limits.inFlightMaxCount} requests were in flight`,
    mayHaveExecuted: false,
  };
}

/** Writes a tick record at each full second of the load, and a last one for what is left when cancelled. */
function tickEverySecond(options: LoadOptions, startUs: number, tally: Tally): CancelTimer {
  const { clock, ledger, run } = options;
  let second = 0;
  const tick = () => {
    second++;
    const tUs = clock.nowUs();
    const counts = tally.takeSecond();
    ledger.append({
      kind: "tick",
      tUs,
      run,
      second,
      scheduled: counts.scheduled,
      notSent: counts.notSent,
      refused: 0,
      inFlight: tally.inFlight,
      lagMaxUs: counts.lagMaxUs,
      attemptTimeoutUs: (options.attemptTimeoutMs ?? options.deadlineMs) * 1000,
    });
    options.onSecond?.({ tUs, second, inFlight: tally.inFlight, ...counts });
  };
  const next = (): CancelTimer =>
    clock.after((startUs + (second + 1) * 1e6 - clock.nowUs()) / 1000, () => {
      tick();
      cancel = next();
    });
  let cancel = next();
  return () => {
    cancel();
    if (tally.hasUntoldSecond) tick();
  };
}
