import { limits } from "../base/limits.ts";
import { utcTimestampUs } from "../base/local-time.ts";
import { requestId } from "../ledger/record.ts";
import { requestFigures } from "./request-figures.ts";
import { RowIndex } from "./row-index.ts";
import { type RunData, unsuccessfulOutcomes } from "./run-data.ts";

const columns = [
  ...["id", "number", "endpoint", "outcome", "scheduled", "sent", "finished"],
  ...["latency_ms", "service_ms", "lag_ms", "attempts", "error", "first_ms", "messages"],
];

/** Its cells, in the order of the columns. */
type Row = readonly (string | number)[];

const lineEnd = "\r\n";
const pieceLength = 1 << 20;

/**
 * A line per request in the order of their numbers, as RFC 4180 has it, in pieces of many lines.
 * Instants are UTC, to the microsecond; `error` is the statuses of the attempts that failed, in
 * their order; what is not known is empty.
 */
export function* renderCsv(runs: readonly RunData[]): Generator<string> {
  let piece = columns.join(",") + lineEnd;
  for (const data of runs) {
    for (const row of rowsOf(data)) {
      piece += row.map(cell).join(",") + lineEnd;
      if (piece.length < pieceLength) continue;
      yield piece;
      piece = "";
    }
  }
  yield piece;
}

function* rowsOf(data: RunData): Generator<Row> {
  const { ok, unsuccessful } = data;
  const errors = errorsByNumber(data);
  const okCount = ok.number.length;
  const numberOf = (index: number) =>
    index < okCount ? ok.number.at(index) : unsuccessful.number.at(index - okCount);
  const order = new Uint32Array(okCount + unsuccessful.number.length).map((_, index) => index);
  order.sort((a, b) => numberOf(a) - numberOf(b) || a - b);
  const gaps = new Gaps(data);
  const answers = new RowIndex(data.answers.number.values);
  for (const index of order) {
    const number = numberOf(index);
    yield* gaps.before(number);
    const error = errors.get(number) ?? "";
    yield index < okCount
      ? okRow(data, index, error, answers)
      : otherRow(data, index - okCount, error);
  }
  yield* gaps.before(Number.POSITIVE_INFINITY);
}

function okRow(data: RunData, row: number, error: string, answers: RowIndex): Row {
  const { ok, endpoints, run } = data;
  const number = ok.number.at(row);
  const endpoint = endpoints.nameOf(ok.endpoint.at(row));
  return [
    ...[requestId(run, number), number, endpoint, "ok"],
    ...instants(ok.tUs.at(row), ok.latencyUs.at(row), ok.lagUs.at(row)),
    ...[msText(ok.latencyUs.at(row)), msText(ok.serviceUs.at(row)), msText(ok.lagUs.at(row))],
    ...[ok.attempts.at(row), error, ...answerCells(data, answers.rowOf(number))],
  ];
}

/** Time to the first message, and messages; both empty when the answer is no stream. */
function answerCells({ answers }: RunData, row: number): readonly [string, number | string] {
  if (row < 0) return ["", ""];
  const firstUs = answers.firstUs.at(row);
  return [Number.isNaN(firstUs) ? "" : msText(firstUs), answers.messages.at(row)];
}

function otherRow(data: RunData, row: number, error: string): Row {
  const { unsuccessful: other, endpoints, run } = data;
  const number = other.number.at(row);
  const outcome = unsuccessfulOutcomes[other.outcome.at(row)] ?? "";
  return [
    ...[requestId(run, number), number, endpoints.nameOf(other.endpoint.at(row)), outcome],
    ...instants(other.tUs.at(row), other.elapsedUs.at(row), other.lagUs.at(row)),
    ...[msText(other.elapsedUs.at(row)), "", msText(other.lagUs.at(row))],
    ...[other.attempts.at(row), error, "", ""],
  ];
}

/** Scheduled, sent and finished. */
function instants(finishedUs: number, latencyUs: number, lagUs: number): readonly string[] {
  const scheduledUs = finishedUs - latencyUs;
  return [scheduledUs, scheduledUs + lagUs, finishedUs].map(utcTimestampUs);
}

function msText(spanUs: number): string {
  return (spanUs / 1000).toFixed(3);
}

/** Requests that were scheduled and have no outcome: the numbers that are left out. */
class Gaps {
  readonly #run: string;
  readonly #scheduled: number;
  #next = 1;
  #left: number = limits.unaccountedRowMaxCount;

  constructor(data: RunData) {
    this.#run = data.run;
    this.#scheduled = requestFigures(data).scheduled;
  }

  *before(number: number): Generator<Row> {
    const last = Math.min(number - 1, this.#scheduled);
    // A footer may claim any number.
    for (; this.#next <= last && this.#left > 0; this.#next++, this.#left--) {
      const id = requestId(this.#run, this.#next);
      yield [id, this.#next, "", "unaccounted", ...new Array(columns.length - 4).fill("")];
    }
    this.#next = Math.max(this.#next, number + 1);
  }
}

/** Late answers are no errors. */
function errorsByNumber({ attempts, errors }: RunData): ReadonlyMap<number, string> {
  const rows = Array.from({ length: attempts.number.length }, (_, row) => row)
    .filter((row) => attempts.late.at(row) === 0)
    .sort((a, b) => attempts.tUs.at(a) - attempts.tUs.at(b));
  const byNumber = new Map<number, string>();
  for (const row of rows) {
    const number = attempts.number.at(row);
    const known = byNumber.get(number);
    const error = errors.nameOf(attempts.error.at(row));
    byNumber.set(number, known === undefined ? error : `${known} ${error}`);
  }
  return byNumber;
}

/**
 * A ledger may hold anything, and a spreadsheet takes text that begins like a formula for one: such
 * text gets an apostrophe before it, which spreadsheets hide.
 */
function cell(value: string | number): string {
  if (typeof value === "number" || plain.test(value)) return String(value);
  const text = /^[=+\-@\t\r]/.test(value) ? `'${value}` : value;
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/** Most cells: nothing in them needs a look. */
const plain = /^[\w.:][\w.: -]*$|^-?\d+\.\d{3}$|^$/;
