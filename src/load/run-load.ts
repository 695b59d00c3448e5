import { type Clock, sleep } from "../base/clock.ts";
import { limits } from "../base/limits.ts";
import type { CallResult, RequestClient } from "../failover/request.ts";
import { requestId } from "../ledger/record.ts";
import type { LedgerSink } from "../ledger/writer.ts";
import type { ExchangeWorkload, Workload } from "../workload/workload.ts";
import { asked, faultIn } from "./asked.ts";
import { type SentRequest, type SettledRequest, settle } from "./outcome.ts";
import type { Schedule } from "./schedule.ts";
import { Tally } from "./tally.ts";

export interface LoadOptions {
  readonly run: string;
  readonly schedule: Schedule;
  readonly client: RequestClient;
  readonly workload: Workload | ExchangeWorkload;
  /** Of each request, from the instant it was due. */
  readonly deadlineMs: number;
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
  /** In force; the request's deadline when attempts have none of their own. */
  readonly attemptTimeoutMs: number;
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
 * Open loop: every request leaves when it is due, whatever became of earlier ones. Latency counts
 * from the instant it was due, so a late generator shows as lag instead of hiding in the figures.
 * Resolves when the schedule has run its full duration (or `signal` was aborted) and every request
 * has ended.
 */
export async function runLoad(options: LoadOptions): Promise<LoadTotals> {
  return new LoadRun(options).run();
}

const secondUs = 1_000_000;

class LoadRun {
  readonly #options: LoadOptions;
  readonly #startUs: number;
  readonly #tally = new Tally();
  #onAllEnded: () => void = () => undefined;
  #nextNumber = 1;
  #second = 0;
  #refusedCount = 0;

  constructor(options: LoadOptions) {
    this.#options = options;
    this.#startUs = options.clock.nowUs();
  }

  async run(): Promise<LoadTotals> {
    const { clock, schedule, signal } = this.#options;
    while (!signal.aborted) {
      this.#doWhatIsDue();
      // What fell due in the last batch still has to be sent, late as it is.
      const isAllSent = this.#nextNumber > schedule.requestCount;
      if (isAllSent && this.#elapsedUs >= schedule.durationUs) break;
      const nextUs = Math.min(this.#nextDueUs, this.#nextTickUs, schedule.durationUs);
      await sleep(clock, this.#msUntil(nextUs), signal);
    }
    const heldMs = Math.min(this.#elapsedUs, schedule.durationUs) / 1000;
    await this.#drain();
    if (this.#tally.hasUntoldSecond) this.#tick();
    return { ...this.#tally.totals, heldMs, isInterrupted: signal.aborted };
  }

  get #elapsedUs(): number {
    return this.#options.clock.nowUs() - this.#startUs;
  }

  /** Infinite when no request is left. */
  get #nextDueUs(): number {
    const { schedule } = this.#options;
    return this.#nextNumber <= schedule.requestCount
      ? schedule.dueUs(this.#nextNumber)
      : Number.POSITIVE_INFINITY;
  }

  get #nextTickUs(): number {
    return (this.#second + 1) * secondUs;
  }

  #msUntil(spanUs: number): number {
    return (spanUs - this.#elapsedUs) / 1000;
  }

  /**
   * A late wake-up sends everything that has fallen due, so the schedule is kept and lag is seen;
   * seconds end in their place between the requests, so that each counts in the second it was due
   * in.
   */
  #doWhatIsDue(): void {
    const elapsedUs = this.#elapsedUs;
    // Bounded, so that answers and signals are read even when the rate is beyond this machine.
    for (let done = 0; done < limits.launchBatchMaxCount; done++) {
      if (Math.min(this.#nextDueUs, this.#nextTickUs) > elapsedUs) return;
      if (this.#nextDueUs < this.#nextTickUs) this.#launch();
      else this.#tick();
    }
  }

  /** Waits for what is in flight, however long that takes; seconds go on being told. */
  async #drain(): Promise<void> {
    while (this.#tally.inFlight > 0) {
      const allEnded = new AbortController();
      this.#onAllEnded = () => allEnded.abort();
      await sleep(this.#options.clock, this.#msUntil(this.#nextTickUs), allEnded.signal);
      if (this.#elapsedUs >= this.#nextTickUs) this.#tick();
    }
  }

  #launch(): void {
    const { clock, run, client, workload, schedule, deadlineMs } = this.#options;
    const number = this.#nextNumber++;
    const sentUs = clock.nowUs();
    const dueUs = this.#startUs + schedule.dueUs(number);
    const deadlineUs = dueUs + deadlineMs * 1000;
    const request = { id: requestId(run, number), number, dueUs, sentUs, deadlineUs };
    this.#tally.scheduled(sentUs - dueUs);
    if (this.#tally.inFlight > limits.inFlightMaxCount) {
      this.#tally.notSent();
      this.#settle(request, notSent(sentUs));
      return;
    }
    client.start(
      {
        id: request.id,
        number,
        path: workload.path,
        ...asked(workload, number),
        deadlineUs,
        mayExecuteTwice: workload.isIdempotent,
      },
      (result) => this.#settle(request, result),
    );
  }

  #settle(request: SentRequest, result: CallResult): void {
    const { ledger, workload, onSettled } = this.#options;
    const settled = settle(request, result, (answer) => faultIn(workload, request.number, answer));
    this.#tally.settled(settled.record);
    ledger.append(settled.record);
    onSettled?.(settled);
    if (this.#tally.inFlight === 0) this.#onAllEnded();
  }

  #tick(): void {
    const { clock, client, ledger, run, deadlineMs, onSecond } = this.#options;
    const refused = client.refusedCount - this.#refusedCount;
    this.#refusedCount += refused;
    const second = ++this.#second;
    const attemptTimeoutMs = Math.min(client.attemptTimeoutMs, deadlineMs);
    const tUs = clock.nowUs();
    const { inFlight } = this.#tally;
    const counts = this.#tally.takeSecond();
    ledger.append({
      kind: "tick",
      tUs,
      run,
      second,
      scheduled: counts.scheduled,
      notSent: counts.notSent,
      refused,
      inFlight,
      lagMaxUs: counts.lagMaxUs,
      attemptTimeoutUs: Math.round(attemptTimeoutMs * 1000),
    });
    onSecond?.({ tUs, second, inFlight, attemptTimeoutMs, ...counts });
  }
}

function notSent(tUs: number): CallResult {
  return {
    finishedUs: tUs,
    attemptCount: 0,
    endpoint: undefined,
    answer: undefined,
    detail: `not sent: ${limits.inFlightMaxCount} requests were in flight`,
    isRefused: false,
    mayHaveExecuted: false,
  };
}
