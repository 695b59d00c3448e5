import type { LedgerCollector, ServerRun } from "./ledger-collector.ts";
import { serverName } from "./replica-endpoints.ts";
import { numberOrNull, type RunData } from "./run-data.ts";
import type { ExecutionFigures } from "./run-report.ts";
import { serversOfRun } from "./server-ledgers.ts";

/** Whether what the ledgers say of one run can be true all at once. */
export interface Consistency {
  /** What cannot, each as a sentence with its numbers. */
  readonly contradictions: readonly string[];
  /** What would be one, had not lines been lost that may explain it. */
  readonly undecided: readonly string[];
  /** Server ledgers of the run that end without a footer: crashed, or still running. */
  readonly unfinishedServerCount: number;
  readonly remarks: readonly string[];
}

/** An answer may be read a little late; a request that took longer has missed its deadline. */
const deadlineSlackUs = 100_000;

/** Looking for the replicas before the load begins, and writing the last records after it. */
const spanSlackMs = 10_000;

/** Spans are rounded to microseconds; the instants of one process are otherwise exact. */
const instantSlackUs = 1000;

export function consistencyOf(
  ledger: LedgerCollector,
  data: RunData,
  executions: ExecutionFigures,
): Consistency {
  const servers = serversOfRun(ledger, data);
  const skipped = new Map(
    executions.serverLedgers.map(({ path, skippedLineCount }) => [path, skippedLineCount]),
  );
  const shortages = [
    notExecuted(executions, skipped),
    ...servers.map((server) => footerShortage(server, skipped.get(server.path) ?? 0)),
  ].filter(({ count }) => count !== 0);
  // Lines that were lost may have held what is missing; what is too much they do not explain.
  const isExcused = ({ count, skippedCount }: Shortage) => count > 0 && count <= skippedCount;
  return {
    contradictions: [
      ...requestContradictions(data),
      ...tickContradictions(data),
      ...spanContradictions(data),
      ...shortages.filter((each) => !isExcused(each)).map(({ what }) => what),
    ],
    undecided: shortages
      .filter(isExcused)
      .map(
        ({ what, skippedCount }) =>
          `${what}; ${skippedCount} torn or foreign lines there may have held them`,
      ),
    unfinishedServerCount: servers.filter(({ end }) => end === undefined).length,
    remarks: answerRemarks(data),
  };
}

/** Executions that server ledgers should hold and do not; negative: too many that they hold. */
interface Shortage {
  readonly count: number;
  readonly what: string;
  /** Lines of those ledgers that could not be read. */
  readonly skippedCount: number;
}

/** A replica has its executions on record before it answers. */
function notExecuted(
  { okNotExecutedCount }: ExecutionFigures,
  skipped: ReadonlyMap<string, number>,
): Shortage {
  const count = okNotExecutedCount ?? 0;
  const what = `${count} requests ended ok that no server ledger holds an execution of`;
  return { count, what, skippedCount: [...skipped.values()].reduce((sum, each) => sum + each, 0) };
}

function requestContradictions(data: RunData): readonly string[] {
  const { ok, unsuccessful, attempts } = data;
  const deadlineMs = data.configNumber("deadline_ms");
  const deadlineUs = (deadlineMs ?? Number.POSITIVE_INFINITY) * 1000 + deadlineSlackUs;
  const scheduled = data.total("scheduled") ?? Number.POSITIVE_INFINITY;
  const startUs = (data.header?.tUs ?? Number.NEGATIVE_INFINITY) - instantSlackUs;
  const endUs = (data.end?.tUs ?? Number.POSITIVE_INFINITY) + instantSlackUs;
  const counts = { unknown: 0, negative: 0, outside: 0, overdue: 0 };
  const see = (number: number, tUs: number, spanUs: number) => {
    if (number < 1 || number > scheduled) counts.unknown++;
    if (tUs - spanUs < startUs || tUs > endUs) counts.outside++;
  };
  for (let row = 0; row < ok.number.length; row++) {
    const latencyUs = ok.latencyUs.at(row);
    see(ok.number.at(row), ok.tUs.at(row), latencyUs);
    if (latencyUs > deadlineUs) counts.overdue++;
    if (latencyUs < 0 || ok.serviceUs.at(row) < 0 || ok.lagUs.at(row) < 0) counts.negative++;
  }
  for (let row = 0; row < unsuccessful.number.length; row++) {
    const elapsedUs = unsuccessful.elapsedUs.at(row);
    see(unsuccessful.number.at(row), unsuccessful.tUs.at(row), elapsedUs);
    if (elapsedUs < 0 || unsuccessful.lagUs.at(row) < 0) counts.negative++;
  }
  for (let row = 0; row < attempts.number.length; row++) {
    const number = attempts.number.at(row);
    if (number < 1 || number > scheduled) counts.unknown++;
    if (attempts.serviceUs.at(row) < 0) counts.negative++;
  }
  const said: readonly (readonly [number, string])[] = [
    [counts.unknown, `records of requests that were never scheduled (1 to ${scheduled} were)`],
    [counts.negative, "records with a negative latency, lag or service time"],
    [counts.outside, "requests that were due or ended outside the run"],
    [counts.overdue, `requests that ended ok after their deadline of ${deadlineMs} ms`],
  ];
  return said.filter(([count]) => count > 0).map(([count, what]) => `${count} ${what}`);
}

/** Written second by second, the ticks count the same as the footer does in the end. */
function tickContradictions(data: RunData): readonly string[] {
  const { ticks } = data;
  if (ticks.count === 0) return [];
  const pairs = [
    ["scheduled", ticks.scheduled, data.total("scheduled")],
    ["not sent", ticks.notSent, data.total("not_sent")],
  ] as const;
  return pairs
    .filter(([, sum, total]) => total !== null && total !== sum)
    .map(([what, sum, total]) => `the ticks count ${sum} requests ${what}, the footer ${total}`);
}

/** From header to footer a run takes what it held, and its last request up to its deadline. */
function spanContradictions(data: RunData): readonly string[] {
  const heldMs = data.total("held_ms");
  if (heldMs === null || data.header === undefined || data.end === undefined) return [];
  const deadlineMs = data.configNumber("deadline_ms") ?? Number.POSITIVE_INFINITY;
  const spanMs = (data.end.tUs - data.header.tUs) / 1000;
  if (spanMs + spanSlackMs >= heldMs && spanMs <= heldMs + deadlineMs + spanSlackMs) return [];
  return [`the run lasted ${spanMs} ms from header to footer, and held ${heldMs} ms as it counts`];
}

function footerShortage(server: ServerRun, skippedCount: number): Shortage {
  const { end, executionCount, isMixed, followsUnfinished } = server;
  const total = numberOrNull(end?.totals["executed"]);
  const difference = total === null || isMixed ? 0 : total - executionCount;
  const isPredecessors = followsUnfinished && difference < 0;
  return {
    count: isPredecessors ? 0 : difference,
    what:
      `${serverName(server)} (pid ${server.header?.pid}) executed ${total} requests as its ` +
      `footer counts, its ledger holds ${executionCount}`,
    skippedCount,
  };
}

/** All requests of a run ask the same, so their executions answer the same. */
function answerRemarks(data: RunData): readonly string[] {
  if (data.header?.config["target"] === undefined) return [];
  const { executions, codes } = data;
  const okCode = codes.all.indexOf("OK");
  const counts = new Map<number, number>();
  for (let row = 0; row < executions.number.length; row++) {
    if (executions.code.at(row) !== okCode) continue;
    const answer = executions.answer.at(row);
    counts.set(answer, (counts.get(answer) ?? 0) + 1);
  }
  if (counts.size < 2) return [];
  const sorted = [...counts].sort(([a, m], [b, n]) => n - m || a - b);
  const shown = sorted.slice(0, answerShownMaxCount).map(([answer, count]) => {
    const found = answer % 2 !== 0;
    return `${count} times found=${found} visited=${Math.floor(answer / 2)}`;
  });
  const left = sorted.length - shown.length;
  return [
    `replicas answered the run's requests differently: ${shown.join(", ")}` +
      (left > 0 ? ` and ${left} more answers` : ""),
  ];
}

const answerShownMaxCount = 3;
