import { formatDuration } from "../../base/duration.ts";
import { DfsError } from "../../base/errors.ts";
import { localTimeOfDay } from "../../base/local-time.ts";
import { freshSeed } from "../../base/random.ts";
import { blowOffsetsMs, type Repetition } from "../../fault/repeat.ts";
import type { SharedValues } from "./flags.ts";

/** Share of --every by which a blow may come earlier or later when nothing else is said. */
const jitterShare = 0.1;
/** How many blows a dry run lists. */
const listedMaxCount = 10;

/**
 * The repetition that --repeat, --every, --jitter and --seed ask for; throws usage errors.
 * `durationMs`: the --duration of each, of a fault that has one.
 */
export function repetitionOf(
  { repeat, every, jitter, seed }: SharedValues,
  durationMs = 0,
): Repetition {
  if (repeat === 1) {
    const stray = Object.entries({ every, jitter, seed }).find(([, value]) => value !== undefined);
    if (stray !== undefined) {
      throw new DfsError("usage", `--${stray[0]} needs --repeat with a number above 1`);
    }
    return { count: 1, everyMs: 0, jitterMs: 0, seed: 0 };
  }
  if (every === undefined) {
    throw new DfsError("usage", `--repeat ${repeat} needs --every, the time between two blows`);
  }
  if (durationMs > every) {
    throw new DfsError(
      "usage",
      `--duration must be at most --every (${formatDuration(every)}), as one fault ends before ` +
        `the next begins: current value is "${formatDuration(durationMs)}"`,
    );
  }
  const jitterMs = jitter ?? every * jitterShare;
  if (jitterMs > every / 2) {
    throw new DfsError(
      "usage",
      `--jitter must be at most half of --every (${formatDuration(every / 2)}): ` +
        `current value is "${formatDuration(jitterMs)}"`,
    );
  }
  return { count: repeat, everyMs: every, jitterMs, seed: seed ?? freshSeed() };
}

/** `, 5 times, every 20s ± 2s (seed 7)`, or nothing. */
export function repetitionText({ count, everyMs, jitterMs, seed }: Repetition): string {
  if (count === 1) return "";
  const every = `every ${formatDuration(everyMs)} ± ${formatDuration(jitterMs)}`;
  return `, ${count} times, ${every} (seed ${seed})`;
}

/** When the blows would fall if the first were due at `firstUs`; empty for a single one. */
export function blowTimesText(repetition: Repetition, firstUs: number): string {
  if (repetition.count === 1) return "";
  const times = blowOffsetsMs(repetition)
    .slice(0, listedMaxCount)
    .map((offsetMs) => localTimeOfDay(firstUs + offsetMs * 1000));
  const more = repetition.count - times.length;
  return `blows at ${times.join(", ")}${more > 0 ? ` and ${more} more` : ""}`;
}

export function repetitionConfig(repetition: Repetition): Record<string, string> {
  if (repetition.count === 1) return {};
  const { count, everyMs, jitterMs } = repetition;
  return { repeat: String(count), every_ms: String(everyMs), jitter_ms: String(jitterMs) };
}
