import type { RequestTable } from "../page-shape.ts";
import type { TimeSpan } from "./time-view.ts";

/** Figures of equal stretches of time, the first of which begins at `fromUs`. */
export interface TimeBuckets {
  readonly fromUs: number;
  readonly widthUs: number;
  readonly count: number;
  /** By replica, then by bucket: requests that ended ok. */
  readonly ok: readonly Uint32Array[];
  /** By bucket: requests that ended otherwise. */
  readonly notOk: Uint32Array;
  /** By bucket: latency of requests that ended ok; NaN where none did. */
  readonly p50Us: Float64Array;
  readonly p99Us: Float64Array;
}

const bucketMaxCount = 150;
/** With fewer requests in a bucket, its percentiles are single requests, and its rate is noise. */
const requestsMinPerBucket = 20;

/** The first row of a sorted column that is not below `value`. */
export function lowerBound(sorted: Float64Array, value: number): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((sorted[middle] ?? 0) < value) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** 1, 2 or 5 times a power of ten, at least `leastUs`. */
export function roundWidthUs(leastUs: number): number {
  const power = 10 ** Math.floor(Math.log10(Math.max(1, leastUs)));
  return power * ([1, 2, 5].find((step) => step * power >= leastUs * (1 - 1e-9)) ?? 10);
}

/** Divides what is shown into buckets that begin at round instants. */
export function timeBuckets(
  requests: RequestTable,
  shown: TimeSpan,
  endpointCount: number,
): TimeBuckets {
  const { endedUs, latencyUs, endpointPlus1, outcome } = requests;
  const spanUs = shown.toUs - shown.fromUs;
  const seen = lowerBound(endedUs, shown.toUs) - lowerBound(endedUs, shown.fromUs);
  const forRequests = (spanUs * requestsMinPerBucket) / Math.max(seen, requestsMinPerBucket);
  const widthUs = roundWidthUs(
    Math.max(spanUs / bucketMaxCount, Math.min(forRequests, spanUs / 20)),
  );
  const fromUs = Math.floor(shown.fromUs / widthUs) * widthUs;
  const count = Math.max(1, Math.ceil((shown.toUs - fromUs) / widthUs));
  const ok = Array.from({ length: endpointCount }, () => new Uint32Array(count));
  const notOk = new Uint32Array(count);
  const p50Us = new Float64Array(count).fill(Number.NaN);
  const p99Us = new Float64Array(count).fill(Number.NaN);
  let row = lowerBound(endedUs, fromUs);
  for (let bucket = 0; bucket < count; bucket++) {
    const end = lowerBound(endedUs, fromUs + (bucket + 1) * widthUs);
    const latencies = new Float64Array(end - row);
    let okCount = 0;
    for (; row < end; row++) {
      if (outcome[row] !== 0) {
        notOk[bucket] = (notOk[bucket] ?? 0) + 1;
        continue;
      }
      latencies[okCount++] = latencyUs[row] ?? 0;
      const own = ok[(endpointPlus1[row] ?? 0) - 1];
      if (own !== undefined) own[bucket] = (own[bucket] ?? 0) + 1;
    }
    if (okCount === 0) continue;
    const sorted = latencies.subarray(0, okCount).sort();
    p50Us[bucket] = percentile(sorted, 0.5);
    p99Us[bucket] = percentile(sorted, 0.99);
  }
  return { fromUs, widthUs, count, ok, notOk, p50Us, p99Us };
}

/** As everywhere in the report: the value at index floor(n x p). */
function percentile(sorted: Float64Array, p: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * p))] ?? Number.NaN;
}
