import type { Clock } from "../base/clock.ts";
import type { Endpoint } from "../base/endpoint.ts";
import type { StatusName } from "../rpc/status.ts";
import type { HedgeBudget } from "./hedge-budget.ts";
import type { Policy } from "./policy.ts";
import type { ReplicaSet } from "./replica-set.ts";

/** One logical call, to be answered by some replica before its deadline. */
export interface FailoverRequest {
  readonly id: string;
  /** Counts requests from 1. */
  readonly number: number;
  /** `/package.Service/Method`. */
  readonly path: string;
  readonly bytes: Uint8Array;
  /** Instant by which it must be answered, over all attempts. */
  readonly deadlineUs: number;
  /**
   * Whether its method is idempotent: otherwise it is never hedged, never moved, and retried only
   * when it provably was not executed.
   */
  readonly mayExecuteTwice: boolean;
  /** What goes with it, its id included; undefined: the id alone. */
  readonly metadata?: Readonly<Record<string, string>> | undefined;
  /**
   * Statuses that are answers when a replica sends them, beside those that only an application
   * makes.
   */
  readonly alsoAnswers?: ReadonlySet<StatusName> | undefined;
}

/** How a request ended, at `finishedUs`. */
export interface CallResult {
  readonly finishedUs: number;
  /** Attempts made, the first included. */
  readonly attemptCount: number;
  /** The replica that answered, else that of the last attempt; undefined when none was made. */
  readonly endpoint: Endpoint | undefined;
  /** The application's answer, whatever its status; undefined: no replica answered. */
  readonly answer: Answer | undefined;
  /** Why there is no answer. */
  readonly detail: string;
  /** Whether an attempt may have been executed. */
  readonly mayHaveExecuted: boolean;
  /** Whether the last attempt was answered after all, by a status that is no answer to build on. */
  readonly isRefused: boolean;
}

export interface Answer {
  readonly status: StatusName;
  readonly response: Uint8Array;
  readonly detail: string;
  /** The answering attempt's own time. */
  readonly serviceUs: number;
}

/** An attempt failed, was given up after silence, or answered too late to matter, at `tUs`. */
export interface AttemptFailure {
  readonly tUs: number;
  readonly request: FailoverRequest;
  readonly endpoint: Endpoint;
  readonly attempt: number;
  readonly status: StatusName;
  readonly detail: string;
  readonly ended: "failed" | "abandoned" | "late";
  readonly serviceUs: number;
  /** Whether the request goes on. */
  readonly isRetried: boolean;
}

/** Takes requests to their one outcome. */
export interface RequestClient {
  /** Attempt timeout in force; infinite when attempts have none of their own. */
  readonly attemptTimeoutMs: number;
  /** Hedges refused for want of budget, so far. */
  readonly refusedCount: number;
  /** `onDone` is called exactly once, with how the request ended. */
  start(request: FailoverRequest, onDone: (result: CallResult) => void): void;
}

/** What the requests of one client share. */
export interface ClientContext {
  readonly replicas: ReplicaSet;
  readonly policy: Policy;
  readonly clock: Clock;
  readonly budget: HedgeBudget;
  readonly onAttemptFailure: (failure: AttemptFailure) => void;
}
