import { describe, expect, test } from "bun:test";
import {
  type AttemptView,
  createPolicy,
  type Need,
  type Policy,
  type ReplicaView,
  type Step,
} from "./policy.ts";
import type { ReplicaState } from "./replica-state.ts";

const attempt = (replica: number): Step => ({ kind: "attempt", replica });
const wait: Step = { kind: "wait" };
const stay: Step = { kind: "stay" };
const end: Step = { kind: "end" };

interface Situation {
  number?: number;
  /** Replicas of failed attempts; a trailing "open" marks one that is still open. */
  tried?: readonly (number | `${number} open`)[];
  before?: number;
  need?: Need;
  /** h(ealthy), s(uspect), d(own), p(robing) per replica, with its attempts in flight. */
  replicas?: string;
}

const states: Readonly<Record<string, ReplicaState>> = {
  h: "healthy",
  s: "suspect",
  d: "down",
  p: "probing",
};

/** "h0 s2 x1 h0!": replica 2 is healthy but takes no requests, replica 3 is to go. */
function replicaViews(text: string): ReplicaView[] {
  return text.split(" ").map((word, index) => ({
    index,
    isLeaving: word.endsWith("!"),
    state: states[word[0] ?? ""] ?? "healthy",
    inFlight: Number.parseInt(word.slice(1), 10),
    takesRequests: word[0] !== "x",
    refuses: false,
  }));
}

function next(policy: Policy, situation: Situation): Step {
  const { number = 1, tried = [], before = 0, need = "first", replicas = "h0 h0 h0" } = situation;
  const attempts = tried.map(
    (entry): AttemptView => ({
      replica: Number.parseInt(`${entry}`, 10),
      isOpen: `${entry}`.endsWith("open"),
    }),
  );
  return policy.next(
    { number, attempts, attemptCountBeforeWait: before, need },
    replicaViews(replicas),
  );
}

describe("adaptive", () => {
  const cases: readonly (readonly [string, Situation, Step])[] = [
    ["takes replicas in turn among equals", { number: 2 }, attempt(1)],
    ["takes the one with fewest in flight", { replicas: "h3 h1 h2" }, attempt(1)],
    ["shuns suspect, down and probing ones", { replicas: "s0 d0 p0 h9" }, attempt(3)],
    ["shuns one that drains or asked to be spared", { replicas: "x0 h9" }, attempt(1)],
    ["goes elsewhere after a failure", { tried: [0], need: "failure" }, attempt(1)],
    [
      "never takes one twice while another is untried",
      { tried: [0, 1], need: "failure", replicas: "h0 h0 h9" },
      attempt(2),
    ],
    ["waits when all have failed", { tried: [0, 1, 2], need: "failure" }, wait],
    ["begins anew after a wait", { tried: [0, 1, 2], before: 3, need: "failure" }, attempt(0)],
    ["waits when all are down", { replicas: "d0 d0 d0" }, wait],
    ["waits when some are down and none is healthy", { replicas: "s0 d0" }, wait],
    ["uses the least bad when all are merely suspect", { replicas: "s5 s3 s4" }, attempt(1)],
    [
      "hedges to a healthy, untried one",
      { tried: ["0 open"], need: "slowness", replicas: "h1 h5 h4" },
      attempt(2),
    ],
    [
      "does not hedge when nobody healthy is left",
      { tried: ["0 open"], need: "slowness", replicas: "h1 s0 d0" },
      stay,
    ],
    [
      "moves to a healthy one",
      { tried: ["0 open"], need: "silence", replicas: "s1 h5 h6" },
      attempt(1),
    ],
    [
      "does not move among suspects: the whole service is slow",
      { tried: ["0 open"], need: "silence", replicas: "s1 s0 s0" },
      wait,
    ],
    ["takes one that is to go last", { number: 2, replicas: "h0! h9" }, attempt(1)],
    [
      "takes one that is to go rather than wait",
      { tried: [1], need: "failure", replicas: "h0! h0" },
      attempt(0),
    ],
    [
      "does not hedge to one that is to go",
      { tried: ["1 open"], need: "slowness", replicas: "h0! h1" },
      stay,
    ],
    ["does not count one that is to go as a way out", { replicas: "d0! s0" }, attempt(1)],
    [
      "never opens a second attempt where one is open",
      { tried: ["0 open"], before: 1, need: "failure", replicas: "h1 d0" },
      wait,
    ],
  ];
  for (const [name, situation, step] of cases) {
    test(`next() ${name}`, () => {
      expect(next(createPolicy("adaptive"), situation)).toEqual(step);
    });
  }
});

describe("retry", () => {
  const cases: readonly (readonly [string, Situation, Step])[] = [
    ["gives consecutive requests the replicas in turn", { number: 3 }, attempt(2)],
    // Request 2 begins at replica 1: the order is 1, 2, 0.
    ["goes to the next in order", { number: 2, tried: [1, 2], need: "failure" }, attempt(0)],
    ["is not swayed by states in the first round", { replicas: "d0 h0 h0" }, attempt(0)],
    ["waits when all have failed", { tried: [0, 1, 2], need: "failure" }, wait],
    [
      "keeps the turns of the others, one that is to go last",
      { number: 3, replicas: "h0! h0 h0" },
      attempt(1),
    ],
    [
      "begins a later round at the one that answers",
      { tried: [0, 1, 2], before: 3, need: "failure", replicas: "d0 s0 h0" },
      attempt(2),
    ],
    [
      "takes the others in order after it",
      { tried: [0, 1, 2, 2], before: 3, need: "failure", replicas: "d0 s0 h0" },
      attempt(0),
    ],
  ];
  for (const [name, situation, step] of cases) {
    test(`next() ${name}`, () => {
      expect(next(createPolicy("retry"), situation)).toEqual(step);
    });
  }

  test("has an attempt timeout of 3 s unless told otherwise, and abandons what is silent", () => {
    expect(createPolicy("retry").timing.attemptTimeoutMs).toBe(3000);
    expect(createPolicy("retry", 100).timing.attemptTimeoutMs).toBe(100);
    expect(createPolicy("retry").onSilence).toBe("abandon");
  });
});

describe("none", () => {
  test("next() gives one replica in turn and no second chance", () => {
    const none = createPolicy("none");
    expect(next(none, { number: 2 })).toEqual(attempt(1));
    expect(next(none, { number: 2, tried: [1], need: "failure" })).toEqual(end);
  });

  test("its attempt has the request's whole deadline", () => {
    expect(createPolicy("none").timing.attemptTimeoutMs).toBe(Number.POSITIVE_INFINITY);
  });
});
