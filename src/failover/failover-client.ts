import type { Clock } from "../base/clock.ts";
import { type Endpoint, formatEndpoint } from "../base/endpoint.ts";
import type { UnaryResult } from "../rpc/channel.ts";
import { isAnswer, type StatusName } from "../rpc/status.ts";
import type { Policy, Step } from "./policy.ts";
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
   * Whether its method is idempotent: otherwise it is retried only when it provably was not
   * executed.
   */
  readonly mayExecuteTwice: boolean;
}

/** How a request ended, at `finishedUs`. */
export interface CallResult {
  readonly finishedUs: number;
  /** Attempts made, the first included. */
  readonly attemptCount: number;
  /** The replica of the last attempt; undefined when none was made. */
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

/** An attempt failed, or was abandoned after silence, at `tUs`. */
export interface AttemptFailure {
  readonly tUs: number;
  readonly request: FailoverRequest;
  readonly endpoint: Endpoint;
  readonly attempt: number;
  readonly status: StatusName;
  readonly detail: string;
  readonly ended: "failed" | "abandoned";
  readonly serviceUs: number;
  /** Whether the request goes on. */
  readonly isRetried: boolean;
}

export interface FailoverClientOptions {
  readonly replicas: ReplicaSet;
  readonly policy: Policy;
  readonly clock: Clock;
  readonly onAttemptFailure?: (failure: AttemptFailure) => void;
}

/** What a request knows of itself between attempts. */
interface Progress {
  readonly tried: number[];
  waited: boolean;
  mayHaveExecuted: boolean;
  isRefused: boolean;
  endpoint: Endpoint | undefined;
  detail: string;
}

interface AttemptResult extends UnaryResult {
  readonly isSilent: boolean;
  readonly serviceUs: number;
  readonly finishedUs: number;
}

/** Calls one request over many replicas, as its policy says. */
export class FailoverClient {
  readonly #replicas: ReplicaSet;
  readonly #policy: Policy;
  readonly #clock: Clock;
  readonly #onAttemptFailure: (failure: AttemptFailure) => void;

  constructor(options: FailoverClientOptions) {
    this.#replicas = options.replicas;
    this.#policy = options.policy;
    this.#clock = options.clock;
    this.#onAttemptFailure = options.onAttemptFailure ?? (() => undefined);
  }

  /** Never rejects for anything a replica does: the result says how the request ended. */
  async call(request: FailoverRequest): Promise<CallResult> {
    const progress: Progress = {
      tried: [],
      waited: false,
      mayHaveExecuted: false,
      isRefused: false,
      endpoint: undefined,
      detail: "no attempt was made",
    };
    let step = this.#next(request, progress);
    while (step.kind !== "end") {
      if (step.kind === "wait") {
        progress.waited = await this.#replicas.untilOneReturns(this.#remainingMs(request));
        step = progress.waited ? this.#next(request, progress) : { kind: "end" };
        continue;
      }
      const result = await this.#attempt(request, progress, step.replica);
      if (result.status === "OK" || isAnswer(result.status)) {
        return this.#answered(result, progress);
      }
      step = this.#next(request, progress);
      this.#reportFailure(request, progress, result, step);
    }
    return {
      finishedUs: this.#clock.nowUs(),
      attemptCount: progress.tried.length,
      endpoint: progress.endpoint,
      answer: undefined,
      detail: progress.detail,
      mayHaveExecuted: progress.mayHaveExecuted,
      isRefused: progress.isRefused,
    };
  }

  #remainingMs(request: FailoverRequest): number {
    return (request.deadlineUs - this.#clock.nowUs()) / 1000;
  }

  #next(request: FailoverRequest, progress: Progress): Step {
    const mustStop = progress.mayHaveExecuted && !request.mayExecuteTwice;
    if (mustStop || this.#remainingMs(request) <= 0) return { kind: "end" };
    const view = { number: request.number, tried: progress.tried, waited: progress.waited };
    return this.#policy.next(view, this.#replicas.states);
  }

  async #attempt(
    request: FailoverRequest,
    progress: Progress,
    replica: number,
  ): Promise<AttemptResult> {
    const channel = this.#replicas.channel(replica);
    const sentUs = this.#clock.nowUs();
    const remainingMs = this.#remainingMs(request);
    progress.tried.push(replica);
    progress.waited = false;
    progress.endpoint = channel.endpoint;
    const call = channel.unary({
      path: request.path,
      request: request.bytes,
      // The server learns the whole remaining time: only this client knows when it will turn
      // elsewhere.
      timeoutMs: remainingMs,
      metadata: metadataOf(request, progress.tried.length),
    });
    let isSilent = false;
    const stopWaiting = this.#clock.after(
      Math.min(this.#policy.attemptTimeoutMs ?? Number.POSITIVE_INFINITY, remainingMs),
      () => {
        isSilent = true;
        call.cancel();
      },
    );
    const result = await call.result;
    stopWaiting();
    const finishedUs = this.#clock.nowUs();
    const spans = { serviceUs: finishedUs - sentUs, finishedUs };
    // An answer that crossed the cancellation still counts.
    const isOurEnd = result.status === "CANCELLED" || result.status === "DEADLINE_EXCEEDED";
    isSilent = isOurEnd && !result.isFromPeer && (isSilent || result.status !== "CANCELLED");
    const outcome: AttemptResult = isSilent
      ? {
          ...spans,
          isSilent,
          status: "DEADLINE_EXCEEDED",
          detail: `no answer within ${Math.round(spans.serviceUs / 1000)} ms`,
          mayHaveExecuted: result.mayHaveExecuted,
          isFromPeer: false,
        }
      : { ...spans, isSilent, ...result };
    this.#learn(replica, outcome);
    progress.mayHaveExecuted ||= outcome.mayHaveExecuted;
    progress.isRefused = outcome.isFromPeer;
    progress.detail = `${outcome.status} from ${formatEndpoint(channel.endpoint)}: ${outcome.detail}`;
    return outcome;
  }

  /** Broken connections are the channel's to report; an attempt shows silence or an answer. */
  #learn(replica: number, result: AttemptResult): void {
    if (result.isSilent) this.#replicas.observe(replica, "silent", result.detail);
    else if (result.status === "OK" || isAnswer(result.status)) {
      this.#replicas.observe(replica, "answered", "answer");
    }
  }

  #answered(result: AttemptResult, progress: Progress): CallResult {
    return {
      finishedUs: result.finishedUs,
      attemptCount: progress.tried.length,
      endpoint: progress.endpoint,
      answer: {
        status: result.status,
        response: result.response ?? new Uint8Array(),
        detail: result.detail,
        serviceUs: result.serviceUs,
      },
      detail: result.detail,
      mayHaveExecuted: true,
      isRefused: false,
    };
  }

  #reportFailure(
    request: FailoverRequest,
    progress: Progress,
    result: AttemptResult,
    step: Step,
  ): void {
    if (progress.endpoint === undefined) return;
    this.#onAttemptFailure({
      tUs: result.finishedUs,
      request,
      endpoint: progress.endpoint,
      attempt: progress.tried.length,
      status: result.status,
      detail: result.detail,
      ended: result.isSilent ? "abandoned" : "failed",
      serviceUs: result.serviceUs,
      isRetried: step.kind !== "end",
    });
  }
}

function metadataOf(request: FailoverRequest, attempt: number): Record<string, string> {
  const metadata: Record<string, string> = { "x-request-id": request.id };
  // gRPC's retry design (A6): how many attempts went before, absent on the first.
  if (attempt > 1) metadata["grpc-previous-rpc-attempts"] = String(attempt - 1);
  return metadata;
}
