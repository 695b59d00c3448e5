import { expect, test } from "bun:test";
import { type Behaviour, ScriptedChannel } from "../../tests/support/scripted-channel.ts";
import { VirtualClock } from "../../tests/support/virtual-clock.ts";
import { tcpOf } from "../base/endpoint.ts";
import type { UnaryResult } from "../rpc/channel.ts";
import { FailoverClient } from "./failover-client.ts";
import { createPolicy, type PolicyName } from "./policy.ts";
import { type ReplicaChange, ReplicaSet } from "./replica-set.ts";
import type { AttemptFailure, CallResult, FailoverRequest } from "./request.ts";

const answers: Behaviour = { kind: "answers", afterMs: 5 };
const refuses: Behaviour = { kind: "refuses" };
const silent: Behaviour = { kind: "silent" };

/** Replicas on ports 1, 2, ... that behave as told, driven on a virtual clock. */
function world(behaviours: readonly Behaviour[], policyName: PolicyName = "retry") {
  const clock = new VirtualClock();
  const failures: AttemptFailure[] = [];
  const changes: ReplicaChange[] = [];
  const channels: ScriptedChannel[] = [];
  const replicas = new ReplicaSet({
    endpoints: behaviours.map((_, index) => ({ host: "localhost", port: index + 1 })),
    openChannel(endpoint) {
      const behaviour = behaviours[tcpOf(endpoint).port - 1] ?? answers;
      const channel = new ScriptedChannel(endpoint, clock, behaviour);
      channels.push(channel);
      return channel;
    },
    clock,
    onChange: (change) => changes.push(change),
  });
  const client = new FailoverClient({
    replicas,
    policy: createPolicy(policyName),
    clock,
    onAttemptFailure: (failure) => failures.push(failure),
  });
  const call = (number: number, options: Partial<FailoverRequest> = {}) => {
    const outcome: { result?: CallResult } = {};
    const request: FailoverRequest = {
      id: `run-${number}`,
      number,
      path: "/dfs.DFSService/RunDFS",
      bytes: new Uint8Array(),
      deadlineUs: clock.nowUs() + 30_000_000,
      mayExecuteTwice: true,
      ...options,
    };
    client.start(request, (result) => {
      outcome.result = result;
    });
    return outcome;
  };
  return { clock, failures, changes, channels, replicas, call };
}

test("start() answers from the first replica in turn and leaves no timer behind", async () => {
  const { clock, call, failures, channels } = world([answers, answers]);
  const outcome = call(1);
  await clock.advanceMs(5);
  expect(outcome.result?.endpoint).toMatchObject({ port: 1 });
  expect(outcome.result?.answer?.status).toBe("OK");
  expect(outcome.result?.answer?.serviceUs).toBe(5000);
  expect(failures).toEqual([]);
  expect(clock.timerCount).toBe(0);
  expect(channels[0]?.calls.at(-1)?.metadata).toEqual({ "x-request-id": "run-1" });
});

test("start() moves to the next replica at once when a connection is refused", async () => {
  const { clock, call, failures, channels } = world([refuses, answers]);
  const outcome = call(1);
  await clock.advanceMs(5);
  expect(outcome.result?.endpoint).toMatchObject({ port: 2 });
  expect(outcome.result?.attemptCount).toBe(2);
  expect(failures.map(({ status, ended, isRetried }) => ({ status, ended, isRetried }))).toEqual([
    { status: "UNAVAILABLE", ended: "failed", isRetried: true },
  ]);
  expect(channels[1]?.calls.at(-1)?.metadata).toEqual({
    "x-request-id": "run-1",
    "grpc-previous-rpc-attempts": "1",
  });
});

test("start() gives a silent replica the attempt timeout, then moves and suspects it", async () => {
  const { clock, call, failures, changes } = world([silent, answers]);
  const outcome = call(1);
  await clock.advanceMs(2999);
  expect(outcome.result).toBeUndefined();
  await clock.advanceMs(6);
  expect(outcome.result?.endpoint).toMatchObject({ port: 2 });
  expect(failures.map(({ status, ended }) => ({ status, ended }))).toEqual([
    { status: "DEADLINE_EXCEEDED", ended: "abandoned" },
  ]);
  expect(changes.find((change) => change.state === "suspect")?.endpoint).toMatchObject({ port: 1 });
});

test("start() waits when every replica is out and leaves the moment one answers", async () => {
  const { clock, call, channels } = world([refuses, refuses]);
  const outcome = call(1);
  await clock.advanceMs(10_000);
  expect(outcome.result).toBeUndefined();
  channels[1]?.become(answers);
  // 5 ms for the probe, 5 ms for the request itself.
  await clock.advanceMs(10);
  expect(outcome.result?.answer?.status).toBe("OK");
  expect(outcome.result?.endpoint).toMatchObject({ port: 2 });
  // One try of each while both were out, one more after the wait.
  expect(outcome.result?.attemptCount).toBe(3);
});

test("start() that waits on suspended replicas leaves when one of them wakes", async () => {
  const { clock, call, channels } = world([silent, silent]);
  const outcome = call(1);
  // Both attempts time out by 6 s; then the request waits.
  await clock.advanceMs(8000);
  channels[0]?.become(answers);
  await clock.advanceMs(6);
  expect(outcome.result?.endpoint).toMatchObject({ port: 1 });
});

test("start() ends at its deadline as not executed when every connection was refused", async () => {
  const { clock, call } = world([refuses, refuses]);
  const outcome = call(1);
  await clock.advanceMs(30_000);
  expect(outcome.result?.answer).toBeUndefined();
  expect(outcome.result?.mayHaveExecuted).toBe(false);
  expect(clock.timerCount).toBe(0);
});

test("start() ends at its deadline as possibly executed when replicas kept silent", async () => {
  const { clock, call } = world([silent, silent]);
  const outcome = call(1);
  await clock.advanceMs(30_000);
  expect(outcome.result?.answer).toBeUndefined();
  expect(outcome.result?.mayHaveExecuted).toBe(true);
});

test("start() shortens the last attempt to the request's deadline", async () => {
  const { clock, call } = world([silent]);
  const outcome = call(1, { deadlineUs: clock.nowUs() + 1_000_000 });
  await clock.advanceMs(1000);
  expect(outcome.result?.attemptCount).toBe(1);
});

test("start() takes a status that only an application makes for the answer", async () => {
  const rejects: Behaviour = {
    kind: "answers",
    afterMs: 1,
    result: { status: "INVALID_ARGUMENT", detail: "target" },
  };
  const { clock, call, failures } = world([rejects, answers]);
  const outcome = call(1);
  await clock.advanceMs(1);
  expect(outcome.result?.answer?.status).toBe("INVALID_ARGUMENT");
  expect(failures).toEqual([]);
});

test("start() never executes a request twice that may not be", async () => {
  const { clock, call, failures } = world([silent, answers]);
  const outcome = call(1, { mayExecuteTwice: false });
  await clock.advanceMs(3000);
  expect(outcome.result?.attemptCount).toBe(1);
  expect(outcome.result?.mayHaveExecuted).toBe(true);
  expect(failures[0]?.isRetried).toBe(false);
});

test("start() takes a server's own UNAVAILABLE for no proof that nothing was executed", async () => {
  const told = (status: UnaryResult["status"]): Behaviour => {
    const result = { status, detail: "gone", isFromPeer: true } as const;
    return { kind: "answers", afterMs: 5, result };
  };
  const lastOf = async (status: UnaryResult["status"], mayExecuteTwice: boolean) => {
    const { clock, call } = world([told(status)], "none");
    const outcome = call(1, { mayExecuteTwice });
    await clock.advanceMs(10);
    return outcome.result;
  };
  const open = { mayHaveExecuted: true, isRefused: false };
  expect(await lastOf("UNAVAILABLE", false)).toMatchObject(open);
  expect(await lastOf("DEADLINE_EXCEEDED", false)).toMatchObject(open);
  // It says that there was no room to begin.
  expect(await lastOf("RESOURCE_EXHAUSTED", false)).toMatchObject({ isRefused: true });
  expect(await lastOf("UNAVAILABLE", true)).toMatchObject({ isRefused: true });
});

test("start() retries a request that may not execute twice when it never left", async () => {
  const { clock, call } = world([refuses, answers]);
  const outcome = call(1, { mayExecuteTwice: false });
  await clock.advanceMs(5);
  expect(outcome.result?.answer?.status).toBe("OK");
});

test("start() under policy none ends with its one attempt", async () => {
  const { clock, call, failures } = world([refuses, answers], "none");
  const outcome = call(1);
  await clock.advanceMs(1);
  expect(outcome.result?.attemptCount).toBe(1);
  expect(outcome.result?.answer).toBeUndefined();
  expect(failures[0]?.isRetried).toBe(false);
});

test("start() under policy none waits out a stall instead of turning elsewhere", async () => {
  const { clock, call, channels } = world([silent, answers], "none");
  const outcome = call(1);
  await clock.advanceMs(10_000);
  channels[0]?.become(answers);
  await clock.advanceMs(1);
  expect(outcome.result?.answer?.status).toBe("OK");
  expect(outcome.result?.answer?.serviceUs).toBe(10_000_000);
});

test("ReplicaSet probes a replica that connects and believes it when it answers", async () => {
  const { clock, changes, channels } = world([refuses]);
  expect(changes.map((change) => change.state)).toEqual(["down"]);
  channels[0]?.become(answers);
  await clock.advanceMs(5);
  expect(changes.map((change) => change.state)).toEqual(["down", "probing", "healthy"]);
  // One probe outstanding at a time.
  expect(channels[0]?.calls.length).toBe(1);
});

test("ReplicaSet believes a server that fails at the probe, but not a proxy without one", async () => {
  const stateAfter = async (status: UnaryResult["status"]) => {
    const { clock, replicas, channels } = world([refuses]);
    const toProbe = { status, detail: "", isFromPeer: true } as const;
    channels[0]?.become({ kind: "answers", afterMs: 5, toProbe });
    await clock.advanceMs(5);
    return replicas.state(0);
  };
  expect(await stateAfter("INTERNAL")).toBe("healthy");
  expect(await stateAfter("UNKNOWN")).toBe("healthy");
  expect(await stateAfter("UNAVAILABLE")).toBe("probing");
});

test("start() asks once as many servers as there are, when they fail by themselves", async () => {
  for (const policy of ["adaptive", "retry"] as const) {
    const result = { status: "UNKNOWN", detail: "boom", isFromPeer: true } as const;
    const fails: Behaviour = { kind: "answers", afterMs: 5, result };
    const { clock, call, channels } = world([fails, fails], policy);
    const outcome = call(1);
    await clock.advanceMs(1000);
    expect(outcome.result).toMatchObject({ attemptCount: 2, isRefused: true });
    expect(outcome.result?.detail).toContain("boom");
    channels[1]?.become(answers);
    const other = call(2);
    await clock.advanceMs(1000);
    expect(other.result?.answer?.status).toBe("OK");
  }
});

test("start() sends the metadata that a request brings instead of its own", async () => {
  const { clock, call, channels } = world([refuses, answers]);
  call(1, { metadata: { "x-trace": "run-1", tenant: "a" } });
  await clock.advanceMs(5);
  expect(channels[1]?.calls.at(-1)?.metadata).toEqual({
    "x-trace": "run-1",
    tenant: "a",
    "grpc-previous-rpc-attempts": "1",
  });
});

test("start() takes a status for an answer that the request says is one", async () => {
  const result = { status: "INTERNAL", detail: "as ever", isFromPeer: true } as const;
  const behaviour: Behaviour = { kind: "answers", afterMs: 5, result };
  const { clock, call, failures } = world([behaviour, behaviour]);
  const expecting = call(1, { alsoAnswers: new Set(["OK", "INTERNAL"]) });
  await clock.advanceMs(5);
  expect(expecting.result).toMatchObject({ attemptCount: 1, answer: { status: "INTERNAL" } });
  expect(failures).toEqual([]);
  call(2);
  await clock.advanceMs(20);
  expect(failures.length).toBeGreaterThan(0);
});
