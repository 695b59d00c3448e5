import type { ReplicaState } from "./replica-state.ts";

/** Which replica a request goes to next; pure, so that tables can test it. */
export interface Policy {
  readonly name: PolicyName;
  /**
   * How long an attempt may stay unanswered before it is given up; undefined: the request's
   * deadline.
   */
  readonly attemptTimeoutMs: number | undefined;
  /** What a request does next, given its history and what is known of the replicas. */
  next(request: RequestView, replicas: readonly ReplicaState[]): Step;
}

export const policyNames = ["retry", "none"] as const;

export type PolicyName = (typeof policyNames)[number];

export interface RequestView {
  /** Counts requests from 1, so that consecutive ones begin at different replicas. */
  readonly number: number;
  /** Indexes of the replicas attempted so far, in order; each attempt failed. */
  readonly tried: readonly number[];
  /** Whether the request has waited since its last attempt. */
  readonly waited: boolean;
}

/** `wait`: until a replica comes back; `end`: no further attempt. */
export type Step =
  | { readonly kind: "attempt"; readonly replica: number }
  | { readonly kind: "wait" }
  | { readonly kind: "end" };

/** The policy of that name; `attemptTimeoutMs` matters to `retry` only. */
export function createPolicy(name: PolicyName, attemptTimeoutMs: number): Policy {
  switch (name) {
    case "retry":
      return { name, attemptTimeoutMs, next: retryNext };
    case "none":
      return { name, attemptTimeoutMs: undefined, next: noneNext };
  }
}

/**
 * The way of the original guide's client: requests take the replicas in turn, a failure goes at
 * once to the next in order, and only when all have failed does the request wait. The replica that
 * came back is then first.
 */
function retryNext(request: RequestView, replicas: readonly ReplicaState[]): Step {
  const inRound = request.tried.length % replicas.length;
  if (inRound === 0 && request.tried.length > 0 && !request.waited) return { kind: "wait" };
  const triedInRound = request.tried.slice(request.tried.length - inRound);
  const untried = inTurn(request.number, replicas.length).filter(
    (replica) => !triedInRound.includes(replica),
  );
  const isFirstRound = request.tried.length < replicas.length;
  const answering = isFirstRound ? undefined : untried.find((at) => replicas[at] === "healthy");
  const replica = answering ?? untried[0];
  return replica === undefined ? { kind: "end" } : { kind: "attempt", replica };
}

/** One replica per request and no second chance: the negative control. */
function noneNext(request: RequestView, replicas: readonly ReplicaState[]): Step {
  const [first] = inTurn(request.number, replicas.length);
  if (request.tried.length > 0 || first === undefined) return { kind: "end" };
  return { kind: "attempt", replica: first };
}

/** Replica indexes in order, beginning with the request's own turn. */
function inTurn(requestNumber: number, replicaCount: number): number[] {
  return Array.from(
    { length: replicaCount },
    (_, step) => (requestNumber - 1 + step) % replicaCount,
  );
}
