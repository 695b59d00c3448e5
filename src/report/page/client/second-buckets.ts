import { lowerBound, roundWidthUs, type TimeBuckets } from "./time-buckets.ts";
import type { TimeSpan } from "./time-view.ts";

/** What is known of one second of a run, whichever of its requests are known one by one. */
export interface SecondFigures {
  readonly second: number;
  readonly okByReplica: readonly number[];
  readonly lost: number;
  readonly p50Us: number | null;
  readonly p99Us: number | null;
}

const bucketMaxCount = 600;
const secondUs = 1e6;

/**
 * Buckets of whole seconds; `seconds` are sorted, one that is missing had no request. Where a
 * bucket holds several of them its percentiles are the highest of theirs, so that no peak is lost.
 */
export function secondBuckets(
  seconds: readonly SecondFigures[],
  shown: TimeSpan,
  endpointCount: number,
): TimeBuckets {
  const spanUs = shown.toUs - shown.fromUs;
  const widthUs = Math.max(secondUs, roundWidthUs(spanUs / bucketMaxCount));
  const fromUs = Math.floor(shown.fromUs / widthUs) * widthUs;
  const count = Math.max(1, Math.ceil((shown.toUs - fromUs) / widthUs));
  const ok = Array.from({ length: endpointCount }, () => new Uint32Array(count));
  const notOk = new Uint32Array(count);
  const p50Us = new Float64Array(count).fill(Number.NaN);
  const p99Us = new Float64Array(count).fill(Number.NaN);
  const numbers = Float64Array.from(seconds, ({ second }) => second);
  for (let at = lowerBound(numbers, fromUs / secondUs); at < seconds.length; at++) {
    const figures = seconds[at];
    if (figures === undefined) break;
    const bucket = Math.floor((figures.second * secondUs - fromUs) / widthUs);
    if (bucket >= count) break;
    for (const [endpoint, own] of ok.entries()) {
      own[bucket] = (own[bucket] ?? 0) + (figures.okByReplica[endpoint] ?? 0);
    }
    notOk[bucket] = (notOk[bucket] ?? 0) + figures.lost;
    p50Us[bucket] = higher(p50Us[bucket], figures.p50Us);
    p99Us[bucket] = higher(p99Us[bucket], figures.p99Us);
  }
  return { fromUs, widthUs, count, ok, notOk, p50Us, p99Us };
}

function higher(known: number | undefined, other: number | null): number {
  if (known === undefined || Number.isNaN(known)) return other ?? Number.NaN;
  return Math.max(known, other ?? known);
}
