import { limits } from "../base/limits.ts";
import { lowerBound, percentile } from "./percentile.ts";
import type { AffectedRequests } from "./recovery.ts";
import { toMs } from "./request-figures.ts";
import type { RunData } from "./run-data.ts";

/** Throughput and latency of the requests that ended ok in some span of the run. */
export interface Window {
  readonly spanMs: number;
  /** Null over less than limits.outageRateMinMs. */
  readonly okPerSecond: number | null;
  readonly p99Ms: number | null;
}

/** Every request that ended ok, in the order of those instants. */
export class AnsweredTimeline {
  /** When the first request of the run was due, and the last: outside there is no load to judge. */
  readonly firstDueUs: number;
  readonly lastDueUs: number;
  readonly #tUs: Float64Array;
  readonly #latencyUs: Float64Array;
  /** 1 for an affected request. */
  readonly #affected: Uint8Array;

  constructor({ ok, unsuccessful }: RunData, affected: AffectedRequests) {
    const order = rowsByInstant(ok.tUs.values);
    this.#tUs = Float64Array.from(order, (row) => ok.tUs.at(row));
    this.#latencyUs = Float64Array.from(order, (row) => ok.latencyUs.at(row));
    this.#affected = Uint8Array.from(order, (row) => (affected.has(ok.number.at(row)) ? 1 : 0));
    let first = Number.POSITIVE_INFINITY;
    let last = Number.NEGATIVE_INFINITY;
    const see = (dueUs: number) => {
      if (dueUs < first) first = dueUs;
      if (dueUs > last) last = dueUs;
    };
    for (let row = 0; row < order.length; row++) see(ok.tUs.at(row) - ok.latencyUs.at(row));
    for (let row = 0; row < unsuccessful.tUs.length; row++) {
      see(unsuccessful.tUs.at(row) - unsuccessful.elapsedUs.at(row));
    }
    this.firstDueUs = first;
    this.lastDueUs = last;
  }

  /** From `fromUs` up to, not including, `toUs`. */
  window(fromUs: number, toUs: number): Window {
    const spanUs = toUs - fromUs;
    // Without a request there is no instant at which one was due, and no span between them.
    if (!(spanUs > 0)) return { spanMs: 0, okPerSecond: null, p99Ms: null };
    const [from, to] = this.#rows(fromUs, toUs);
    const sorted = this.#latencyUs.slice(from, to).sort();
    const isLongEnough = spanUs >= limits.outageRateMinMs * 1000;
    return {
      spanMs: spanUs / 1000,
      okPerSecond: isLongEnough ? (to - from) / (spanUs / 1e6) : null,
      p99Ms: toMs(percentile(sorted, 0.99)),
    };
  }

  /** Sorted latencies of those in the span that nothing affected. */
  healthyUs(fromUs: number, toUs: number): Float64Array {
    const [from, to] = this.#rows(fromUs, toUs);
    const affected = this.#affected.subarray(from, to);
    return this.#latencyUs
      .slice(from, to)
      .filter((_, at) => affected[at] === 0)
      .sort();
  }

  #rows(fromUs: number, toUs: number): readonly [number, number] {
    const from = lowerBound(this.#tUs, fromUs);
    return [from, Math.max(from, lowerBound(this.#tUs, toUs))];
  }
}

/** A ledger is written in order of time, so there is rarely anything to sort. */
function rowsByInstant(tUs: Float64Array): Uint32Array {
  const rows = new Uint32Array(tUs.length).map((_, row) => row);
  const isSorted = tUs.every((value, row) => row === 0 || (tUs[row - 1] ?? 0) <= value);
  return isSorted ? rows : rows.sort((a, b) => (tUs[a] ?? 0) - (tUs[b] ?? 0));
}
