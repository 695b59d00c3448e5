import type { RunReport } from "../run-report.ts";
import type { PageParts } from "./page-shape.ts";

/**
 * What a page that follows a run is told, as the JSON of the events `anew` (LiveBegin: forget all
 * and begin), `update` (LiveUpdate: for each second that is over) and `final` (LiveFinal: once).
 * How the page applies them: `anew` replaces its text and all it knows; `update` appends rows and
 * changes of state, and replaces the totals; `final` replaces everything by the finished report,
 * the same as the one that is written to a file. Instants are microseconds since the epoch;
 * replicas are indexes into those of LiveRun, -1 for none of them.
 */
export interface LiveRun {
  readonly run: string;
  readonly startUs: number;
  readonly version: string;
  readonly utcOffset: string;
  readonly config: Readonly<Record<string, string>>;
  readonly replicas: readonly string[];
}

export interface LiveBegin extends LiveRun {
  /** What the page shows while the run lasts, as HTML; its figures are filled in by its script. */
  readonly main: string;
}

export interface LiveUpdate {
  /** The second that is told here, counted from 0 at the run's start. */
  readonly second: number;
  readonly totals: LiveTotals;
  /**
   * Replicas that have come in this second. Who begins anew is told of them from the start, and a
   * page that was not does so: its charts are of a number of replicas.
   */
  readonly newReplicas: readonly string[];
  /** Of the requests that ended ok in this second: how many on each replica. */
  readonly okByReplica: readonly number[];
  readonly lost: number;
  readonly p50Us: number | null;
  readonly p99Us: number | null;
  readonly maxUs: number | null;
  readonly requests: LiveRequests;
  readonly attempts: readonly LiveAttempt[];
  readonly states: readonly LiveState[];
  readonly faults: readonly LiveFault[];
  readonly restarts: readonly LiveRestart[];
  readonly gaps: readonly LiveGap[];
  /** Null while the run has told of none. */
  readonly streams: LiveStreams | null;
}

/** Up to the end of the second; scheduled and in flight up to the load's own last second. */
export interface LiveTotals {
  readonly scheduled: number;
  readonly ok: number;
  readonly wrong: number;
  readonly failed: number;
  readonly indeterminate: number;
  readonly inFlight: number;
}

/** Requests that ended in the second, column by column: the lost, the slowest, and a sample. */
export interface LiveRequests {
  /** Of how many. */
  readonly count: number;
  readonly number: readonly number[];
  readonly endUs: readonly number[];
  readonly latencyUs: readonly number[];
  readonly replica: readonly number[];
  readonly attempts: readonly number[];
  readonly outcome: readonly string[];
}

/** An attempt that failed, was abandoned, or answered late; of very many in a second, the first. */
export interface LiveAttempt {
  readonly number: number;
  readonly endUs: number;
  readonly serviceUs: number;
  readonly replica: number;
  readonly error: string;
  readonly isLate: boolean;
}

export interface LiveState {
  readonly tUs: number;
  readonly replica: number;
  readonly state: string;
  readonly cause: string;
}

export interface LiveFault {
  readonly tUs: number;
  readonly replica: number;
  readonly port: number;
  readonly fault: string;
  readonly phase: "begin" | "end";
}

export interface LiveRestart {
  readonly tUs: number;
  readonly replica: number;
  readonly after: string;
}

/** A stream stood still for `gapUs`, and went on at `tUs`. */
export interface LiveGap {
  readonly tUs: number;
  readonly gapUs: number;
  readonly number: number;
  readonly from: number;
  readonly to: number;
  readonly items: number;
  readonly error: string;
}

/** Up to the end of the second; open and items as the load's own last second told them. */
export interface LiveStreams {
  readonly open: number;
  /** Vertices in that second. */
  readonly items: number;
  readonly complete: number;
  readonly lost: number;
  readonly gaps: number;
}

/** Both null when the run ended without a report. */
export interface LiveFinal {
  readonly report: Pick<RunReport, "verdict"> | null;
  readonly page: PageParts | null;
}
