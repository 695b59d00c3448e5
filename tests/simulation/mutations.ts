import { HedgeBudget } from "../../src/failover/hedge-budget.ts";
import type { Policy } from "../../src/failover/policy.ts";
import { ReplicaSet } from "../../src/failover/replica-set.ts";
import type { ReplicaSign } from "../../src/failover/replica-state.ts";
import type { CancelCall, Channel } from "../../src/rpc/channel.ts";
import { type Parts, production } from "./observe.ts";

/** Failover, broken on purpose in one place, and what the simulation must say about it. */
export interface Mutation {
  readonly name: string;
  readonly parts: Parts;
  /** One of the violations matches. */
  readonly caughtBy: RegExp;
}

export const mutations: readonly Mutation[] = [
  {
    name: "hedges without a budget",
    parts: { ...production, budget: (share) => new EndlessBudget(share) },
    caughtBy: /hedges after .*: the budget is/,
  },
  {
    name: "a late answer is cancelled instead of awaited",
    parts: { ...production, policy: (policy) => changed(policy, { onSilence: "abandon" }) },
    caughtBy: /cancelled its attempt on replica .* before its end/,
  },
  {
    name: "a late answer does not heal",
    parts: { ...production, replicas: (options) => new UnforgivingSet(options) },
    caughtBy: /answered at .* and is not healthy/,
  },
  {
    name: "no replica is ever probed",
    parts: { ...production, channel: withoutProbes },
    caughtBy: /was lost|missed \d+ turns/,
  },
  {
    name: "a replica that is to go serves like any other",
    parts: { ...production, policy: unawareOfLeaving },
    caughtBy: /which is none any more/,
  },
  {
    name: "a replica that has come back is not taken in again",
    parts: { ...production, replicas: (options) => new ExclusiveSet(options) },
    caughtBy: /was lost|later than it had to be/,
  },
  {
    name: "a request moves to a replica that it has tried",
    parts: { ...production, policy: forgetful },
    caughtBy: /twice in a round|two attempts open/,
  },
  {
    name: "a request that is not idempotent moves",
    parts: { ...production, request: (request) => ({ ...request, mayExecuteTwice: true }) },
    caughtBy: /not idempotent, was executed \d+ times/,
  },
  {
    name: "silence is never noticed",
    parts: { ...production, policy: deaf },
    caughtBy: /was lost|later than it had to be/,
  },
  {
    name: "a waiting request is not released",
    parts: { ...production, replicas: (options) => new HoldingSet(options) },
    caughtBy: /goes on waiting though/,
  },
  {
    name: "a call that may have been executed is said not to have been",
    parts: { ...production, channel: withoutDoubt },
    caughtBy: /was executed, and is said not to have been|was executed \d+ times/,
  },
];

class EndlessBudget extends HedgeBudget {
  override trySpend(): boolean {
    return true;
  }
}

class UnforgivingSet extends ReplicaSet {
  override observe(index: number, sign: ReplicaSign, cause: string): void {
    if (sign !== "answered") super.observe(index, sign, cause);
  }
}

class HoldingSet extends ReplicaSet {
  override onceOneReturns(): () => void {
    return () => undefined;
  }
}

class ExclusiveSet extends ReplicaSet {
  override add(): void {
    // What is gone stays gone.
  }
}

function unawareOfLeaving(policy: Policy): Policy {
  return changed(policy, {
    next: (request, replicas) =>
      policy.next(
        request,
        replicas.map((view) => ({ ...view, isLeaving: false })),
      ),
  });
}

function changed(policy: Policy, change: Partial<Policy>): Policy {
  return { ...policy, ...change };
}

function forgetful(policy: Policy): Policy {
  return changed(policy, {
    next: (request, replicas) => policy.next({ ...request, attempts: [] }, replicas),
  });
}

function deaf(policy: Policy): Policy {
  const { timing } = policy;
  return changed(policy, {
    timing: {
      attemptTimeoutMs: Number.POSITIVE_INFINITY,
      get hedgeDelayMs() {
        return timing.hedgeDelayMs;
      },
      learn: (serviceUs) => timing.learn(serviceUs),
    },
  });
}

function withoutProbes(channel: Channel): Channel {
  return changedUnary(channel, (call, onResult) => {
    if (call.metadata?.["x-request-id"] !== undefined) return channel.unary(call, onResult);
    return () => undefined;
  });
}

function withoutDoubt(channel: Channel): Channel {
  return changedUnary(channel, (call, onResult): CancelCall => {
    return channel.unary(call, (result) => onResult({ ...result, mayHaveExecuted: false }));
  });
}

function changedUnary(channel: Channel, unary: Channel["unary"]): Channel {
  return {
    ...{ endpoint: channel.endpoint, unary },
    get state() {
      return channel.state;
    },
    onStateChange: (listener) => channel.onStateChange(listener),
    connect: () => channel.connect(),
    renew: () => channel.renew(),
    stream: (call, events) => channel.stream(call, events),
    close: () => channel.close(),
  };
}
