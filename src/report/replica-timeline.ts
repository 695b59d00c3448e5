import type { ReplicaStateName } from "../ledger/record.ts";
import { lowerBound } from "./percentile.ts";
import type { RunData } from "./run-data.ts";

/** Instants of one replica as the client saw them, sorted by when they ended. */
export interface ReplicaTimeline {
  readonly failures: readonly FailedAttempt[];
  readonly answers: Answers;
  /** When the client began to hold it for suspect or down. */
  readonly troubleUs: Float64Array;
}

export interface FailedAttempt {
  readonly number: number;
  readonly tUs: number;
  readonly sentUs: number;
}

/** Row by row: when an answer came, and when its attempt had been sent. */
interface Answers {
  readonly tUs: Float64Array;
  readonly sentUs: Float64Array;
}

export function replicaTimeline(data: RunData, endpoint: string): ReplicaTimeline {
  const index = data.endpoints.indexOf(endpoint);
  const { attempts, ok } = data;
  const failures: FailedAttempt[] = [];
  const late: { tUs: number; sentUs: number }[] = [];
  for (let row = 0; row < attempts.number.length; row++) {
    if (attempts.endpoint.at(row) !== index) continue;
    const tUs = attempts.tUs.at(row);
    const sentUs = tUs - attempts.serviceUs.at(row);
    if (attempts.late.at(row) === 1) late.push({ tUs, sentUs });
    else failures.push({ number: attempts.number.at(row), tUs, sentUs });
  }
  failures.sort((a, b) => a.tUs - b.tUs || a.number - b.number);
  const length = countOf(ok.endpoint, ok.number.length, index) + late.length;
  const answers = { tUs: new Float64Array(length), sentUs: new Float64Array(length) };
  let filled = 0;
  for (let row = 0; row < ok.number.length; row++) {
    if (ok.endpoint.at(row) !== index) continue;
    answers.tUs[filled] = ok.tUs.at(row);
    answers.sentUs[filled++] = ok.tUs.at(row) - ok.serviceUs.at(row);
  }
  for (const { tUs, sentUs } of late) {
    answers.tUs[filled] = tUs;
    answers.sentUs[filled++] = sentUs;
  }
  return {
    failures,
    answers:
      length === 0 && !data.streams.isEmpty ? recoveries(data, endpoint) : sortedByEnd(answers),
    troubleUs: stateInstants(data, endpoint, ["suspect", "down"]),
  };
}

/** Streams leave no record of single answers, but one is what makes a replica healthy. */
function recoveries(data: RunData, endpoint: string): Answers {
  const tUs = stateInstants(data, endpoint, ["healthy"]);
  return { tUs, sentUs: tUs };
}

function stateInstants(
  data: RunData,
  endpoint: string,
  states: readonly ReplicaStateName[],
): Float64Array {
  const instants = data.states
    .filter(({ state }) => states.includes(state))
    .filter((change) => change.endpoint === endpoint);
  return Float64Array.from(instants, ({ tUs }) => tUs).sort();
}

/**
 * When the replica first answered an attempt sent at `sinceUs` or later, or undefined. An answer to
 * an earlier attempt may have been on its way already, and proves nothing about afterwards.
 */
export function firstServedUs({ answers }: ReplicaTimeline, sinceUs: number): number | undefined {
  for (let at = lowerBound(answers.tUs, sinceUs); at < answers.tUs.length; at++) {
    if ((answers.sentUs[at] ?? Number.NEGATIVE_INFINITY) >= sinceUs) return answers.tUs[at];
  }
  return undefined;
}

/** Attempts that were open at some instant of the span and that the replica did answer. */
export function openDuring(
  { answers }: ReplicaTimeline,
  beginUs: number,
  endUs: number,
): { count: number; slowestUs: number } {
  let count = 0;
  let slowestUs = 0;
  for (let at = lowerBound(answers.tUs, beginUs); at < answers.tUs.length; at++) {
    const sentUs = answers.sentUs[at] ?? 0;
    if (sentUs > endUs) continue;
    count++;
    slowestUs = Math.max(slowestUs, (answers.tUs[at] ?? 0) - sentUs);
  }
  return { count, slowestUs };
}

function countOf(column: { at(row: number): number }, rowCount: number, value: number): number {
  let count = 0;
  for (let row = 0; row < rowCount; row++) if (column.at(row) === value) count++;
  return count;
}

/** A ledger is written in order of time, so there is rarely anything to sort. */
function sortedByEnd(answers: Answers): Answers {
  const { tUs, sentUs } = answers;
  const isSorted = tUs.every((value, row) => row === 0 || (tUs[row - 1] ?? 0) <= value);
  if (isSorted) return answers;
  const at = (column: Float64Array, row: number) => column[row] ?? 0;
  const order = Uint32Array.from(tUs, (_, row) => row).sort(
    (a, b) => at(tUs, a) - at(tUs, b) || at(sentUs, a) - at(sentUs, b),
  );
  return {
    tUs: Float64Array.from(order, (row) => at(tUs, row)),
    sentUs: Float64Array.from(order, (row) => at(sentUs, row)),
  };
}
