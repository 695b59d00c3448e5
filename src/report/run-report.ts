import type { StreamFigures } from "./stream-report.ts";

/**
 * What a report says, as values: the text and the JSON are two spellings of it. Spans are
 * milliseconds (exact to the microsecond), instants are microseconds since the epoch, null is "not
 * known", and why is said in `remarks`.
 */
export interface Report {
  readonly schemaVersion: 1;
  readonly reports: readonly RunReport[];
  /** Client runs that the same ledgers hold and that are not reported. */
  readonly otherRuns: readonly RunName[];
  readonly files: readonly FileFigures[];
}

export interface RunName {
  readonly run: string;
  readonly startedUs: number;
  /** Local time at the load, to the second. */
  readonly started: string;
}

export interface FileFigures {
  readonly path: string;
  readonly recordCount: number;
  /** Torn, foreign or of an unknown kind. */
  readonly skippedLineCount: number;
  readonly holds: readonly FileContent[];
}

export type FileContent = "client" | "server" | "fault";

export interface RunReport {
  readonly run: RunFacts;
  readonly verdict: Verdict;
  readonly requests: RequestFigures;
  readonly duration: DurationFigures;
  readonly throughput: ThroughputFigures;
  readonly latency: LatencyFigures;
  readonly lag: LagFigures;
  readonly attempts: AttemptFigures;
  readonly replicas: readonly ReplicaFigures[];
  readonly recovery: RecoveryFigures;
  readonly outages: readonly OutageFigures[];
  /** The outages of one cause taken together, the most frequent cause first. */
  readonly outagesByCause: readonly CauseFigures[];
  /** Null when the run has none. */
  readonly streams: StreamFigures | null;
  readonly executions: ExecutionFigures;
  readonly restarts: readonly RestartFact[];
  readonly clocks: readonly ClockOffset[];
  readonly stateChanges: readonly StateChange[];
  /** What could not be said, and why. */
  readonly remarks: readonly string[];
}

export interface RunFacts extends RunName {
  readonly endedUs: number;
  readonly version: string | null;
  readonly host: string | null;
  readonly utcOffset: string | null;
  /** `normal`, `interrupted`, or null when the load left no footer. */
  readonly endReason: string | null;
  readonly config: Readonly<Record<string, string>>;
  /**
   * The runs of several load machines that this is one report over; empty when it is of one run.
   * `run` then names them all, joined by +.
   */
  readonly parts: readonly RunPart[];
}

export interface RunPart extends RunName {
  readonly host: string | null;
  readonly scheduled: number;
  readonly ok: number;
}

export interface RequestFigures {
  readonly scheduled: number;
  /** False: without a footer, more may have been scheduled than the records show. */
  readonly scheduledIsExact: boolean;
  readonly ok: number;
  readonly wrong: number;
  readonly failed: number;
  readonly indeterminate: number;
  /** Of the failed: never left, because too many were in flight. */
  readonly notSent: number;
  /** Scheduled and not ended ok. */
  readonly lost: number;
  /** Of the lost: without any outcome in the ledger. */
  readonly unaccounted: number;
  /** ok / scheduled, null when nothing was scheduled. */
  readonly successShare: number | null;
  /** Requests that needed more than one attempt. */
  readonly retried: number;
  /** Requests with more than one outcome in the ledger. */
  readonly contradictory: number;
  /** Records that the load says it could not write; null without a footer. */
  readonly lostRecords: number | null;
}

export interface DurationFigures {
  readonly plannedMs: number | null;
  readonly heldMs: number;
  /** `records`: there is no footer, so held is up to the last record. */
  readonly heldFrom: "footer" | "records";
  readonly plannedPerSecond: number | null;
  /** Requests that left, per second held. */
  readonly sentPerSecond: number | null;
  readonly okPerSecond: number | null;
}

/** Requests that ended ok, by local second of their record: the guide's script groups the same. */
export interface ThroughputFigures {
  /** Seconds in which at least one request ended ok. */
  readonly secondCount: number;
  /** Seconds between the first and last of them in which none did. */
  readonly emptySecondCount: number;
  readonly okPerSecondMin: number | null;
  readonly okPerSecondMean: number | null;
  readonly okPerSecondMax: number | null;
  readonly seconds: readonly { readonly second: string; readonly ok: number }[];
}

export interface LatencyQuantiles {
  readonly count: number;
  readonly p50Ms: number | null;
  readonly p95Ms: number | null;
  readonly p99Ms: number | null;
  readonly p999Ms: number | null;
  readonly maxMs: number | null;
  readonly meanMs: number | null;
}

export interface LatencyFigures {
  readonly ok: LatencyQuantiles;
  /**
   * The same with every lost request counted at its deadline; null when the deadline is not known.
   */
  readonly withLostAtDeadline: LatencyQuantiles | null;
  /** Of the ok: those of affected requests, and all the others. */
  readonly affected: LatencyQuantiles;
  readonly healthy: LatencyQuantiles;
  /**
   * By how much of its value a quantile may be off: 0 when they are exact, as they are up to
   * limits.exactQuantileMaxCount requests. The worst and the mean always are.
   */
  readonly errorShare: number;
  readonly deadlineMs: number | null;
  /** Slower than this is noticed; lost requests count as slow. */
  readonly slowMs: number;
  readonly slowCount: number;
  /** What these figures leave out or cannot show, as sentences. */
  readonly caveats: readonly string[];
}

export interface LagFigures {
  readonly p99Ms: number | null;
  readonly maxMs: number | null;
  /** Requests that left later than limits.lagLateMs after they were due. */
  readonly lateCount: number;
}

export interface ErrorCount {
  readonly error: string;
  readonly count: number;
}

export interface AttemptFigures {
  /** Of requests that ended. */
  readonly total: number;
  readonly failed: number;
  /** Attempts answered after their request had moved on. */
  readonly late: number;
  readonly errors: readonly ErrorCount[];
  readonly hedgesRefused: number;
}

export interface ReplicaFigures {
  readonly endpoint: string;
  readonly ok: number;
  readonly wrong: number;
  readonly failedAttempts: number;
  readonly errors: readonly ErrorCount[];
  readonly serviceP50Ms: number | null;
  readonly serviceP99Ms: number | null;
  /** In its server ledgers, of this run's requests; null when there is none. */
  readonly executions: number | null;
  /** How often the client saw it enter each state. */
  readonly states: readonly { readonly state: string; readonly count: number }[];
}

/**
 * A request is affected when an attempt of it failed, or when it waited more than limits.slowMs for
 * a replica; its recovery runs from then to its own ok.
 */
export interface RecoveryFigures {
  readonly affectedCount: number;
  /** Affected and ended ok. */
  readonly recoveredCount: number;
  readonly p50Ms: number | null;
  readonly worstMs: number | null;
}

export interface OutageFigures {
  /** The run whose client saw it: the instants below are those of its host. */
  readonly run: string;
  readonly endpoint: string;
  /** The fault's name, several joined by +, or `unknown` when no fault ledger tells. */
  readonly cause: string;
  /** `fault`: when the fault's effect was observed; `attempt`: when the first attempt failed. */
  readonly beginFrom: "fault" | "attempt";
  readonly beginUs: number;
  readonly begin: string;
  /**
   * When it answered and then showed no further sign of trouble for limits.outageSettleMs; null
   * when it did not before the run's end.
   */
  readonly endUs: number | null;
  /** How often it answered, and failed again before the outage was over. */
  readonly flapCount: number;
  /** False: a fault that the client had no sign of, and that affected nobody. */
  readonly noticed: boolean;
  /**
   * Never negative: 0 (at once) also when the client saw it within the second before the fault tool
   * had proved it. Null without a fault ledger or a sign, or when the sign came earlier still,
   * which a remark then says.
   */
  readonly detectionMs: number | null;
  /** Until the first affected request was answered elsewhere; never negative, as detectionMs. */
  readonly failoverMs: number | null;
  /** Until the first answer of the replica itself. */
  readonly rejoinMs: number | null;
  /** The worst of its affected requests that ended ok, and which one that was. */
  readonly recoveryMs: number | null;
  readonly worstRequest: string | null;
  readonly affectedCount: number;
  readonly recoveredCount: number;
  /** Of the affected: scheduled and not ended ok; wrong and indeterminate are some of these. */
  readonly lostCount: number;
  readonly wrongCount: number;
  readonly indeterminateCount: number;
  /** The first of the lost, in the order of their numbers. */
  readonly lostRequests: readonly string[];
  /** Latency of its affected requests that ended ok. */
  readonly affectedP50Ms: number | null;
  readonly affectedP99Ms: number | null;
  /** Latency of requests that ended ok during the outage and that no outage affected. */
  readonly healthyP50Ms: number | null;
  readonly healthyP99Ms: number | null;
  /**
   * Windows on the instants at which requests ended ok. `during`: the outage. `before` and `after`:
   * as long as the outage, at least limits.outageWindowMinMs, cut short by the load and by other
   * outages of any replica; 0 when nothing is left. A rate over less than limits.outageRateMinMs is
   * null.
   */
  readonly beforeSpanMs: number;
  readonly beforeOkPerSecond: number | null;
  readonly beforeP99Ms: number | null;
  readonly duringSpanMs: number;
  readonly duringOkPerSecond: number | null;
  readonly duringP99Ms: number | null;
  readonly afterSpanMs: number;
  readonly afterOkPerSecond: number | null;
  readonly afterP99Ms: number | null;
}

/** Outages by the same fault (or by several at once: stall+crash), as distributions. */
export interface CauseFigures {
  readonly cause: string;
  readonly outageCount: number;
  readonly unnoticedCount: number;
  /** Outages that were not over when the run ended. */
  readonly unendedCount: number;
  readonly affectedCount: number;
  readonly lostCount: number;
  readonly detection: SpanDistribution;
  readonly failover: SpanDistribution;
  readonly recovery: SpanDistribution;
  readonly rejoin: SpanDistribution;
}

/** Of the outages of which the span is known; all null when it is of none. */
export interface SpanDistribution {
  readonly count: number;
  readonly minMs: number | null;
  readonly p50Ms: number | null;
  readonly p90Ms: number | null;
  readonly maxMs: number | null;
}

export interface ExecutionFigures {
  /** Of this run's requests, in all server ledgers. */
  readonly total: number;
  /** Answered by a refusal such as INVALID_ARGUMENT: not executed, not in total. */
  readonly refused: number;
  readonly duplicateRequestCount: number;
  readonly duplicates: readonly DuplicateExecution[];
  /** Ended ok though no server ledger holds an execution; null when a server ledger is missing. */
  readonly okNotExecutedCount: number | null;
  /**
   * Executions recorded after the client had given up on their request: it had ended `failed` or
   * `indeterminate` by then, whatever the clocks' error.
   */
  readonly afterGivenUpCount: number;
  readonly afterGivenUp: readonly LateExecution[];
  /** Executions of requests given up of which the clocks' error leaves open whether they are. */
  readonly afterGivenUpUnknownCount: number;
  /** Executions recorded after their request had ended ok: a hedge or a move overtook them. */
  readonly overtakenCount: number;
  /** Executions beyond the first of each request. */
  readonly repeatedCount: number;
  /** Executed requests of which the client ledger holds no outcome. */
  readonly executedWithoutOutcomeCount: number;
  /** Replicas of the run whose server ledger was not given or holds nothing of the run. */
  readonly missingServerLedgers: readonly string[];
  readonly serverLedgers: readonly ServerLedgerFigures[];
  /** Why server ledgers may not hold every execution, as sentences; empty when they do. */
  readonly incomplete: readonly string[];
  /** Keys of these figures that may be higher than they say, as the ledgers are incomplete. */
  readonly lowerBounds: readonly string[];
  /** Keys of these figures that may be lower than they say. */
  readonly upperBounds: readonly string[];
}

export interface LateExecution {
  readonly request: string;
  readonly endpoint: string;
  /** At least this long after the client had given up. */
  readonly afterMs: number;
}

/** One life of a server process that executed requests of the run, or could have. */
export interface ServerLedgerFigures {
  readonly endpoint: string;
  readonly path: string;
  readonly pid: number | null;
  /** Of this run's requests, refusals not counted. */
  readonly executions: number;
  readonly hasHeader: boolean;
  /** False: it crashed, or still runs. */
  readonly hasFooter: boolean;
  /** Of the whole file. */
  readonly skippedLineCount: number;
}

export interface DuplicateExecution {
  readonly request: string;
  readonly executions: readonly { readonly endpoint: string; readonly tUs: number }[];
}

/** A replica was started while the run was on. */
export interface RestartFact {
  readonly endpoint: string;
  readonly tUs: number;
  readonly at: string;
  readonly by: string;
  readonly pid: number;
  /** How its predecessor ended, where a supervisor saw it. */
  readonly after: string | null;
}

/**
 * Server clock minus client clock, bounded by cause and effect: an execution is recorded after its
 * request left and before the answer came.
 */
export interface ClockOffset {
  /** The run of the client. */
  readonly run: string;
  readonly endpoint: string;
  readonly pid: number | null;
  readonly offsetMinMs: number;
  readonly offsetMaxMs: number;
}

export interface StateChange {
  readonly tUs: number;
  readonly endpoint: string;
  readonly state: string;
  readonly cause: string;
}

export interface Verdict {
  readonly result: "verified" | "not-verified" | "inconclusive";
  readonly reasons: readonly string[];
  readonly criteria: readonly Criterion[];
}

export interface Criterion {
  readonly name: string;
  readonly required: string;
  readonly actual: string;
  readonly met: "yes" | "no" | "unknown";
  /** Empty when met. */
  readonly why: string;
}
