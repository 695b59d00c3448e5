import type { Clock } from "../base/clock.ts";
import { HedgeBudget } from "./hedge-budget.ts";
import type { Policy } from "./policy.ts";
import type { ReplicaSet } from "./replica-set.ts";
import type {
  AttemptFailure,
  CallResult,
  ClientContext,
  FailoverRequest,
  RequestClient,
} from "./request.ts";
import { RequestRun } from "./request-run.ts";
import type {
  StreamClient,
  StreamConsumer,
  StreamEvents,
  StreamHandle,
  StreamRequest,
} from "./stream-request.ts";
import { StreamRun } from "./stream-run.ts";

export interface FailoverClientOptions {
  readonly replicas: ReplicaSet;
  readonly policy: Policy;
  readonly clock: Clock;
  readonly budget?: HedgeBudget;
  readonly onAttemptFailure?: (failure: AttemptFailure) => void;
}

/** Takes requests and streams over many replicas, as its policy says. */
export class FailoverClient implements RequestClient, StreamClient {
  readonly #context: ClientContext;

  constructor({ replicas, policy, clock, budget, onAttemptFailure }: FailoverClientOptions) {
    this.#context = {
      replicas,
      policy,
      clock,
      budget: budget ?? new HedgeBudget(),
      onAttemptFailure: onAttemptFailure ?? (() => undefined),
    };
  }

  /** Attempt timeout in force; infinite when attempts have none of their own. */
  get attemptTimeoutMs(): number {
    return this.#context.policy.timing.attemptTimeoutMs;
  }

  /** Hedges refused for want of budget, so far. */
  get refusedCount(): number {
    return this.#context.budget.refusedCount;
  }

  /** `onDone` is called exactly once, with how the request ended. */
  start(request: FailoverRequest, onDone: (result: CallResult) => void): void {
    this.#context.budget.earn();
    new RequestRun(this.#context, request, onDone).start();
  }

  /** Nothing is called before this has returned. */
  startStream(
    request: StreamRequest,
    consumer: StreamConsumer,
    events: StreamEvents,
  ): StreamHandle {
    const run = new StreamRun(this.#context, request, consumer, events);
    run.start();
    return run;
  }
}
