/** The value at index floor(n x p) of the sorted values; NaN of none. */
export function quantile(values: readonly number[], p: number): number {
  const sorted = Float64Array.from(values).sort();
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * p))] ?? Number.NaN;
}

export function median(values: readonly number[]): number {
  return quantile(values, 0.5);
}

/** How far arrivals are from an even schedule, in milliseconds, early or late. */
export interface Pacing {
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly maxMs: number;
}

/**
 * Nobody tells the server when the first request was due, so the schedule is laid through the
 * arrivals in such a way that as many are early as are late.
 */
export function pacingOf(arrivalsUs: readonly number[], ratePerSecond: number): Pacing {
  const spacingUs = 1e6 / ratePerSecond;
  const offsetsUs = arrivalsUs.toSorted((a, b) => a - b).map((us, index) => us - index * spacingUs);
  const middleUs = median(offsetsUs);
  const deviationsMs = offsetsUs.map((us) => Math.abs(us - middleUs) / 1000);
  const at = (p: number) => quantile(deviationsMs, p);
  return { p50Ms: at(0.5), p99Ms: at(0.99), maxMs: at(1) };
}
