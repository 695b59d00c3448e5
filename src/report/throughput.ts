import type { RunData } from "./run-data.ts";
import type { ThroughputFigures } from "./run-report.ts";
import { wallSecond } from "./wall-time.ts";

/**
 * Requests ended ok in each local second, from the instants of their lines. Offsets from UTC are
 * whole minutes, so a local second is a second of the epoch, and its label is the line's text
 * before the first comma.
 */
export function throughputFigures(data: RunData): ThroughputFigures {
  const counts = new Map<number, number>();
  for (const tUs of data.ok.tUs.values) {
    const second = Math.floor(tUs / 1e6);
    counts.set(second, (counts.get(second) ?? 0) + 1);
  }
  const seconds = [...counts].sort(([a], [b]) => a - b);
  const first = seconds[0];
  const last = seconds.at(-1);
  if (first === undefined || last === undefined) return noThroughput;
  let min = first[1];
  let max = first[1];
  for (const [, ok] of seconds) {
    min = Math.min(min, ok);
    max = Math.max(max, ok);
  }
  const utcOffset = data.header?.utcOffset;
  return {
    secondCount: seconds.length,
    emptySecondCount: last[0] - first[0] + 1 - seconds.length,
    okPerSecondMin: min,
    okPerSecondMean: data.ok.tUs.length / seconds.length,
    okPerSecondMax: max,
    seconds: seconds.map(([second, ok]) => ({ second: wallSecond(second * 1e6, utcOffset), ok })),
  };
}

const noThroughput: ThroughputFigures = {
  secondCount: 0,
  emptySecondCount: 0,
  okPerSecondMin: null,
  okPerSecondMean: null,
  okPerSecondMax: null,
  seconds: [],
};
