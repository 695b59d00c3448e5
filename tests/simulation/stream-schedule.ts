import type { Random } from "../../src/base/random.ts";
import { drawBetween, drawChance, drawInteger, drawOne, drawScale } from "./draws.ts";

/** A stream and its reader. */
export interface ScheduledStream {
  readonly atMs: number;
  /** Infinite: none; its reader cancels it then at the end of the run. */
  readonly deadlineMs: number;
  readonly isIdempotent: boolean;
  /** How many messages there are. */
  readonly total: number;
  /** The reader pauses when it has taken so many, for so long. */
  readonly pauses: readonly { readonly after: number; readonly forMs: number }[];
  /** The reader has enough of it when it has taken so many. */
  readonly cancelAfter: number | undefined;
}

export function drawStreams(random: Random, spanMs: number): ScheduledStream[] {
  const count = drawOne(random, [0, 0, 1, 1, 2, 3]);
  return Array.from({ length: count }, () => {
    const total = drawInteger(random, 1, 40);
    return {
      atMs: spanMs * drawBetween(random, 0, 0.8),
      deadlineMs: drawChance(random, 0.3)
        ? Number.POSITIVE_INFINITY
        : drawScale(random, 500, 30_000),
      isIdempotent: drawChance(random, 0.8),
      total,
      pauses: drawPauses(random, { total, spanMs }),
      cancelAfter: drawChance(random, 0.1) ? drawInteger(random, 0, total) : undefined,
    };
  });
}

function drawPauses(random: Random, { total, spanMs }: { total: number; spanMs: number }) {
  const count = drawOne(random, [0, 0, 1, 3]);
  return Array.from({ length: count }, () => ({
    after: drawInteger(random, 0, total),
    forMs: drawScale(random, 0.01, spanMs / 4),
  }));
}
