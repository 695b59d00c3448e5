import { type Clock, sleep } from "../base/clock.ts";
import type { Answer, CallResult, RequestClient } from "../failover/request.ts";
import { requestId } from "../ledger/record.ts";
import type { LedgerSink } from "../ledger/writer.ts";
import type { ExchangeWorkload, Workload } from "../workload/workload.ts";
import { asked, faultIn } from "./asked.ts";
import { type SentRequest, type SettledRequest, settle } from "./outcome.ts";
import { type OutcomeTotals, type SecondCounts, Tally } from "./tally.ts";

export interface RequestFlowOptions {
  readonly run: string;
  readonly client: RequestClient;
  readonly workload: Workload | ExchangeWorkload;
  /** Of each request, from the instant it was due. */
  readonly deadlineMs: number;
  /** With so many in flight, what falls due is not sent. */
  readonly maxInFlight: number;
  /** Requests that are due within so long since the start are counted apart. */
  readonly warmupMs: number;
  readonly ledger: LedgerSink;
  readonly clock: Clock;
  readonly onSettled?: (request: SettledRequest) => void;
  readonly onSecond?: (second: SecondSummary) => void;
}

/** What a second of the load looked like, for a terminal. */
export interface SecondSummary extends SecondCounts {
  readonly tUs: number;
  readonly second: number;
  readonly inFlight: number;
  /** In force; the request's deadline when attempts have none of their own. */
  readonly attemptTimeoutMs: number;
}

const secondUs = 1_000_000;

/** The requests of a load, numbered as they leave, and its seconds; when they leave is not its. */
export class RequestFlow {
  readonly #options: RequestFlowOptions;
  readonly #startUs: number;
  readonly #tally = new Tally();
  /** Called whenever a request has ended. */
  onEnded: () => void = () => undefined;
  #nextNumber = 1;
  #warmupCount = 0;
  #second = 0;
  #refusedCount = 0;

  /** The load starts now. */
  constructor(options: RequestFlowOptions) {
    this.#options = options;
    this.#startUs = options.clock.nowUs();
  }

  get elapsedUs(): number {
    return this.#options.clock.nowUs() - this.#startUs;
  }

  get nextNumber(): number {
    return this.#nextNumber;
  }

  get inFlight(): number {
    return this.#tally.inFlight;
  }

  get totals(): OutcomeTotals {
    return this.#tally.totals;
  }

  /** Requests that were due within the warm-up: those with the lowest numbers. */
  get warmupCount(): number {
    return this.#warmupCount;
  }

  get nextTickUs(): number {
    return (this.#second + 1) * secondUs;
  }

  msUntil(spanUs: number): number {
    return (spanUs - this.elapsedUs) / 1000;
  }

  /** Sends the next request, due `dueSpanUs` after the start; in a closed loop it is due now. */
  launch(dueSpanUs: number | "now"): void {
    const { clock, run, client, workload, deadlineMs, maxInFlight, warmupMs } = this.#options;
    const number = this.#nextNumber++;
    const sentUs = clock.nowUs();
    const dueUs = dueSpanUs === "now" ? sentUs : this.#startUs + dueSpanUs;
    if (dueUs - this.#startUs < warmupMs * 1000) this.#warmupCount++;
    const deadlineUs = dueUs + deadlineMs * 1000;
    const request = { id: requestId(run, number), number, dueUs, sentUs, deadlineUs };
    this.#tally.scheduled(sentUs - dueUs);
    if (this.#tally.inFlight > maxInFlight) {
      this.#tally.notSent();
      this.#settle(request, notSent(sentUs, maxInFlight), { isNotSent: true });
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
        metadata: workload.metadataOf?.(number, request.id),
        alsoAnswers: workload.expectedStatuses,
      },
      (result) => this.#settle(request, result),
    );
  }

  /** A second of the load is over. */
  tick(): void {
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

  /** Waits for what is in flight, however long that takes; seconds go on being told. */
  async drain(): Promise<void> {
    while (this.inFlight > 0) {
      const allEnded = new AbortController();
      this.onEnded = () => {
        if (this.inFlight === 0) allEnded.abort();
      };
      await sleep(this.#options.clock, this.msUntil(this.nextTickUs), allEnded.signal);
      if (this.elapsedUs >= this.nextTickUs) this.tick();
    }
    if (this.#tally.hasUntoldSecond) this.tick();
  }

  #settle(
    request: SentRequest,
    result: CallResult,
    more: Pick<SettledRequest, "isNotSent"> = {},
  ): void {
    const { ledger, workload, onSettled } = this.#options;
    const faultOf = (answer: Answer) => faultIn(workload, request.number, answer);
    const settled = settle(request, result, faultOf, workload);
    this.#tally.settled(settled.record);
    ledger.append(settled.record);
    onSettled?.({ ...settled, ...more });
    this.onEnded();
  }
}

function notSent(tUs: number, maxInFlight: number): CallResult {
  return {
    finishedUs: tUs,
    attemptCount: 0,
    endpoint: undefined,
    answer: undefined,
    detail: `not sent: ${maxInFlight} requests were in flight`,
    isRefused: false,
    mayHaveExecuted: false,
  };
}
