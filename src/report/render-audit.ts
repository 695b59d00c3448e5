import { definitionLines } from "./render-explain.ts";
import type { ExecutionFigures, RunReport } from "./run-report.ts";
import { spanText, type TextOptions, tinted, wrapped } from "./text-layout.ts";

/** Client and server ledgers matched by request id: what adds up, and what is not known. */
export function auditLines(
  { executions, requests }: RunReport,
  options: TextOptions,
): readonly string[] {
  const { scheduled, ok, wrong, failed, indeterminate, unaccounted } = requests;
  const { missingServerLedgers, incomplete } = executions;
  const isKnown = executions.total + executions.refused > 0 || missingServerLedgers.length === 0;
  const sentences = [
    `${requests.scheduledIsExact ? "" : "at least "}${scheduled} scheduled = ${ok} ok + ` +
      `${wrong} wrong + ${failed} failed + ${indeterminate} indeterminate + ` +
      `${unaccounted} unaccounted`,
    ...(isKnown ? [countsText(executions)] : ["nothing is known of executions"]),
  ];
  return [
    tinted("Audit (client and server ledgers, matched by request id)", "title", options),
    ...sentences.flatMap((sentence) => wrapped(sentence, options)),
    ...indented(repeatedLines(executions), options),
    ...wrapped(notExecutedText(executions), options),
    ...(isKnown ? wrapped(lateText(executions), options) : []),
    ...indented(givenUpLines(executions), options),
    ...(incomplete.length > 0 && isKnown
      ? wrapped(
          "counts of executions are lower bounds, as server ledgers are not complete:",
          options,
        )
      : []),
    ...indented(incomplete, options),
    ...definitionLines("audit", options),
  ];
}

function countsText(executions: ExecutionFigures): string {
  const { total, refused, duplicateRequestCount, repeatedCount } = executions;
  const repeated = repeatedCount === 0 ? "" : ` (${repeatedCount} executions too many)`;
  return (
    `${total} executions, ${refused} refusals; ` +
    `${duplicateRequestCount} requests executed more than once${repeated}`
  );
}

function indented(lines: readonly string[], options: TextOptions): readonly string[] {
  return lines.flatMap((line) => wrapped(line, options, "    "));
}

/** Which requests they were, the first of them. */
function repeatedLines({ duplicates, duplicateRequestCount }: ExecutionFigures) {
  const shown = duplicates.map(
    ({ request, executions }) =>
      `${request}: ${executions.length} times, ` +
      `on ${executions.map(({ endpoint }) => endpoint).join(", ")}`,
  );
  return [...shown, ...moreLines(duplicateRequestCount - shown.length)];
}

function givenUpLines({ afterGivenUp, afterGivenUpCount }: ExecutionFigures): readonly string[] {
  const shown = afterGivenUp.map(
    ({ request, endpoint, afterMs }) =>
      `${request}: executed on ${endpoint} at least ${spanText(afterMs)} after it was given up`,
  );
  return [...shown, ...moreLines(afterGivenUpCount - shown.length)];
}

function moreLines(count: number): readonly string[] {
  return count > 0 ? [`... and ${count} more`] : [];
}

function notExecutedText({ okNotExecutedCount, upperBounds }: ExecutionFigures): string {
  if (okNotExecutedCount === null) {
    return "ok without an execution: not known without all server ledgers";
  }
  const atMost = okNotExecutedCount > 0 && upperBounds.includes("okNotExecutedCount");
  return `ok without an execution: ${atMost ? "at most " : ""}${okNotExecutedCount}`;
}

function lateText(executions: ExecutionFigures): string {
  const { afterGivenUpCount, afterGivenUpUnknownCount, overtakenCount } = executions;
  const unclear = afterGivenUpUnknownCount === 0 ? "" : ` (${afterGivenUpUnknownCount} unclear)`;
  return (
    `executed after given up: ${afterGivenUpCount}${unclear}; overtaken: ${overtakenCount}; ` +
    `without an outcome: ${executions.executedWithoutOutcomeCount}`
  );
}
