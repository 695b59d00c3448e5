/** What one second of the run was like. */
export interface Second {
  readonly scheduled: number;
  /** Requests that ended ok in it. */
  readonly goodput: number;
  /** Attempts that left in it, for each request scheduled in it. */
  readonly amplification: number;
  /** Of the requests scheduled in it; one that was lost counts as long as it lasted. */
  readonly p999Ms: number;
  /** Of the requests scheduled in it, those that did not end ok. */
  readonly lost: number;
}

/** Counts by the second since the load began. */
export class Series {
  readonly #scheduled: Uint32Array;
  readonly #attempts: Uint32Array;
  readonly #good: Uint32Array;
  readonly #lost: Uint32Array;
  readonly #latenciesMs: number[][];

  constructor(durationMs: number) {
    const count = Math.ceil(durationMs / 1000);
    this.#scheduled = new Uint32Array(count);
    this.#attempts = new Uint32Array(count);
    this.#good = new Uint32Array(count);
    this.#lost = new Uint32Array(count);
    this.#latenciesMs = Array.from({ length: count }, () => []);
  }

  scheduled(atMs: number): void {
    add(this.#scheduled, atMs);
  }

  attempted(atMs: number): void {
    add(this.#attempts, atMs);
  }

  finished(scheduledMs: number, atMs: number, isOk: boolean): void {
    this.#latenciesMs[Math.floor(scheduledMs / 1000)]?.push(atMs - scheduledMs);
    if (isOk) add(this.#good, atMs);
    else add(this.#lost, scheduledMs);
  }

  get seconds(): Second[] {
    return this.#latenciesMs.map((latenciesMs, second) => {
      const sorted = latenciesMs.toSorted((one, other) => one - other);
      const scheduled = this.#scheduled[second] ?? 0;
      return {
        scheduled,
        goodput: this.#good[second] ?? 0,
        amplification: (this.#attempts[second] ?? 0) / Math.max(1, scheduled),
        p999Ms: sorted[Math.floor(sorted.length * 0.999)] ?? 0,
        lost: this.#lost[second] ?? 0,
      };
    });
  }
}

/** Outside of the run counts nowhere. */
function add(counts: Uint32Array, atMs: number): void {
  const second = Math.floor(atMs / 1000);
  if (second >= 0 && second < counts.length) counts[second] = (counts[second] ?? 0) + 1;
}
