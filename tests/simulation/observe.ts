import { FailoverClient, type FailoverClientOptions } from "../../src/failover/failover-client.ts";
import { HedgeBudget } from "../../src/failover/hedge-budget.ts";
import type { Policy, ReplicaView, RequestView, Step } from "../../src/failover/policy.ts";
import { ReplicaSet, type ReplicaSetOptions } from "../../src/failover/replica-set.ts";
import type { FailoverRequest } from "../../src/failover/request.ts";
import type { Channel } from "../../src/rpc/channel.ts";
import { isAnswer } from "../../src/rpc/status.ts";
import { type AttemptHistory, type History, isDone } from "./history.ts";
import { observeStream, observeStreamStep } from "./observe-stream.ts";
import { streamOf } from "./stream-history.ts";

/** The parts a client is made of, so that a mutation can put another in the place of one. */
export interface Parts {
  policy(policy: Policy): Policy;
  budget(share: number): HedgeBudget;
  channel(channel: Channel): Channel;
  replicas(options: ReplicaSetOptions): ReplicaSet;
  request(request: FailoverRequest): FailoverRequest;
  client(options: FailoverClientOptions): FailoverClient;
}

/** The product's own. */
export const production: Parts = {
  policy: (policy) => policy,
  budget: (share) => new HedgeBudget(share),
  channel: (channel) => channel,
  replicas: (options) => new ReplicaSet(options),
  request: (request) => request,
  client: (options) => new FailoverClient(options),
};

/** Sees what a policy is asked and says. */
export function observePolicy(
  policy: Policy,
  history: History,
  world: { readonly nowUs: () => number; readonly isListed: (replica: number) => boolean },
): Policy {
  const { nowUs } = world;
  return {
    name: policy.name,
    onSilence: policy.onSilence,
    timing: {
      get attemptTimeoutMs() {
        return policy.timing.attemptTimeoutMs;
      },
      get hedgeDelayMs() {
        return policy.timing.hedgeDelayMs;
      },
      learn(serviceUs) {
        policy.timing.learn(serviceUs);
        const timeoutMs = policy.timing.attemptTimeoutMs;
        if (history.timeouts.at(-1)?.timeoutMs === timeoutMs) return;
        history.timeouts.push({ tUs: nowUs(), timeoutMs });
      },
    },
    next(request, replicas) {
      const step = policy.next(request, replicas);
      if (policy.name === "adaptive") observeAbsence(history, { request, replicas, step }, world);
      const stream = streamOf(history.streams, request.number);
      if (stream === undefined) observeStep(history, { request, replicas, step });
      else observeStreamStep(history, stream, { request, replicas, step, nowUs: nowUs() });
      return step;
    },
  };
}

/** Nothing new goes to one that is no replica any more while a replica can take it. */
function observeAbsence(
  history: History,
  { request, replicas, step }: Decision,
  { isListed }: { readonly isListed: (replica: number) => boolean },
): void {
  if (step.kind !== "attempt" || isListed(step.replica)) return;
  const tried = request.attempts.map(({ replica }) => replica);
  const better = replicas.find(
    ({ index, state, takesRequests }) =>
      isListed(index) && state === "healthy" && takesRequests && !tried.includes(index),
  );
  if (better === undefined) return;
  history.violations.push(
    `request ${request.number} was sent to replica ${step.replica}, which is none any more, ` +
      `with ${better.index} healthy and untried`,
  );
}

interface Decision {
  readonly request: RequestView;
  readonly replicas: readonly ReplicaView[];
  readonly step: Step;
}

function observeStep(history: History, { request, replicas, step }: Decision): void {
  const seen = history.requests[request.number - 1];
  if (seen === undefined) return;
  seen.need = request.need;
  if (request.attemptCountBeforeWait > seen.roundStart) {
    if (!seen.hasWaited) {
      history.violations.push(`request ${seen.number} forgot its attempts without having waited`);
    }
    seen.roundStart = request.attemptCountBeforeWait;
  }
  if (step.kind === "wait") seen.hasWaited = true;
  if (step.kind !== "attempt") return;
  const tried = seen.attempts.slice(seen.roundStart).map(({ replica }) => replica);
  if (!tried.includes(step.replica)) return;
  const better = replicas.find(
    ({ index, state, takesRequests }) =>
      state === "healthy" && takesRequests && !tried.includes(index),
  );
  const hint = better === undefined ? "" : `, with ${better.index} healthy and untried`;
  history.violations.push(
    `request ${seen.number} was sent to replica ${step.replica} twice in a round${hint}`,
  );
}

export interface ChannelObserver {
  readonly history: History;
  readonly replica: number;
  readonly nowUs: () => number;
  readonly isHealthy: () => boolean;
  /** Only adaptive promises that any answer heals. */
  readonly isAdaptive: boolean;
}

/** Sees each attempt that leaves, and how it ends. */
export function observeChannel(channel: Channel, observer: ChannelObserver): Channel {
  return {
    endpoint: channel.endpoint,
    get state() {
      return channel.state;
    },
    onStateChange: (listener) => channel.onStateChange(listener),
    connect: () => channel.connect(),
    renew: () => {
      observer.history.renewedUs[observer.replica]?.push(observer.nowUs());
      channel.renew();
    },
    stream: (call, events) => observeStream(channel, observer, call, events),
    close: () => channel.close(),
    unary(call, onResult) {
      const attempt = observeAttempt(observer, call.metadata?.["x-request-id"]);
      const cancel = channel.unary(call, (result) => {
        if (attempt !== undefined) {
          attempt.isOpen = false;
          attempt.endedUs = observer.nowUs();
          attempt.mayHaveExecuted = result.mayHaveExecuted;
        }
        onResult(result);
        const isAnswered = result.status === "OK" || isAnswer(result.status);
        if (!isAnswered || !observer.isAdaptive || channel.state !== "ready") return;
        if (attempt?.cancelledUs !== undefined || observer.isHealthy()) return;
        observer.history.violations.push(
          `replica ${observer.replica} answered at ${ms(observer)} and is not healthy`,
        );
      });
      return () => {
        if (attempt?.isOpen) attempt.cancelledUs ??= observer.nowUs();
        cancel();
      };
    },
  };
}

function ms({ nowUs, history }: ChannelObserver): string {
  return `${((nowUs() - history.startUs) / 1000).toFixed(3)} ms`;
}

function observeAttempt(
  { history, replica, nowUs }: ChannelObserver,
  requestId: string | undefined,
): AttemptHistory | undefined {
  const request = requestId === undefined ? undefined : history.requests[Number(requestId) - 1];
  if (request === undefined) return undefined;
  const { violations } = history;
  const name = `request ${request.number}`;
  if (isDone(request)) violations.push(`${name} made an attempt after its end`);
  if (request.attempts.some((other) => other.isOpen && other.replica === replica)) {
    violations.push(`${name} has two attempts open on replica ${replica}`);
  }
  if (!request.isIdempotent && request.attempts.some((other) => other.mayHaveExecuted !== false)) {
    violations.push(`${name}, not idempotent, was sent again though it may have been executed`);
  }
  const attempt: AttemptHistory = {
    ...{ tUs: nowUs(), replica, need: request.need },
    ...{
      isOpen: true,
      endedUs: Number.POSITIVE_INFINITY,
      cancelledUs: undefined,
      mayHaveExecuted: undefined,
    },
  };
  request.attempts.push(attempt);
  request.hasWaited = false;
  return attempt;
}
