import type { ReplicaState } from "./replica-state.ts";
import { fixedTiming, LearnedTiming, type Timing } from "./timing.ts";

/** Which replica a request goes to next, and when: values, so that tables can test them. */
export interface Policy {
  readonly name: PolicyName;
  readonly timing: Timing;
  /** `abandon`: a silent attempt is cancelled. `keep`: it stays open, and a late answer counts. */
  readonly onSilence: "abandon" | "keep";
  /** What a request does next; pure. */
  next(request: RequestView, replicas: readonly ReplicaView[]): Step;
}

export const policyNames = ["adaptive", "retry", "none"] as const;

export type PolicyName = (typeof policyNames)[number];

export interface RequestView {
  /** Counts requests from 1, so that consecutive ones begin at different replicas. */
  readonly number: number;
  /** Its attempts so far, in order. */
  readonly attempts: readonly AttemptView[];
  /** How many of them were made before it last waited: those are no reason to shun a replica. */
  readonly attemptCountBeforeWait: number;
  readonly need: Need;
}

/**
 * Why an attempt is needed: the first; an attempt failed; its replica is silent; or it is merely
 * slow.
 */
export type Need = "first" | "failure" | "silence" | "slowness";

export interface AttemptView {
  readonly replica: number;
  readonly isOpen: boolean;
}

export interface ReplicaView {
  readonly state: ReplicaState;
  /** Open attempts of all requests. */
  readonly inFlight: number;
  /** False while it drains, or has asked to be spared. */
  readonly takesRequests: boolean;
  /** It has just refused a request: others come first, lest its haste make it look idle. */
  readonly refuses: boolean;
}

/**
 * `wait`: until a replica comes back. `stay`: with what is open. `end`: no further attempt,
 * whatever happens.
 */
export type Step =
  | { readonly kind: "attempt"; readonly replica: number }
  | { readonly kind: "wait" }
  | { readonly kind: "stay" }
  | { readonly kind: "end" };

const wait: Step = { kind: "wait" };
const stay: Step = { kind: "stay" };
const end: Step = { kind: "end" };

/** `attemptTimeoutMs`: of policy retry 3 s unless given; of adaptive learned unless given. */
export function createPolicy(name: PolicyName, attemptTimeoutMs?: number): Policy {
  switch (name) {
    case "adaptive":
      return {
        name,
        timing: new LearnedTiming(attemptTimeoutMs),
        onSilence: "keep",
        next: adaptiveNext,
      };
    case "retry":
      return {
        name,
        timing: fixedTiming(attemptTimeoutMs ?? retryAttemptTimeoutMs),
        onSilence: "abandon",
        next: retryNext,
      };
    case "none":
      return {
        name,
        timing: fixedTiming(Number.POSITIVE_INFINITY),
        onSilence: "abandon",
        next: noneNext,
      };
  }
}

export const retryAttemptTimeoutMs = 3000;

/**
 * Healthy replicas share the load: fewest in flight, in turn among equals, untried before tried.
 * With none healthy a request waits for one, unless all are merely suspect: then they are likely
 * overloaded rather than gone, and the least bad one serves. Hedges and moves go to healthy ones
 * only.
 */
function adaptiveNext(request: RequestView, replicas: readonly ReplicaView[]): Step {
  const fresh = request.attempts.slice(request.attemptCountBeforeWait);
  const isUntried = (replica: number) => fresh.every((attempt) => attempt.replica !== replica);
  const isIdle = (replica: number) =>
    request.attempts.every((attempt) => attempt.replica !== replica || !attempt.isOpen);
  const candidates = leastLoadedFirst(request.number, replicas).filter(
    (replica) => isUntried(replica) && isIdle(replica),
  );
  const isIn = (state: ReplicaState) => (replica: number) => {
    const view = replicas[replica];
    return view?.state === state && view.takesRequests;
  };
  const healthy = candidates.find(isIn("healthy"));
  if (healthy !== undefined) return { kind: "attempt", replica: healthy };
  if (request.need === "slowness") return stay;
  if (request.need === "silence") return wait;
  const isOverload = replicas.every(({ state }) => state === "suspect");
  const leastBad = isOverload ? candidates.find(isIn("suspect")) : undefined;
  return leastBad === undefined ? wait : { kind: "attempt", replica: leastBad };
}

function leastLoadedFirst(requestNumber: number, replicas: readonly ReplicaView[]): number[] {
  const inFlight = (replica: number) => replicas[replica]?.inFlight ?? 0;
  const refuses = (replica: number) => Number(replicas[replica]?.refuses ?? false);
  // The sort is stable, so equals stay in turn.
  return inTurn(requestNumber, replicas.length).sort(
    (a, b) => refuses(a) - refuses(b) || inFlight(a) - inFlight(b),
  );
}

/**
 * The way of the original guide's client: requests take the replicas in turn, a failure goes at
 * once to the next in order, and only when all have failed does the request wait. The replica that
 * came back is then first.
 */
function retryNext(request: RequestView, replicas: readonly ReplicaView[]): Step {
  const { attempts, attemptCountBeforeWait, number } = request;
  const tried = attempts.slice(attemptCountBeforeWait).map(({ replica }) => replica);
  const untried = inTurn(number, replicas.length).filter((replica) => !tried.includes(replica));
  const isFirstRound = attemptCountBeforeWait === 0;
  const answering = isFirstRound
    ? undefined
    : untried.find((replica) => replicas[replica]?.state === "healthy");
  const replica = answering ?? untried[0];
  return replica === undefined ? wait : { kind: "attempt", replica };
}

/** One replica per request and no second chance: the negative control. */
function noneNext(request: RequestView, replicas: readonly ReplicaView[]): Step {
  const [first] = inTurn(request.number, replicas.length);
  if (request.attempts.length > 0 || first === undefined) return end;
  return { kind: "attempt", replica: first };
}

/** Replica indexes in order, beginning with the request's own turn. */
function inTurn(requestNumber: number, replicaCount: number): number[] {
  return Array.from(
    { length: replicaCount },
    (_, step) => (requestNumber - 1 + step) % replicaCount,
  );
}
