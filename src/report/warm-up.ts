import { formatDuration } from "../base/duration.ts";
import { numberBases } from "./pooled-run.ts";
import type { RunData } from "./run-data.ts";

/** Requests whose latencies stay out of the percentiles, by their numbers as pooledRun() has them. */
export interface WarmUp {
  /** Whether there are any. */
  readonly isEmpty: boolean;
  has(number: number): boolean;
  /** What was left out, or why nothing could be; undefined when no run was to warm up. */
  readonly words: string | undefined;
}

/**
 * What was due within the warm-up of its run. Requests are numbered as they fall due, so the footer
 * says it with one number; without it nobody knows, as the first instant of a load is on no record.
 */
export function warmUpOf(runs: readonly RunData[]): WarmUp {
  const bases = numberBases(runs);
  const ranges = runs.map((data, index) => {
    const base = bases[index] ?? 0;
    return { after: base, to: base + (data.total("warmup") ?? 0) };
  });
  const isEmpty = ranges.every(({ after, to }) => to === after);
  return {
    isEmpty,
    has: (number) => !isEmpty && ranges.some(({ after, to }) => number > after && number <= to),
    words: wordsOf(runs),
  };
}

function wordsOf(runs: readonly RunData[]): string | undefined {
  const asked = runs.filter((data) => data.configNumber("warmup_s") !== null);
  const longestS = Math.max(...asked.map((data) => data.configNumber("warmup_s") ?? 0));
  if (asked.length === 0) return undefined;
  const span = formatDuration(longestS * 1000);
  if (asked.some((data) => data.total("warmup") === null)) {
    return `a warm-up of ${span} is among them: without the load's footer nobody knows its requests`;
  }
  const count = asked.reduce((sum, data) => sum + (data.total("warmup") ?? 0), 0);
  return (
    `without the ${count} requests of the first ${span}, to warm up: these count as ok or lost, ` +
    "their latencies and service times are left out"
  );
}
