import { sleep } from "../base/clock.ts";
import { DfsError } from "../base/errors.ts";
import { seededRandom } from "../base/random.ts";
import type { FaultName } from "./fault-kinds.ts";
import type { FaultOptions, FaultRequest, FaultResult } from "./fault-request.ts";
import type { ProcessFacts } from "./process-facts.ts";
import type { Target } from "./target.ts";

/** How often a fault is injected, and when. */
export interface Repetition {
  readonly count: number;
  /** From one blow to the next, on average. */
  readonly everyMs: number;
  /** At most by so much a blow comes earlier or later; no more than half of `everyMs`. */
  readonly jitterMs: number;
  readonly seed: number;
}

export interface Series {
  readonly outcome: FaultResult["outcome"];
  /** All that were hit, in order. */
  readonly targets: readonly Target[];
  /** Repetitions that had no effect, or whose undoing could not be proved. */
  readonly failedCount: number;
  /** Repetitions that were begun. */
  readonly begunCount: number;
}

/** When each blow is due, counted from the first one; jitter never changes their order. */
export function blowOffsetsMs({ count, everyMs, jitterMs, seed }: Repetition): number[] {
  const random = seededRandom(seed);
  return Array.from({ length: count }, (_, index) =>
    index === 0 ? 0 : index * everyMs + (random.next() * 2 - 1) * jitterMs,
  );
}

/**
 * Injects the fault again and again. The target is looked up anew each time, and must run the same
 * command as one that was hit before. The first blow that fails ends all with its error: nothing
 * has been shown to work yet. Later ones are told as warnings, counted, and the rest go on. A blow
 * that is due while the fault before it still lasts follows it at once.
 */
export async function repeatFault(
  inject: (request: FaultRequest, options: FaultOptions) => Promise<FaultResult>,
  {
    fault,
    request,
    repetition,
  }: {
    readonly fault: FaultName;
    readonly request: FaultRequest;
    readonly repetition: Repetition;
  },
  options: FaultOptions,
): Promise<Series> {
  const { clock, signal, notify } = options;
  const firstUs = clock.nowUs() + request.delayMs * 1000;
  const targets: Target[] = [];
  /** Whoever may be hit again. */
  const like: ProcessFacts[] = [];
  let failedCount = 0;
  const series = (outcome: FaultResult["outcome"], begunCount: number): Series => {
    return { outcome, targets, failedCount, begunCount };
  };
  for (const [index, offsetMs] of blowOffsetsMs(repetition).entries()) {
    // Shown shortly before each blow: a replica may be restarting until then.
    if (index > 0) await sleep(clock, (firstUs - clock.nowUs()) / 1000 + offsetMs, signal);
    if (signal.aborted) return series("interrupted", index);
    try {
      const again = index === 0 ? request : { ...request, like, delayMs: 0 };
      const result = await inject(again, options);
      targets.push(...result.targets);
      like.push(...result.targets.map(({ process }) => process), ...(result.successors ?? []));
      // Who asks for the end of one does not want the next.
      const isCutShort = result.outcome === "interrupted" || result.outcome === "undone";
      if (isCutShort) return series(result.outcome, index + 1);
      if (result.outcome === "done") continue;
      if (repetition.count === 1) return series(result.outcome, 1);
      failedCount++;
    } catch (error) {
      if (index === 0 || !(error instanceof DfsError) || error.code !== "fault") throw error;
      failedCount++;
      const message = `Repetition ${index + 1} of ${repetition.count} failed: ${error.message}`;
      const about = { fault, port: request.port, tUs: clock.nowUs() } as const;
      notify({ kind: "warned", ...about, reason: "repetition-failed", message });
    }
  }
  return series("done", repetition.count);
}
