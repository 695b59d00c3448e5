import type { OkRecord, RequestRecord } from "../ledger/record.ts";

export interface OutcomeTotals {
  scheduled: number;
  ok: number;
  wrong: number;
  failed: number;
  indeterminate: number;
  notSent: number;
}

/** What happened in a second; the worst latency is of requests that ended ok in it, else 0. */
export interface SecondCounts {
  readonly scheduled: number;
  readonly notSent: number;
  readonly ok: number;
  readonly lost: number;
  readonly lagMaxUs: number;
  readonly latencyMaxUs: number;
}

/** Counts what the load did, in all and in the second that runs. */
export class Tally {
  readonly totals: OutcomeTotals = {
    scheduled: 0,
    ok: 0,
    wrong: 0,
    failed: 0,
    indeterminate: 0,
    notSent: 0,
  };
  #second = emptySecond();

  /** A request fell due and is `lagUs` late. */
  scheduled(lagUs: number): void {
    this.totals.scheduled++;
    this.#second.scheduled++;
    this.#second.lagMaxUs = Math.max(this.#second.lagMaxUs, lagUs);
  }

  /** It never left; that it failed is told by settled(). */
  notSent(): void {
    this.totals.notSent++;
    this.#second.notSent++;
  }

  settled(record: OkRecord | RequestRecord): void {
    if (record.kind === "ok") {
      this.totals.ok++;
      this.#second.ok++;
      this.#second.latencyMaxUs = Math.max(this.#second.latencyMaxUs, record.latencyUs);
    } else {
      this.totals[record.outcome]++;
      this.#second.lost++;
    }
  }

  get inFlight(): number {
    const { scheduled, ok, wrong, failed, indeterminate } = this.totals;
    return scheduled - ok - wrong - failed - indeterminate;
  }

  /** Whether anything happened since the last takeSecond(). */
  get hasUntoldSecond(): boolean {
    return this.#second.scheduled + this.#second.ok + this.#second.lost > 0;
  }

  /** The counts since the last call. */
  takeSecond(): SecondCounts {
    const second = this.#second;
    this.#second = emptySecond();
    return second;
  }
}

function emptySecond() {
  return { scheduled: 0, notSent: 0, ok: 0, lost: 0, lagMaxUs: 0, latencyMaxUs: 0 };
}
