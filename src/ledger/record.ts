/**
 * The records of what happened. `load`, `replica` and `fault` write them, `report` reads them, and
 * none of these knows another. Instants are microseconds since the epoch (base/clock); spans are
 * whole microseconds so that what is written is exactly what is read back.
 */
export type LedgerRecord =
  | RunRecord
  | EndRecord
  | OkRecord
  | AttemptRecord
  | RequestRecord
  | ReplicaRecord
  | TickRecord
  | ExecutionRecord
  | FaultRecord
  | RestartRecord
  | StreamRecord
  | GapRecord
  | FlowRecord;

interface Timed {
  /** When it happened. */
  readonly tUs: number;
}

/** A run begins: of `load`, `serve`, `fault`; whatever follows in the file belongs to it. */
export interface RunRecord extends Timed {
  readonly kind: "run";
  readonly run: string;
  readonly command: string;
  readonly version: string;
  readonly pid: number;
  readonly host: string;
  /** Identifies this boot of the host; monotonic instants compare only within one. */
  readonly boot: string;
  readonly utcOffset: string;
  readonly seed: number;
  /** The complete configuration, one entry per flag, in the units its key names. */
  readonly config: Readonly<Record<string, string>>;
}

/** A run ends as planned or on request; its totals. */
export interface EndRecord extends Timed {
  readonly kind: "end";
  readonly run: string;
  /** `normal`, `interrupted`, ... */
  readonly reason: string;
  readonly totals: Readonly<Record<string, string>>;
}

/** A request ended ok at `tUs`; scheduled = tUs - latencyUs, sent = scheduled + lagUs. */
export interface OkRecord extends Timed {
  readonly kind: "ok";
  readonly request: string;
  readonly endpoint: string;
  readonly latencyUs: number;
  readonly lagUs: number;
  /** The answering attempt's own time. */
  readonly serviceUs: number;
  /** Attempts made, the first included. */
  readonly attempts: number;
  /** Of a call that is answered by a stream: how many messages the answer has. */
  readonly messages?: number;
  /** From the sending of the answering attempt to its first message; absent when it has none. */
  readonly firstUs?: number;
  /** The answer's status, of a call that may rightly be answered by another; absent: OK. */
  readonly status?: string;
}

/** An attempt that failed, was abandoned, or answered late, at `tUs`; sent at tUs - serviceUs. */
export interface AttemptRecord extends Timed {
  readonly kind: "attempt";
  readonly request: string;
  readonly endpoint: string;
  /** A gRPC status name such as UNAVAILABLE. */
  readonly error: string;
  /** 1 is the request's first. */
  readonly attempt: number;
  readonly ended: "failed" | "abandoned" | "late";
  readonly serviceUs: number;
  readonly detail: string;
}

/** A request that ended otherwise than ok at `tUs`; scheduled = tUs - elapsedUs. */
export interface RequestRecord extends Timed {
  readonly kind: "request";
  readonly request: string;
  readonly outcome: "wrong" | "failed" | "indeterminate";
  /** The replica of the last attempt; empty when none was made. */
  readonly endpoint: string;
  readonly attempts: number;
  readonly elapsedUs: number;
  readonly lagUs: number;
  readonly detail: string;
}

/** The client saw a replica change its state. */
export interface ReplicaRecord extends Timed {
  readonly kind: "replica";
  readonly run: string;
  readonly endpoint: string;
  readonly state: ReplicaStateName;
  readonly cause: string;
}

export type ReplicaStateName = "healthy" | "suspect" | "down" | "probing";

/** Once a second: what the schedule asked in that second and what became of it. */
export interface TickRecord extends Timed {
  readonly kind: "tick";
  readonly run: string;
  /** Seconds since the start, 1 for the first. */
  readonly second: number;
  readonly scheduled: number;
  /** Requests the schedule wanted that never left, because too many were in flight. */
  readonly notSent: number;
  /** Hedges the budget refused. */
  readonly refused: number;
  readonly inFlight: number;
  readonly lagMaxUs: number;
  /** The attempt timeout in force. */
  readonly attemptTimeoutUs: number;
}

/** A replica executed a request, written before the answer leaves. */
export interface ExecutionRecord extends Timed {
  readonly kind: "execution";
  /** The client's x-request-id; empty when it sent none. */
  readonly request: string;
  readonly attempt: number;
  readonly code: string;
  readonly durationUs: number;
  readonly found: boolean;
  readonly visited: number;
}

/** A fault took effect or was undone at `tUs`: when the effect was observed, not asked for. */
export interface FaultRecord extends Timed {
  readonly kind: "fault";
  readonly run: string;
  readonly fault: string;
  readonly phase: "begin" | "end";
  readonly port: number;
  readonly pid: number;
  readonly process: string;
}

/** A supervisor started a replica again. */
export interface RestartRecord extends Timed {
  readonly kind: "restart";
  readonly run: string;
  readonly endpoint: string;
  /** Who restarted it, such as `supervisor`. */
  readonly by: string;
  readonly pid: number;
  /** How its predecessor ended, such as `SIGKILL` or `status 1`. */
  readonly after: string;
}

/** A stream ended at `tUs`; it began at tUs - elapsedUs. */
export interface StreamRecord extends Timed {
  readonly kind: "stream";
  /** Its id is RUN-sN. */
  readonly stream: string;
  /**
   * `ok`: complete and right. `stopped`: by us, at the end of the load, right as far as it came;
   * not lost.
   */
  readonly outcome: "ok" | "stopped" | "wrong" | "failed";
  /** The replica of the last attempt; empty when none was made. */
  readonly endpoint: string;
  readonly attempts: number;
  readonly elapsedUs: number;
  /** Vertices, or messages of another service's stream. */
  readonly items: number;
  /** Why, unless ok. */
  readonly detail: string;
}

/** A stream that had stood still for `gapUs` went on at `tUs` with another attempt. */
export interface GapRecord extends Timed {
  readonly kind: "gap";
  readonly stream: string;
  readonly gapUs: number;
  readonly from: string;
  readonly to: string;
  /** Items taken before it. */
  readonly items: number;
  /** How the attempt before it ended, a gRPC status name. */
  readonly error: string;
  readonly detail: string;
}

/** Once a second while streams run: what they brought in that second. */
export interface FlowRecord extends Timed {
  readonly kind: "flow";
  readonly run: string;
  /** Counts from 1. */
  readonly second: number;
  /** Streams open at its end. */
  readonly open: number;
  readonly items: number;
}

/** The run a request's or stream's id belongs to: ids are RUN-N and RUN-sN. */
export function runOfRequest(request: string): string {
  const dash = request.lastIndexOf("-");
  return dash < 0 ? "" : request.slice(0, dash);
}

export function requestId(run: string, number: number): string {
  return `${run}-${number}`;
}

/** Streams are counted apart from requests, and no reader of requests takes one for the other. */
export function streamId(run: string, number: number): string {
  return `${run}-s${number}`;
}
