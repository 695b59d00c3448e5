import type { FlowRecord, GapRecord, StreamRecord } from "../ledger/record.ts";
import { IndexColumn, Names, NumberColumn } from "./column.ts";

export const streamOutcomes = ["ok", "stopped", "wrong", "failed"] as const;

/** What the ledgers hold of one run's streams, by their numbers N (ids are RUN-sN). */
export class StreamData {
  /** A row for each stream that ended. */
  readonly number = new NumberColumn();
  readonly elapsedUs = new NumberColumn();
  readonly items = new NumberColumn();
  /** Index in streamOutcomes. */
  readonly outcome = new IndexColumn();
  /** Index in `endpoints`: the replica of its last attempt. */
  readonly endpoint = new IndexColumn();
  readonly endpoints = new Names();
  readonly gaps: { readonly number: number; readonly gap: GapRecord }[] = [];
  /** What each second brought, by when it was over. */
  readonly flowUs = new NumberColumn();
  readonly flowItems = new NumberColumn();
  /** The highest number seen. */
  numberMax = 0;
  /** What the last second that was told left open. */
  #lastFlow = { second: 0, open: 0 };

  addStream(number: number, record: StreamRecord): void {
    this.#seen(number);
    this.number.push(number);
    this.elapsedUs.push(record.elapsedUs);
    this.items.push(record.items);
    this.outcome.push(streamOutcomes.indexOf(record.outcome));
    this.endpoint.push(this.endpoints.indexOf(record.endpoint));
  }

  addGap(number: number, gap: GapRecord): void {
    this.#seen(number);
    this.gaps.push({ number, gap });
  }

  addFlow({ tUs, second, open, items }: FlowRecord): void {
    this.flowUs.push(tUs);
    this.flowItems.push(items);
    if (second > this.#lastFlow.second) this.#lastFlow = { second, open };
  }

  /** Whether there is anything of a stream. */
  get isEmpty(): boolean {
    return this.numberMax === 0 && this.#lastFlow.second === 0;
  }

  /** Streams that were open when the last second was told, where nothing else is known. */
  get openCount(): number {
    return this.#lastFlow.open;
  }

  /** Takes in those of another run, their numbers counted on from `base`. */
  append(other: StreamData, base: number): void {
    for (let row = 0; row < other.number.length; row++) {
      this.#seen(other.number.at(row) + base);
      this.number.push(other.number.at(row) + base);
      this.elapsedUs.push(other.elapsedUs.at(row));
      this.items.push(other.items.at(row));
      this.outcome.push(other.outcome.at(row));
      const endpoint = other.endpoints.nameOf(other.endpoint.at(row));
      this.endpoint.push(this.endpoints.indexOf(endpoint));
    }
    for (const { number, gap } of other.gaps) this.addGap(number + base, gap);
    for (let row = 0; row < other.flowUs.length; row++) {
      this.flowUs.push(other.flowUs.at(row));
      this.flowItems.push(other.flowItems.at(row));
    }
    const { second, open } = other.#lastFlow;
    this.#lastFlow = {
      second: Math.max(this.#lastFlow.second, second),
      open: this.#lastFlow.open + open,
    };
  }

  #seen(number: number): void {
    if (number > this.numberMax) this.numberMax = number;
  }
}
