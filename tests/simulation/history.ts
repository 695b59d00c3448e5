import type { Need } from "../../src/failover/policy.ts";
import type { ReplicaChange } from "../../src/failover/replica-set.ts";
import type { AttemptFailure, CallResult } from "../../src/failover/request.ts";
import type { Schedule } from "./schedule.ts";
import type { SimulatedCall } from "./simulated-call.ts";
import type { StreamHistory } from "./stream-history.ts";

/** All that happened in one run, as seen from outside the code under test. */
export interface History {
  readonly schedule: Schedule;
  readonly startUs: number;
  /** By number - 1. */
  readonly requests: RequestHistory[];
  readonly streams: StreamHistory[];
  /** Calls of requests, and of streams, per replica, as they were asked of its channel. */
  readonly calls: SimulatedCall[][];
  readonly streamCalls: SimulatedCall[][];
  /** When its channel became ready, and when it was asked for a new connection, per replica. */
  readonly readyUs: number[][];
  readonly renewedUs: number[][];
  readonly changes: ReplicaChange[];
  /** The attempt timeout from each instant on. */
  readonly timeouts: { readonly tUs: number; readonly timeoutMs: number }[];
  /** Rules that were seen to be broken while it ran. */
  readonly violations: string[];
  /** What was left after the last deadline. */
  leftovers: Leftovers;
  /** Timers of the whole simulation that fired. */
  stepCount: number;
}

export interface Leftovers {
  readonly clientTimers: number;
  readonly openAttempts: number;
  readonly inFlight: number;
  readonly waiting: number;
  /** Replicas that are to go, are down, and are still there. */
  readonly lingering: number;
  /** Streams that replicas still work on. */
  readonly served: number;
}

export interface RequestHistory {
  readonly number: number;
  readonly isIdempotent: boolean;
  readonly sentUs: number;
  readonly deadlineUs: number;
  readonly attempts: AttemptHistory[];
  readonly reports: AttemptFailure[];
  doneCount: number;
  doneUs: number;
  result: CallResult | undefined;
  executedCount: number;
  /** Attempts before this one belong to rounds that ended in waiting. */
  roundStart: number;
  /** The policy has told it to wait since its last attempt. */
  hasWaited: boolean;
  /** What the policy was last asked for. */
  need: Need;
}

export interface AttemptHistory {
  readonly tUs: number;
  readonly replica: number;
  readonly need: Need;
  isOpen: boolean;
  endedUs: number;
  cancelledUs: number | undefined;
  /** As the channel told it; undefined while open. */
  mayHaveExecuted: boolean | undefined;
}

export function isDone(request: RequestHistory): boolean {
  return request.doneCount > 0;
}
