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
  /** Which one it is; replicas come and go, and their indexes stay. */
  readonly index: number;
  readonly state: ReplicaState;
  /** Open attempts of all requests. */
  readonly inFlight: number;
  /** False while it drains, or has asked to be spared. */
  readonly takesRequests: boolean;
  /** It has just refused a request: others come first, lest its haste make it look idle. */
  readonly refuses: boolean;
  /** It is to go: only for requests for which there is no other. */
  readonly isLeaving: boolean;
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
    ({ index }) => isUntried(index) && isIdle(index),
  );
  const isIn = (state: ReplicaState) => (view: ReplicaView) =>
    view.state === state && view.takesRequests;
  const healthy = candidates.find(isIn("healthy"));
  // What is merely slow is served, and no reason to turn to one that is to go.
  const isWorthIt = request.need !== "slowness" || healthy?.isLeaving === false;
  if (healthy !== undefined && isWorthIt) return { kind: "attempt", replica: healthy.index };
  if (request.need === "slowness") return stay;
  if (request.need === "silence") return wait;
  const isOverload = replicas.every(({ state, isLeaving }) => state === "suspect" || isLeaving);
  const leastBad = isOverload ? candidates.find(isIn("suspect")) : undefined;
  return leastBad === undefined ? wait : { kind: "attempt", replica: leastBad.index };
}

function leastLoadedFirst(requestNumber: number, replicas: readonly ReplicaView[]): ReplicaView[] {
  // The sort is stable, so equals stay in turn.
  return inTurn(requestNumber, replicas).sort(
    (a, b) =>
      Number(a.isLeaving) - Number(b.isLeaving) ||
      Number(a.refuses) - Number(b.refuses) ||
      a.inFlight - b.inFlight,
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
  const untried = inTurn(number, replicas).filter(({ index }) => !tried.includes(index));
  const isFirstRound = attemptCountBeforeWait === 0;
  const answering = isFirstRound ? undefined : untried.find(({ state }) => state === "healthy");
  const view = answering ?? untried[0];
  return view === undefined ? wait : { kind: "attempt", replica: view.index };
}

/** One replica per request and no second chance: the negative control. */
function noneNext(request: RequestView, replicas: readonly ReplicaView[]): Step {
  if (request.attempts.length > 0) return end;
  const [first] = inTurn(request.number, replicas);
  return first === undefined ? wait : { kind: "attempt", replica: first.index };
}

/** The replicas in order, beginning with the request's own turn; those that are to go come last. */
function inTurn(requestNumber: number, replicas: readonly ReplicaView[]): ReplicaView[] {
  const staying = replicas.filter(({ isLeaving }) => !isLeaving);
  const leaving = replicas.filter(({ isLeaving }) => isLeaving);
  const turn = staying.length === 0 ? 0 : (requestNumber - 1) % staying.length;
  return [...staying.slice(turn), ...staying.slice(0, turn), ...leaving];
}
