import { describe, expect, test } from "bun:test";
import { createPolicy, type Step } from "./policy.ts";
import type { ReplicaState } from "./replica-state.ts";

const attempt = (replica: number): Step => ({ kind: "attempt", replica });
const wait: Step = { kind: "wait" };
const end: Step = { kind: "end" };
const three: readonly ReplicaState[] = ["healthy", "healthy", "healthy"];

describe("retry", () => {
  const retry = createPolicy("retry", 3000);
  const next = (
    number: number,
    tried: readonly number[],
    options: { waited?: boolean; replicas?: readonly ReplicaState[] } = {},
  ) => retry.next({ number, tried, waited: options.waited ?? false }, options.replicas ?? three);

  test("next() gives consecutive requests the replicas in turn", () => {
    expect([1, 2, 3, 4].map((number) => next(number, []))).toEqual([0, 1, 2, 0].map(attempt));
  });

  test("next() goes to the next replica in order after each failure", () => {
    // Request 2 begins at replica 1: the order is 1, 2, 0.
    expect(next(2, [1])).toEqual(attempt(2));
    expect(next(2, [1, 2])).toEqual(attempt(0));
  });

  test("next() is not swayed by a replica's state in the first round", () => {
    expect(next(1, [], { replicas: ["down", "healthy", "healthy"] })).toEqual(attempt(0));
  });

  test("next() waits when every replica has failed, then starts a new round", () => {
    expect(next(1, [0, 1, 2])).toEqual(wait);
    expect(next(1, [0, 1, 2], { waited: true })).toEqual(attempt(0));
    expect(next(1, [0, 1, 2, 0, 1, 2])).toEqual(wait);
  });

  test("next() begins a later round at the replica that answers", () => {
    const replicas: readonly ReplicaState[] = ["down", "suspect", "healthy"];
    expect(next(1, [0, 1, 2], { waited: true, replicas })).toEqual(attempt(2));
    // Replica 2 was tried in this round; the others follow in order.
    expect(next(1, [0, 1, 2, 2], { replicas })).toEqual(attempt(0));
  });

  test("next() retries on the only replica there is, after a wait", () => {
    const replicas: readonly ReplicaState[] = ["healthy"];
    expect(next(7, [], { replicas })).toEqual(attempt(0));
    expect(next(7, [0], { replicas })).toEqual(wait);
    expect(next(7, [0], { waited: true, replicas })).toEqual(attempt(0));
  });
});

describe("none", () => {
  const none = createPolicy("none", 3000);

  test("next() gives one replica in turn and no second chance", () => {
    const turns = [1, 2, 3, 4].map((number) =>
      none.next({ number, tried: [], waited: false }, three),
    );
    expect(turns).toEqual([0, 1, 2, 0].map(attempt));
    expect(none.next({ number: 1, tried: [0], waited: false }, three)).toEqual(end);
  });

  test("attemptTimeoutMs is absent: the attempt has the request's whole deadline", () => {
    expect(none.attemptTimeoutMs).toBeUndefined();
  });
});
