import { quantileErrorShare, quantilesOf } from "./quantiles.ts";
import type { RunData } from "./run-data.ts";
import type { MessageFigures } from "./run-report.ts";

/** The messages that requests were answered by; null when none was answered by a stream. */
export function messageFigures({ answers }: RunData, heldMs: number): MessageFigures | null {
  const answerCount = answers.number.length;
  if (answerCount === 0) return null;
  const total = answers.messages.values.reduce((sum, count) => sum + count, 0);
  const firstUs = answers.firstUs.values.filter((us) => !Number.isNaN(us));
  return {
    answers: answerCount,
    total,
    messagesPerSecond: heldMs > 0 ? total / (heldMs / 1000) : null,
    first: quantilesOf(firstUs),
    errorShare: quantileErrorShare(firstUs.length),
  };
}
