import { limits } from "../../src/base/limits.ts";
import type { ReplicaState } from "../../src/failover/replica-state.ts";
import type { History, RequestHistory } from "./history.ts";
import { finePeriod, longestServiceMs, longestTimeoutMs, returnMs } from "./patience.ts";
import type { Schedule } from "./schedule.ts";
import { streamViolationsOf } from "./stream-properties.ts";
import { replicaAt } from "./world.ts";

/** Every rule that the run broke, in words; none, if failover kept its promises. */
export function violationsOf(history: History): string[] {
  return [
    ...history.violations,
    ...history.requests.flatMap((request) => [
      ...oneOutcome(history, request),
      ...executedAsTold(request),
      ...reportedOnce(request),
      ...neverCancelledEarly(history, request),
      ...answeredInTime(history, request),
    ]),
    ...streamViolationsOf(history),
    ...hedgesWithinBudget(history),
    ...impossibleChanges(history),
    ...usedAgain(history),
    ...leftBehind(history),
  ];
}

function oneOutcome({ schedule }: History, request: RequestHistory): string[] {
  const { number, doneCount, result, attempts } = request;
  const violations: string[] = [];
  if (doneCount !== 1) violations.push(`request ${number} ended ${doneCount} times`);
  if (result === undefined) return violations;
  if (request.doneUs > request.deadlineUs)
    violations.push(`request ${number} outlived its deadline`);
  if (result.finishedUs > request.doneUs || result.finishedUs < request.sentUs) {
    violations.push(`request ${number} tells a wrong instant of its end`);
  }
  if (result.attemptCount !== attempts.length) {
    violations.push(
      `request ${number} tells ${result.attemptCount} of its ${attempts.length} attempts`,
    );
  }
  const isPossible = attempts.length === 1 || (attempts.length === 0 && hasAbsence(schedule));
  if (schedule.policy === "none" && !isPossible) {
    violations.push(`request ${number} made ${attempts.length} attempts under policy none`);
  }
  return violations;
}

/** What the client says about executions is true, and what must not happen twice does not. */
function executedAsTold({ number, isIdempotent, executedCount, result }: RequestHistory): string[] {
  const violations: string[] = [];
  if (!isIdempotent && executedCount > 1) {
    violations.push(`request ${number}, not idempotent, was executed ${executedCount} times`);
  }
  if (result === undefined) return violations;
  if (!result.mayHaveExecuted && executedCount > 0) {
    violations.push(`request ${number} was executed, and is said not to have been`);
  }
  if (result.answer?.status === "OK" && executedCount === 0) {
    violations.push(`request ${number} is answered and was never executed`);
  }
  return violations;
}

/** An attempt fails, or is given up, once at most; each that is reported was made. */
function reportedOnce({ number, reports, attempts }: RequestHistory): string[] {
  const seen = new Set<number>();
  return reports.flatMap(({ attempt, ended }) => {
    if (attempt < 1 || attempt > attempts.length) {
      return [`request ${number} reports attempt ${attempt}, which was not made`];
    }
    if (ended === "late") return [];
    if (seen.has(attempt)) return [`request ${number} reports attempt ${attempt} twice`];
    seen.add(attempt);
    return [];
  });
}

/**
 * A late answer counts: nothing is cancelled while the request still needs an answer, but for what
 * is open on a connection that is given up.
 */
function neverCancelledEarly({ schedule, renewedUs }: History, request: RequestHistory): string[] {
  if (schedule.policy !== "adaptive") return [];
  return request.attempts.flatMap(({ tUs, cancelledUs, replica }) =>
    cancelledUs !== undefined &&
    (request.doneCount === 0 || cancelledUs < request.doneUs) &&
    !renewedUs[replica]?.some((renewed) => tUs <= renewed && renewed <= cancelledUs)
      ? [`request ${request.number} cancelled its attempt on replica ${replica} before its end`]
      : [],
  );
}

/**
 * With a replica that is well for long enough, a request is answered, and soon: it waits for at
 * most an attempt timeout on each other replica. One that is not idempotent may be stuck on a
 * replica that may have executed it; then it must be said so.
 */
function answeredInTime(history: History, request: RequestHistory): string[] {
  const { schedule } = history;
  const { number, sentUs, deadlineUs, result } = request;
  if (schedule.policy !== "adaptive" || schedule.family === "overload") return [];
  if (!request.isIdempotent && (result?.mayHaveExecuted ?? false)) return [];
  if (toldNotToRetry(history, request)) return [];
  // Both the first attempt and the last chance may meet one of several slow replicas.
  const slowed = slowedCount(schedule);
  if (slowed > 1) return [];
  for (const replica of schedule.replicas.keys()) {
    const fine = finePeriod(history, replica, { fromUs: sentUs, toUs: deadlineUs });
    if (fine === undefined) continue;
    const patienceUs = patienceMs(history, replica, { sentUs, ...fine }) * 1000;
    const fromUs = slowed > 0 ? Math.max(fine.fromUs, lastChanceUs(request)) : fine.fromUs;
    const latestUs = fromUs + patienceUs;
    if (latestUs >= fine.toUs) continue;
    const name = `request ${number}, for which replica ${replica} was well,`;
    if (result?.answer === undefined) return [`${name} was lost: ${result?.detail}`];
    if (request.doneUs > latestUs) {
      const lateMs = (request.doneUs - latestUs) / 1000;
      return [`${name} was answered ${lateMs.toFixed(3)} ms later than it had to be`];
    }
  }
  return [];
}

/** A replica that is slow but alive is no silent one: for want of budget it may be waited for. */
function slowedCount({ faults }: Schedule): number {
  const slowed = faults.filter(({ effect: { kind } }) => kind === "slow" || kind === "limp");
  return new Set(slowed.map(({ replica }) => replica)).size;
}

function lastChanceUs({ sentUs, deadlineUs }: RequestHistory): number {
  return sentUs + (deadlineUs - sentUs) * limits.lastChanceShare;
}

/** A replica has refused it and asked not to be asked again: what is open elsewhere must do. */
function toldNotToRetry({ schedule }: History, { reports }: RequestHistory): boolean {
  const isTold = schedule.faults.some(
    ({ effect }) => effect.kind === "application" && effect.result.pushback === "never",
  );
  return isTold && reports.some(({ status }) => status === "RESOURCE_EXHAUSTED");
}

/** From when a replica is well on, the longest that a request may take all the same. */
function patienceMs(
  history: History,
  replica: number,
  { sentUs, fromUs, toUs }: { sentUs: number; fromUs: number; toUs: number },
): number {
  const { schedule } = history;
  const timeoutMs = longestTimeoutMs(history, sentUs, toUs);
  const serviceMs = longestServiceMs(history, replica, fromUs);
  const others = schedule.replicas.length - 1;
  return (others + 2) * timeoutMs + 3 * serviceMs + limits.allOutPauseMs + returnMs(schedule);
}

/**
 * At no instant more hedges than the first tokens and the share of the requests so far. Those of a
 * request that has waited for half its time do not count: no bound loses a request.
 */
function hedgesWithinBudget({ schedule, requests }: History): string[] {
  const hedgesUs = requests
    .flatMap((request) =>
      request.attempts.filter(
        ({ need, tUs }) => need === "slowness" && tUs < lastChanceUs(request),
      ),
    )
    .map(({ tUs }) => tUs)
    .sort((a, b) => a - b);
  for (const [index, tUs] of hedgesUs.entries()) {
    const sentCount = requests.filter(({ sentUs }) => sentUs <= tUs).length;
    const budget = limits.hedgeBudgetInitialTokens + schedule.hedgeBudgetShare * sentCount;
    if (index + 1 > budget + 1e-6) {
      return [`${index + 1} hedges after ${sentCount} requests: the budget is ${budget}`];
    }
  }
  return [];
}

/** The reported changes of a replica's state, each from one state to one that may follow it. */
const successors: Readonly<Record<ReplicaState, readonly ReplicaState[]>> = {
  healthy: ["suspect", "down"],
  suspect: ["healthy", "down"],
  down: ["healthy", "probing"],
  probing: ["healthy", "suspect", "down"],
};

function impossibleChanges({ changes, schedule }: History): string[] {
  return schedule.replicas.flatMap((_, replica) => {
    let before: ReplicaState = "probing";
    return changes
      .filter(({ endpoint }) => replicaAt(endpoint) === replica)
      .flatMap(({ state, standing }) => {
        if (standing !== undefined) {
          const isOther = standing === "leaving" && state !== before;
          before = state;
          return isOther ? [`replica ${replica} is said to leave as ${state}`] : [];
        }
        const isPossible = successors[before].includes(state);
        const text = `replica ${replica} went from ${before} to ${state}`;
        before = state;
        return isPossible ? [] : [text];
      });
  });
}

/** A replica that is well again, and idle, gets the requests whose turn begins with it. */
function usedAgain(history: History): string[] {
  const { schedule, requests } = history;
  if (schedule.policy !== "adaptive" || schedule.family === "overload") return [];
  // Whose turn it is depends on how many there are.
  if (hasAbsence(schedule)) return [];
  const toUs = requests.at(-1)?.sentUs ?? 0;
  return [...schedule.replicas.keys()].flatMap((replica) => {
    const fine = finePeriod(history, replica, { fromUs: 0, toUs });
    if (fine === undefined || fine.toUs !== toUs) return [];
    const serviceMs = longestServiceMs(history, replica, fine.fromUs);
    const backUs = fine.fromUs + (returnMs(schedule) + 2 * serviceMs) * 1000;
    const turns = requests.filter(
      ({ number, sentUs }) =>
        (number - 1) % schedule.replicas.length === replica &&
        sentUs > backUs &&
        isIdle(history, replica, sentUs),
    );
    const isUsed = requests.some(({ attempts }) =>
      attempts.some((attempt) => attempt.replica === replica && attempt.tUs > backUs),
    );
    return isUsed || turns.length < 2 ? [] : [`replica ${replica} missed ${turns.length} turns`];
  });
}

function hasAbsence({ faults }: Schedule): boolean {
  return faults.some(({ effect }) => effect.kind === "absent");
}

function isIdle({ requests }: History, replica: number, tUs: number): boolean {
  return requests.every(({ attempts }) =>
    attempts.every(
      (attempt) => attempt.replica !== replica || attempt.tUs >= tUs || attempt.endedUs < tUs,
    ),
  );
}

function leftBehind({ leftovers }: History): string[] {
  return Object.entries(leftovers).flatMap(([what, count]) =>
    count === 0 ? [] : [`left behind after the last deadline: ${count} ${what}`],
  );
}
