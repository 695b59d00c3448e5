import type { Contestant } from "./contestants.ts";
import type { ClientResult, Execution, RequestResult } from "./record.ts";
import type { Scenario } from "./scenarios.ts";
import type { DoneStep } from "./timeline.ts";

/** All that a run left behind. */
export interface RunEvidence {
  readonly contestant: Contestant;
  readonly scenario: Scenario;
  readonly result: ClientResult;
  /** Of the client's requests, from all replicas. */
  readonly executions: readonly Execution[];
  readonly steps: readonly DoneStep[];
  readonly ports: readonly number[];
  /** When each replica last opened its port. */
  readonly openedUs: readonly (number | undefined)[];
}

/**
 * The figures of one run, or their medians. Latency is finished - scheduled of every request; a
 * lost one counts with the time until it was given up. Undefined: does not apply, or not known.
 */
export interface Figures {
  readonly requests: number;
  readonly lost: number;
  readonly wrong: number;
  readonly slow: number;
  readonly worstMs: number;
  readonly p999Ms: number;
  /** From its port's opening to the first answer from it; infinite: none came. */
  readonly restartedBackMs: number | undefined;
  /** From its SIGCONT to the first answer from it to a request due after; infinite: none came. */
  readonly resumedBackMs: number | undefined;
  readonly duplicates: number;
  readonly extraAttempts: number | undefined;
  /** Requests sent and not finished at the instants of the kills, together. */
  readonly inFlightAtKills: number;
  /** Of requests due in the scenario's window: executions beyond one each, in per cent of them. */
  readonly windowExtraPercent: number | undefined;
  readonly windowSlow: number | undefined;
  readonly windowWorstMs: number | undefined;
}

export const slowMs = 50;

export function figuresOf(evidence: RunEvidence): Figures {
  const { scenario, result, executions, steps } = evidence;
  const { requests } = result;
  const scheduled =
    evidence.contestant.name === "original"
      ? requests.length
      : Math.round((scenario.ratePerSecond * scenario.durationMs) / 1000);
  const count = (outcome: RequestResult["outcome"]) =>
    requests.filter((request) => request.outcome === outcome).length;
  const sortedMs = requests.map(latencyMs).sort((one, other) => one - other);
  const executedCounts = countById(executions.map(({ id }) => id));
  const kills = steps.filter(({ step }) => step.action === "kill");
  return {
    requests: scheduled,
    // A request without a record has no known end, which is no good end.
    lost: count("lost") + Math.max(0, scheduled - requests.length),
    wrong: count("wrong"),
    slow: sortedMs.filter((ms) => ms > slowMs).length,
    worstMs: sortedMs.at(-1) ?? Number.NaN,
    p999Ms: sortedMs[Math.floor(sortedMs.length * 0.999)] ?? Number.NaN,
    restartedBackMs: restartedBackMs(evidence),
    resumedBackMs: resumedBackMs(evidence),
    duplicates: executions.length - executedCounts.size,
    extraAttempts: extraAttempts(evidence),
    inFlightAtKills: kills.reduce((sum, { tUs }) => sum + inFlightAt(requests, tUs), 0),
    ...windowFigures(evidence, executedCounts),
  };
}

export function latencyMs({ dueUs, finishedUs }: RequestResult): number {
  return (finishedUs - dueUs) / 1000;
}

function countById(ids: readonly string[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const id of ids) counts.set(id, (counts.get(id) ?? 0) + 1);
  return counts;
}

function inFlightAt(requests: readonly RequestResult[], tUs: number): number {
  return requests.filter(({ dueUs, finishedUs }) => dueUs <= tUs && tUs < finishedUs).length;
}

/** The last restart of the timeline counts. */
function restartedBackMs(evidence: RunEvidence): number | undefined {
  const start = evidence.steps.findLast(({ step }) => step.action === "start");
  if (start === undefined) return undefined;
  const openedUs = evidence.openedUs[start.step.replica];
  if (openedUs === undefined || openedUs < start.tUs) return Number.POSITIVE_INFINITY;
  return firstAnswerMs(evidence, start.step.replica, openedUs, ({ finishedUs }) => finishedUs);
}

/** Answers to calls that piled up on the replica while it slept do not count. */
function resumedBackMs(evidence: RunEvidence): number | undefined {
  const resume = evidence.steps.findLast(({ step }) => step.action === "resume");
  if (resume === undefined) return undefined;
  return firstAnswerMs(evidence, resume.step.replica, resume.tUs, ({ dueUs }) => dueUs);
}

function firstAnswerMs(
  { result, ports }: RunEvidence,
  replica: number,
  fromUs: number,
  countsFrom: (request: RequestResult) => number,
): number {
  const finishedUs = result.requests
    .filter(({ outcome, port }) => outcome === "ok" && port === ports[replica])
    .filter((request) => countsFrom(request) >= fromUs)
    .map((request) => request.finishedUs);
  return (Math.min(Number.POSITIVE_INFINITY, ...finishedUs) - fromUs) / 1000;
}

function extraAttempts({ contestant, result, executions }: RunEvidence): number | undefined {
  switch (contestant.attemptsFrom) {
    case "client":
      return result.requests.reduce((sum, { attempts }) => sum + Math.max(0, attempts - 1), 0);
    case "replicas": {
      const extra = new Map<string, number>();
      for (const { id, previousAttempts } of executions) {
        extra.set(id, Math.max(extra.get(id) ?? 0, previousAttempts));
      }
      return extra.values().reduce((sum, attempts) => sum + attempts, 0);
    }
    case "nowhere":
      return undefined;
  }
}

function windowFigures(
  { scenario, result }: RunEvidence,
  executedCounts: ReadonlyMap<string, number>,
): Pick<Figures, "windowExtraPercent" | "windowSlow" | "windowWorstMs"> {
  const { windowMs } = scenario;
  if (windowMs === undefined) {
    return { windowExtraPercent: undefined, windowSlow: undefined, windowWorstMs: undefined };
  }
  const requests = result.requests.filter(({ dueUs }) => {
    const dueMs = (dueUs - result.startUs) / 1000;
    return dueMs >= windowMs.fromMs && dueMs < windowMs.toMs;
  });
  const extra = requests.reduce(
    (sum, { id }) => sum + Math.max(0, (executedCounts.get(id) ?? 0) - 1),
    0,
  );
  const latenciesMs = requests.map(latencyMs);
  return {
    windowExtraPercent: (100 * extra) / Math.max(1, requests.length),
    windowSlow: latenciesMs.filter((ms) => ms > slowMs).length,
    windowWorstMs: Math.max(0, ...latenciesMs),
  };
}

/**
 * Medians of each figure on its own; lost and wrong are the most of any run, since no run may lose
 * a request.
 */
export function medianFigures(runs: readonly Figures[]): Figures {
  const required = (pick: (run: Figures) => number) => median(runs.map(pick)) ?? Number.NaN;
  const optional = (pick: (run: Figures) => number | undefined) =>
    median(runs.map(pick).filter((value) => value !== undefined));
  return {
    requests: required((run) => run.requests),
    lost: Math.max(...runs.map((run) => run.lost)),
    wrong: Math.max(...runs.map((run) => run.wrong)),
    slow: required((run) => run.slow),
    worstMs: required((run) => run.worstMs),
    p999Ms: required((run) => run.p999Ms),
    restartedBackMs: optional((run) => run.restartedBackMs),
    resumedBackMs: optional((run) => run.resumedBackMs),
    duplicates: required((run) => run.duplicates),
    extraAttempts: optional((run) => run.extraAttempts),
    inFlightAtKills: required((run) => run.inFlightAtKills),
    windowExtraPercent: optional((run) => run.windowExtraPercent),
    windowSlow: optional((run) => run.windowSlow),
    windowWorstMs: optional((run) => run.windowWorstMs),
  };
}

/** The upper of the two middle values when there are two; undefined of nothing. */
export function median(values: readonly number[]): number | undefined {
  return values.toSorted((one, other) => one - other)[Math.floor(values.length / 2)];
}
