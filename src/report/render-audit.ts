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
    ...findingLines(executions, options),
    ...wrapped(notExecutedText(executions), options),
    ...(isKnown ? wrapped(lateText(executions), options) : []),
    ...(incomplete.length > 0 && isKnown
      ? wrapped(
          "counts of executions are lower bounds, as server ledgers are not complete:",
          options,
        )
      : []),
    ...incomplete.flatMap((reason) => wrapped(reason, options, "    ")),
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

/** Which requests they were, the first of them. */
function findingLines(executions: ExecutionFigures, options: TextOptions): readonly string[] {
  const { duplicates, duplicateRequestCount, afterGivenUp, afterGivenUpCount } = executions;
  const repeated = duplicates.map(
    ({ request, executions: each }) =>
      `${request}: ${each.length} times, on ${each.map(({ endpoint }) => endpoint).join(", ")}`,
  );
  const late = afterGivenUp.map(
    ({ request, endpoint, afterMs }) =>
      `${request}: executed on ${endpoint} at least ${spanText(afterMs)} after it was given up`,
  );
  const more = (count: number) => (count > 0 ? [`... and ${count} more`] : []);
  const shown = [
    ...[...repeated, ...more(duplicateRequestCount - duplicates.length)],
    ...[...late, ...more(afterGivenUpCount - afterGivenUp.length)],
  ];
  return shown.flatMap((line) => wrapped(line, options, "    "));
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
