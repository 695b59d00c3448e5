import type { MessageFigures } from "./message-report.ts";
import { quantileErrorShare, quantilesOf } from "./quantiles.ts";
import type { RunData } from "./run-data.ts";
import type { WarmUp } from "./warm-up.ts";

/**
 * The messages that requests were answered by; null when none was answered by a stream. Counts are
 * of the whole run, spans of what came after its warm-up.
 */
export function messageFigures(
  { answers }: RunData,
  heldMs: number,
  warmUp: WarmUp,
): MessageFigures | null {
  const answerCount = answers.number.length;
  if (answerCount === 0) return null;
  const total = answers.messages.values.reduce((sum, count) => sum + count, 0);
  const firstUs = answers.firstUs.values.filter(
    (us, row) => !Number.isNaN(us) && !warmUp.has(answers.number.at(row)),
  );
  return {
    answers: answerCount,
    total,
    messagesPerSecond: heldMs > 0 ? total / (heldMs / 1000) : null,
    first: quantilesOf(firstUs),
    errorShare: quantileErrorShare(firstUs.length),
  };
}
