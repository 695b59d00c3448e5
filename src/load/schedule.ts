import { DfsError } from "../base/errors.ts";

/**
 * When each request is due: pure arithmetic over spans since the start, no clock and no waiting.
 */
export interface Schedule {
  /** Requests in all. */
  readonly requestCount: number;
  /** How long the load runs, which is past the last request. */
  readonly durationUs: number;
  /** Span from the start at which the request with that number, counted from 1, is due. */
  dueUs(number: number): number;
}

/** `ratePerSecond` requests a second, evenly spaced, the first at once. */
export function constantRate(ratePerSecond: number, durationMs: number): Schedule {
  // Tolerates 0.1 s spelled in binary: 10/s for 60 s is 600 requests, not 599 or 601.
  const requestCount = Math.ceil((ratePerSecond * durationMs) / 1000 - 1e-6);
  if (requestCount < 1) {
    throw new DfsError(
      "usage",
      `Cannot run a load without requests: --rate ${ratePerSecond} for ${durationMs} ms makes none`,
    );
  }
  return {
    requestCount,
    durationUs: durationMs * 1000,
    dueUs: (number) => Math.round(((number - 1) * 1e6) / ratePerSecond),
  };
}
