import { formatDuration } from "../base/duration.ts";
import { type ExitStatus, exitStatus } from "../base/exit-status.ts";
import { limits } from "../base/limits.ts";
import type { Consistency } from "./consistency.ts";
import { criterion, type JudgedRequirement, noFooter } from "./criterion.ts";
import { numberOrNull } from "./run-data.ts";
import type { Criterion, RunReport, Verdict } from "./run-report.ts";
import { streamCriteria } from "./stream-criteria.ts";
import { isOfStreamsAlone } from "./stream-report.ts";

/** Everything the guide's criteria look at. */
export type Evidence = Pick<
  RunReport,
  "run" | "requests" | "duration" | "lag" | "recovery" | "streams"
> & {
  /** Records of each kind that the footer counts and the ledger does not hold, such as `2 ok`. */
  readonly missingRecords: readonly string[];
  /** False: the load was told to keep no ledger file. */
  readonly isLedgerKept: boolean;
  readonly consistency: Consistency;
};

/** The guide's own bar. */
const successShareAbove = 0.95;
const recoveryBelowMs = 1000;

/**
 * The guide's criteria over a run, and what was required besides. A requirement takes the place of
 * the guide's criterion on the same figure; whether the run was held, its rate kept and its ledgers
 * whole is always asked, since no figure of a run of which that is untrue says anything.
 * Inconclusive: the load generator could not keep its schedule, so whatever else was seen was seen
 * under another load. A criterion that cannot be judged is not met.
 */
export function judge(evidence: Evidence, required: readonly JudgedRequirement[] = []): Verdict {
  const figures = new Set(required.map(({ figure }) => figure));
  const criteria = [
    ...guideCriteria(evidence).filter(({ figure }) => !figures.has(figure)),
    ...required,
  ].map(({ criterion }) => criterion);
  const behind = whyBehind(evidence);
  if (behind.length > 0) return { result: "inconclusive", reasons: behind, criteria };
  const unmet = criteria.filter(({ met }) => met !== "yes");
  const reasons = unmet.map(({ name, why }) => `${name}: ${why}`);
  return { result: reasons.length === 0 ? "verified" : "not-verified", reasons, criteria };
}

/** No figure that a requirement could be about. */
const always = "";

function guideCriteria(evidence: Evidence): readonly JudgedRequirement[] {
  return [
    { figure: always, criterion: totalReached(evidence) ?? durationHeld(evidence) },
    ...(isOfStreamsAlone(evidence) ? [] : requestCriteria(evidence)),
    ...streamCriteria(evidence.streams),
    { figure: always, criterion: ledgerComplete(evidence) },
    { figure: always, criterion: ledgersConsistent(evidence) },
  ];
}

function requestCriteria(evidence: Evidence): readonly JudgedRequirement[] {
  return [
    ...(isClosedLoop(evidence) ? [] : [{ figure: always, criterion: rateHeld(evidence) }]),
    { figure: "success", criterion: successRate(evidence) },
    { figure: "lost", criterion: nothingLost(evidence) },
    ...nothingWrong(evidence).map((criterion) => ({ figure: "wrong", criterion })),
    { figure: "recovery", criterion: recovery(evidence) },
  ];
}

export function exitStatusOfVerdict({ result }: Verdict): ExitStatus {
  switch (result) {
    case "verified":
      return exitStatus.verified;
    case "not-verified":
      return exitStatus.criterionNotMet;
    case "inconclusive":
      return exitStatus.inconclusive;
  }
}

const nothingScheduled = "no request was scheduled";

function durationHeld({ run, duration }: Evidence): Criterion {
  const { plannedMs, heldMs, plannedPerSecond } = duration;
  // The last request is due one interval before the end.
  const intervalMs = plannedPerSecond === null ? 0 : 1000 / plannedPerSecond;
  const held = formatDuration(Math.round(heldMs));
  const isShort = plannedMs !== null && heldMs + intervalMs < plannedMs;
  const isCut = run.endReason !== null && (isShort || run.endReason !== "normal");
  return criterion(
    {
      name: "full duration held",
      required: plannedMs === null ? "unknown" : formatDuration(plannedMs),
      actual: run.endReason === null ? `at least ${held}` : held,
    },
    {
      no: isCut && `${run.endReason === "normal" ? "ended" : run.endReason} after ${held}`,
      unknown: run.endReason === null ? noFooter : plannedMs === null && "no run header",
    },
  );
}

/** Of a load that was to end after so many requests, or with its duration; undefined of others. */
function totalReached({ run, requests, duration }: Evidence): Criterion | undefined {
  const total = numberOrNull(run.config["total"]);
  if (total === null) return undefined;
  const { plannedMs, heldMs } = duration;
  const held = formatDuration(Math.round(heldMs));
  const isReached = requests.scheduled >= total || (plannedMs !== null && heldMs >= plannedMs);
  const isCut = run.endReason !== null && (!isReached || run.endReason !== "normal");
  return criterion(
    {
      name: "total reached",
      required: `${total} scheduled${plannedMs === null ? "" : `, or ${formatDuration(plannedMs)}`}`,
      actual: `${requests.scheduled} in ${held}`,
    },
    {
      no: isCut && `${run.endReason === "normal" ? "ended" : run.endReason} after ${held}`,
      unknown: run.endReason === null && noFooter,
    },
  );
}

/** It sends when it is answered: nothing is ever late, and no rate was asked for. */
function isClosedLoop({ run }: Evidence): boolean {
  return run.config["concurrency"] !== undefined;
}

function rateHeld({ requests, lag }: Evidence): Criterion {
  const { lagInconclusiveMs, lagInconclusiveShare, lagLateMs } = limits;
  const late = formatDuration(lagLateMs);
  const behind = whyBehind({ requests, lag });
  return criterion(
    {
      name: "rate held",
      required:
        `lag up to ${formatDuration(lagInconclusiveMs)}, ` +
        `${lagInconclusiveShare * 100} % over ${late}`,
      actual:
        `worst ${lag.maxMs === null ? "unknown" : `${lag.maxMs.toFixed(3)}ms`}, ` +
        `${lag.lateCount} over ${late}, ${requests.notSent} not sent`,
    },
    { unknown: requests.scheduled === 0 ? nothingScheduled : behind.join("; ") },
  );
}

function successRate({ requests }: Evidence): Criterion {
  const { successShare, scheduledIsExact, ok, scheduled } = requests;
  const percent = successShare === null ? "none" : `${floorPercent(successShare)} %`;
  return criterion(
    { name: "success rate above 95 %", required: "above 95 %", actual: percent },
    {
      no:
        successShare === null
          ? nothingScheduled
          : successShare <= successShareAbove && `${ok} of ${scheduled} ok`,
      unknown: !scheduledIsExact && noFooter,
    },
  );
}

function nothingLost({ requests }: Evidence): Criterion {
  const { lost, unaccounted, scheduled, scheduledIsExact } = requests;
  const isSettled = lost > unaccounted;
  return criterion(
    { name: "nothing lost", required: "0 lost", actual: `${lost} lost` },
    {
      no:
        scheduled === 0 ? nothingScheduled : isSettled && `${lost} of ${scheduled} did not end ok`,
      unknown:
        unaccounted > 0
          ? `${unaccounted} of ${scheduled} have no outcome in the ledger`
          : !scheduledIsExact && noFooter,
    },
  );
}

/** With `--verify status` nobody looked at the answers, and no verdict on them is given. */
function nothingWrong({ run, requests }: Evidence): readonly Criterion[] {
  if (run.config["verify"] === "status" && requests.wrong === 0) return [];
  const { wrong, ok } = requests;
  const finding = criterion(
    { name: "nothing wrong", required: "0 wrong", actual: `${wrong} wrong` },
    {
      no: wrong > 0 && `${wrong} answers were not the right one`,
      unknown: ok === 0 && "no answer was checked",
    },
  );
  return [finding];
}

function recovery({ requests, recovery: { affectedCount, recoveredCount, worstMs } }: Evidence) {
  const facts = { name: "recovery under 1 s", required: "under 1s" };
  if (affectedCount === 0) {
    return criterion(
      { ...facts, actual: "no request was affected" },
      { unknown: requests.scheduled === 0 && nothingScheduled },
    );
  }
  const worst = worstMs === null ? "none recovered" : `worst ${worstMs.toFixed(3)}ms`;
  const unrecovered = affectedCount - recoveredCount;
  return criterion(
    { ...facts, actual: `${worst}, of ${affectedCount} affected` },
    {
      no:
        unrecovered > 0
          ? `${unrecovered} of ${affectedCount} affected requests did not recover`
          : worstMs !== null && worstMs >= recoveryBelowMs && `the worst took ${worstMs}ms`,
    },
  );
}

function ledgerComplete(evidence: Evidence): Criterion {
  const { requests, streams, missingRecords, run, isLedgerKept } = evidence;
  const { lostRecords, contradictory } = requests;
  const contradictoryStreams = streams?.contradictory ?? 0;
  const faults = [
    ...((lostRecords ?? 0) > 0 ? [`the load could not write ${lostRecords} records`] : []),
    ...(contradictory > 0 ? [`${contradictory} requests have more than one outcome`] : []),
    ...(contradictoryStreams > 0
      ? [`${contradictoryStreams} streams have more than one outcome`]
      : []),
    ...(missingRecords.length > 0
      ? [`records that the footer counts are missing: ${missingRecords.join(", ")}`]
      : []),
  ];
  return criterion(
    {
      name: "ledger complete",
      required: "no record lost",
      actual:
        (isLedgerKept ? "" : "no ledger was kept; seen live: ") +
        (faults.length === 0 ? "none known to be lost" : "incomplete"),
    },
    {
      no: faults.length > 0 && faults.join("; "),
      unknown:
        run.endReason === null
          ? noFooter
          : (lostRecords === null && "the footer does not say") ||
            (run.version === null && "no run header"),
    },
  );
}

function ledgersConsistent({ run, consistency }: Evidence): Criterion {
  const { contradictions, undecided, unfinishedServerCount } = consistency;
  const unfinished =
    unfinishedServerCount === 0
      ? ""
      : `; ${unfinishedServerCount} server ledgers without a footer (crashed or still running)`;
  return criterion(
    {
      name: "ledgers consistent",
      required: "no contradiction",
      actual: `${contradictions.length === 0 ? "none found" : "contradictions"}${unfinished}`,
    },
    {
      no: contradictions.join("; "),
      unknown: undecided.join("; ") || (run.endReason === null && noFooter),
    },
  );
}

/** Why the load did not keep its schedule; empty when it did. */
function whyBehind({ requests, lag }: Pick<Evidence, "requests" | "lag">): readonly string[] {
  const { notSent, scheduled } = requests;
  const share = scheduled === 0 ? 0 : lag.lateCount / scheduled;
  return [
    ...(notSent > 0 ? [`${notSent} requests never left: too many were in flight`] : []),
    ...((lag.maxMs ?? 0) > limits.lagInconclusiveMs
      ? [`the load was frozen: a request left ${lag.maxMs?.toFixed(3)}ms after it was due`]
      : []),
    ...(share > limits.lagInconclusiveShare && lag.lateCount > limits.lagLateMinCount
      ? [
          `${lag.lateCount} of ${scheduled} requests left more than ` +
            `${formatDuration(limits.lagLateMs)} after they were due`,
        ]
      : []),
  ];
}

/** Rounded down, so that 99.999 % never reads as 100 %. */
export function floorPercent(share: number): string {
  return (Math.floor(share * 1e4 + 1e-9) / 100).toFixed(2);
}
