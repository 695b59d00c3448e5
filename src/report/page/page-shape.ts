/** What the page's script is given: facts as JSON, and the rows of two tables as bytes. */
export interface PageFacts {
  /** The run, or the several that are reported as one. */
  readonly runs: readonly PageRun[];
  /** Instant of 0 on the time axis, from which all others count; microseconds since the epoch. */
  readonly startUs: number;
  /** Ends of the time axis. */
  readonly fromUs: number;
  readonly toUs: number;
  /** Local time at the load minus UTC. */
  readonly utcOffsetMinutes: number;
  readonly endpoints: readonly string[];
  readonly errors: readonly string[];
  readonly faults: readonly PageFault[];
  readonly outages: readonly PageOutage[];
  readonly states: readonly StateSpan[];
  readonly gaps: readonly PageGap[];
  /** Vertices that streams brought, by parts of the run; empty when it had none. */
  readonly flows: readonly PageFlow[];
}

export interface PageRun {
  readonly run: string;
  /** Its requests' own numbers count from here among those of all. */
  readonly numberBase: number;
}

/** A page in the parts that differ from run to run. */
export interface PageParts {
  readonly title: string;
  /** All it says, as HTML. */
  readonly main: string;
  readonly facts: PageFacts;
  /** The rows of requests and of attempts, packed (table-coding.ts, gzip, base64). */
  readonly tables: string;
}

interface Span {
  readonly fromUs: number;
  readonly toUs: number;
}

export interface PageFault extends Span {
  /** Index in `endpoints`, as everywhere below. */
  readonly endpoint: number;
  readonly fault: string;
}

/** An outage; one that lasted to the end of the run ends there. */
export interface PageOutage extends Span {
  readonly endpoint: number;
  readonly cause: string;
  /** Instants, null where not known. */
  readonly detectionUs: number | null;
  readonly failoverUs: number | null;
  readonly rejoinUs: number | null;
}

export interface StateSpan extends Span {
  readonly endpoint: number;
  readonly state: string;
  readonly cause: string;
}

/** A stream stood still, and went on; -1 for a replica that is none of the run's. */
export interface PageGap extends Span {
  readonly from: number;
  readonly to: number;
}

export interface PageFlow extends Span {
  readonly items: number;
}

/** Columns of a table and how they are coded: as they are, or as the step from row to row. */
export type Coding = "plain" | "step";
export type TableShape = Readonly<Record<string, Coding>>;
export type Table<Shape extends TableShape> = Readonly<Record<keyof Shape, Float64Array>>;

/** Every request of which the ledger holds an outcome, in the order in which they ended. */
export const requestShape = {
  /** Counted from its run's numberBase, as that of an attempt. */
  number: "step",
  endedUs: "step",
  latencyUs: "plain",
  /** 0: none; else the index in `endpoints` plus 1. */
  endpointPlus1: "plain",
  attempts: "plain",
  /** Index in `outcomes`. */
  outcome: "plain",
} as const satisfies TableShape;

export type RequestTable = Table<typeof requestShape>;

export const outcomes = ["ok", "wrong", "failed", "indeterminate"] as const;

/** Attempts that failed, were abandoned or answered late, in the order in which that was known. */
export const attemptShape = {
  number: "step",
  endedUs: "step",
  serviceUs: "plain",
  endpoint: "plain",
  /** Index in `errors`. */
  error: "plain",
  isLate: "plain",
} as const satisfies TableShape;

export type AttemptTable = Table<typeof attemptShape>;
