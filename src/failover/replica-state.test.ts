import { expect, test } from "bun:test";
import { nextReplicaState, type ReplicaSign, type ReplicaState } from "./replica-state.ts";

const states: readonly ReplicaState[] = ["healthy", "suspect", "down", "probing"];
const signs: readonly ReplicaSign[] = ["answered", "silent", "broken", "connected"];

test("nextReplicaState() makes any replica that answers healthy, and no other sign does", () => {
  for (const state of states) {
    for (const sign of signs) {
      const isHealthy = nextReplicaState(state, sign) === "healthy";
      const staysHealthy = state === "healthy" && sign === "connected";
      expect({ state, sign, isHealthy }).toEqual({
        state,
        sign,
        isHealthy: sign === "answered" || staysHealthy,
      });
    }
  }
});

test("nextReplicaState() takes a broken connection for down, whatever was believed before", () => {
  for (const state of states) expect(nextReplicaState(state, "broken")).toBe("down");
});

test("nextReplicaState() takes silence for suspect, except of a replica that is down", () => {
  expect(states.map((state) => nextReplicaState(state, "silent"))).toEqual([
    "suspect",
    "suspect",
    "down",
    "suspect",
  ]);
});

test("nextReplicaState() asks a replica that was down and connects to answer first", () => {
  expect(nextReplicaState("down", "connected")).toBe("probing");
  expect(nextReplicaState("suspect", "connected")).toBe("suspect");
});
