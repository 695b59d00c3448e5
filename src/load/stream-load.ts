import { type Clock, sleep } from "../base/clock.ts";
import { limits } from "../base/limits.ts";
import type { StreamClient } from "../failover/stream-request.ts";
import type { FlowRecord, GapRecord, StreamRecord } from "../ledger/record.ts";
import { streamId } from "../ledger/record.ts";
import type { LedgerSink } from "../ledger/writer.ts";
import type { StatusName } from "../rpc/status.ts";
import type { StreamWorkload } from "../workload/workload.ts";
import { RunningStream } from "./running-stream.ts";
import type { StreamConfig } from "./stream-config.ts";

/** What keeps streams from going on. */
export interface Standstill {
  /** Attempts that failed in the second. */
  readonly failedAttempts: number;
  /** Why each of the streams stopped that have not gone on yet. */
  readonly heldUpBy: readonly StatusName[];
}

/** What a terminal may show of streams while they run. */
export interface StreamObserver {
  onGap(number: number, gap: GapRecord): void;
  onStreamEnded(number: number, stream: StreamRecord): void;
  /** Once a second. */
  onFlow(flow: FlowRecord, standstill: Standstill): void;
}

export interface StreamLoadOptions {
  readonly run: string;
  readonly client: StreamClient;
  readonly workload: StreamWorkload;
  readonly streams: StreamConfig;
  readonly durationMs: number;
  readonly ledger: LedgerSink;
  readonly clock: Clock;
  /** Aborted: stop what is open. */
  readonly signal: AbortSignal;
  readonly observer: StreamObserver;
}

export interface StreamTotals {
  /** Begun; each has one outcome. */
  readonly streams: number;
  readonly ok: number;
  readonly stopped: number;
  readonly wrong: number;
  readonly failed: number;
  /** Things that all of them brought. */
  readonly items: number;
  readonly gaps: number;
  readonly heldMs: number;
  readonly isInterrupted: boolean;
}

/**
 * Keeps so many streams running, each begun again when it is over, until the duration is (or
 * `signal` was aborted); then stops those that are open. Resolves when every stream has its
 * outcome.
 */
export async function runStreams(options: StreamLoadOptions): Promise<StreamTotals> {
  return new StreamLoad(options).run();
}

class StreamLoad {
  readonly #options: StreamLoadOptions;
  readonly #startUs: number;
  readonly #open = new Map<number, RunningStream>();
  readonly #totals = { streams: 0, ok: 0, stopped: 0, wrong: 0, failed: 0, gaps: 0 };
  #endedItemCount = 0;
  #toldItemCount = 0;
  #second = 0;
  /** In the second under way. */
  #failedAttemptCount = 0;
  #isOver = false;
  #onAllEnded: () => void = () => undefined;

  constructor(options: StreamLoadOptions) {
    this.#options = options;
    this.#startUs = options.clock.nowUs();
  }

  async run(): Promise<StreamTotals> {
    const { clock, signal, durationMs, streams } = this.#options;
    for (let slot = 0; slot < streams.count; slot++) this.#begin();
    while (!signal.aborted && this.#elapsedMs < durationMs) {
      await sleep(clock, Math.min(this.#nextTickMs, durationMs) - this.#elapsedMs, signal);
      if (this.#elapsedMs >= this.#nextTickMs) this.#tick();
    }
    const heldMs = Math.min(this.#elapsedMs, durationMs);
    this.#isOver = true;
    for (const stream of [...this.#open.values()]) stream.stop();
    await this.#drain();
    if (this.#itemCount > this.#toldItemCount) this.#tick();
    return { ...this.#totals, items: this.#itemCount, heldMs, isInterrupted: signal.aborted };
  }

  get #elapsedMs(): number {
    return (this.#options.clock.nowUs() - this.#startUs) / 1000;
  }

  get #nextTickMs(): number {
    return (this.#second + 1) * 1000;
  }

  get #itemCount(): number {
    let count = this.#endedItemCount;
    for (const { itemCount } of this.#open.values()) count += itemCount;
    return count;
  }

  #begin(): void {
    const { run, client, workload, streams, clock, ledger, observer } = this.#options;
    const number = ++this.#totals.streams;
    const stream = new RunningStream({
      request: {
        id: streamId(run, number),
        number,
        path: workload.path,
        deadlineUs: Number.POSITIVE_INFINITY,
        mayExecuteTwice: workload.isIdempotent,
      },
      consumer: workload.openConsumer(),
      ratePerSecond: streams.ratePerSecond,
      clock,
      onAttemptFailed: () => this.#failedAttemptCount++,
      onGap: (gap) => {
        this.#totals.gaps++;
        ledger.append(gap);
        observer.onGap(number, gap);
      },
      onEnded: (record) => this.#ended(number, record),
    });
    this.#open.set(number, stream);
    stream.start(client);
  }

  #ended(number: number, record: StreamRecord): void {
    const { clock, ledger, observer } = this.#options;
    this.#open.delete(number);
    this.#totals[record.outcome]++;
    this.#endedItemCount += record.items;
    ledger.append(record);
    observer.onStreamEnded(number, record);
    if (this.#isOver) {
      if (this.#open.size === 0) this.#onAllEnded();
      return;
    }
    if (record.outcome === "ok") {
      this.#begin();
      return;
    }
    // One that failed at once would fail at once again.
    clock.after(limits.streamAgainPauseMs, () => {
      if (!this.#isOver) this.#begin();
    });
  }

  /** Waits for the outcome of those that are open still; seconds go on being told. */
  async #drain(): Promise<void> {
    while (this.#open.size > 0) {
      const allEnded = new AbortController();
      this.#onAllEnded = () => allEnded.abort();
      await sleep(this.#options.clock, this.#nextTickMs - this.#elapsedMs, allEnded.signal);
      if (this.#elapsedMs >= this.#nextTickMs) this.#tick();
    }
  }

  #tick(): void {
    const { clock, ledger, run, observer } = this.#options;
    const itemCount = this.#itemCount;
    const items = itemCount - this.#toldItemCount;
    this.#toldItemCount = itemCount;
    const tUs = clock.nowUs();
    const second = ++this.#second;
    const flow: FlowRecord = { kind: "flow", tUs, run, second, open: this.#open.size, items };
    ledger.append(flow);
    const heldUpBy = [...this.#open.values()].flatMap(({ heldUpBy: status }) => status ?? []);
    observer.onFlow(flow, { failedAttempts: this.#failedAttemptCount, heldUpBy });
    this.#failedAttemptCount = 0;
  }
}
