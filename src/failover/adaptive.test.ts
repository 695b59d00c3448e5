import { expect, test } from "bun:test";
import { type Behaviour, ScriptedChannel } from "../../tests/support/scripted-channel.ts";
import { VirtualClock } from "../../tests/support/virtual-clock.ts";
import { limits } from "../base/limits.ts";
import { FailoverClient } from "./failover-client.ts";
import { HedgeBudget } from "./hedge-budget.ts";
import { createPolicy } from "./policy.ts";
import { ReplicaSet } from "./replica-set.ts";
import type { AttemptFailure, CallResult, FailoverRequest } from "./request.ts";

const path = "/dfs.DFSService/RunDFS";
const answers: Behaviour = { kind: "answers", afterMs: 2 };
const silent: Behaviour = { kind: "silent" };

/**
 * Replicas that behave as told under policy adaptive, which has learned from 40 answers of 2 ms
 * each: hedges after 10 ms, attempt timeout 20 ms.
 */
async function world(replicaCount: number, budget = new HedgeBudget(), attemptTimeoutMs?: number) {
  const clock = new VirtualClock();
  const failures: AttemptFailure[] = [];
  const channels: ScriptedChannel[] = [];
  const replicas = new ReplicaSet({
    endpoints: Array.from({ length: replicaCount }, (_, index) => ({ host: "h", port: index + 1 })),
    openChannel(endpoint) {
      const channel = new ScriptedChannel(endpoint, clock, answers);
      channels.push(channel);
      return channel;
    },
    clock,
  });
  const client = new FailoverClient({
    replicas,
    policy: createPolicy("adaptive", attemptTimeoutMs),
    clock,
    budget,
    onAttemptFailure: (failure) => failures.push(failure),
  });
  let number = 0;
  const call = (request: Partial<FailoverRequest> = {}) => {
    number++;
    const outcome: { result?: CallResult; afterMs?: number } = {};
    const startUs = clock.nowUs();
    client.start(
      {
        id: `r-${number}`,
        number,
        path,
        bytes: new Uint8Array(),
        deadlineUs: startUs + 5_000_000,
        mayExecuteTwice: true,
        ...request,
      },
      (result) => {
        outcome.result = result;
        outcome.afterMs = (clock.nowUs() - startUs) / 1000;
      },
    );
    return outcome;
  };
  await clock.advanceMs(2);
  for (let warmUp = 0; warmUp < 40; warmUp++) {
    call();
    await clock.advanceMs(2);
  }
  // The next request is the first replica's turn.
  while (number % replicaCount !== 0) {
    call();
    await clock.advanceMs(2);
  }
  const callsOf = (index: number) =>
    channels[index]?.calls.filter((each) => each.path === path).length ?? 0;
  return { clock, call, channels, failures, replicas, client, callsOf };
}

function noHedges(): HedgeBudget {
  return new HedgeBudget(0, 0);
}

test("a stalled replica costs a request the hedge delay and one more service time", async () => {
  const { clock, call, channels } = await world(3);
  channels[0]?.become(silent);
  const outcome = call();
  await clock.advanceMs(12);
  expect(outcome.result?.answer?.status).toBe("OK");
  expect(outcome.afterMs).toBe(12);
  expect(outcome.result?.attemptCount).toBe(2);
});

test("silence past the attempt timeout moves all that is open there, and new requests avoid it", async () => {
  const { clock, call, channels, failures, replicas, callsOf } = await world(2, noHedges());
  channels[0]?.become(silent);
  // Two at once, so that both replicas get one while replica 1 answers within 2 ms; four of eight.
  const all: ReturnType<typeof call>[] = [];
  for (let pair = 0; pair < 4; pair++) all.push(call(), call());
  await clock.advanceMs(19);
  expect(all.filter((outcome) => outcome.result === undefined).length).toBe(4);
  await clock.advanceMs(3);
  expect(all.map((outcome) => outcome.result?.answer?.status)).toEqual(all.map(() => "OK"));
  expect(replicas.state(0)).toBe("suspect");
  expect(failures.map(({ ended }) => ended)).toEqual(Array(4).fill("abandoned"));
  const before = callsOf(0);
  for (let each = 0; each < 5; each++) call();
  await clock.advanceMs(5);
  expect(callsOf(0)).toBe(before);
});

test("a hedge that wins does not hide that the replica is silent", async () => {
  const { clock, call, channels, replicas } = await world(3);
  channels[0]?.become(silent);
  const outcome = call();
  await clock.advanceMs(19);
  expect(outcome.result?.answer?.status).toBe("OK");
  expect(replicas.state(0)).toBe("healthy");
  await clock.advanceMs(1);
  expect(replicas.state(0)).toBe("suspect");
});

test("hedges wait while the budget is empty; requests are moved all the same", async () => {
  const { clock, call, channels, client } = await world(2, noHedges());
  channels[0]?.become(silent);
  const outcome = call();
  await clock.advanceMs(12);
  expect(outcome.result).toBeUndefined();
  expect(client.refusedCount).toBeGreaterThan(0);
  await clock.advanceMs(10);
  // 20 ms of silence and 2 ms of service.
  expect(outcome.afterMs).toBe(22);
});

test("a late answer counts, and heals", async () => {
  const { clock, call, channels, replicas } = await world(1);
  channels[0]?.become(silent);
  const outcome = call();
  await clock.advanceMs(500);
  expect(replicas.state(0)).toBe("suspect");
  channels[0]?.become(answers);
  await clock.advanceMs(1);
  expect(outcome.result?.answer?.status).toBe("OK");
  expect(outcome.result?.attemptCount).toBe(1);
  expect(replicas.state(0)).toBe("healthy");
});

test("a replica that wakes is used again at once: its probe answers first", async () => {
  const { clock, call, channels, replicas, callsOf } = await world(2);
  channels[0]?.become(silent);
  call();
  await clock.advanceMs(1000);
  expect(replicas.state(0)).toBe("suspect");
  channels[0]?.become(answers);
  await clock.advanceMs(3);
  expect(replicas.state(0)).toBe("healthy");
  const before = callsOf(0);
  call();
  call();
  expect(callsOf(0)).toBe(before + 1);
});

test("a request that may not execute twice is neither hedged nor moved", async () => {
  const { clock, call, channels, callsOf } = await world(2);
  channels[0]?.become(silent);
  const before = callsOf(1);
  const outcome = call({ mayExecuteTwice: false });
  await clock.advanceMs(5000);
  expect(callsOf(1)).toBe(before);
  expect(outcome.result?.attemptCount).toBe(1);
  expect(outcome.result?.answer).toBeUndefined();
  expect(outcome.result?.mayHaveExecuted).toBe(true);
});

test("with every replica down, requests wait and leave the moment one answers", async () => {
  const { clock, call, channels } = await world(2);
  for (const channel of channels) channel.become({ kind: "refuses" });
  const waiting = [call(), call(), call()];
  await clock.advanceMs(3000);
  expect(waiting.every((outcome) => outcome.result === undefined)).toBe(true);
  channels[1]?.become(answers);
  // 2 ms for the probe, 2 ms for the requests.
  await clock.advanceMs(4);
  expect(waiting.map((outcome) => outcome.result?.answer?.status)).toEqual(["OK", "OK", "OK"]);
});

test("when all are slow nothing is doubled: no hedges, no moves", async () => {
  const { clock, call, channels, callsOf } = await world(3);
  for (const channel of channels) channel.become(silent);
  // The first three find healthy replicas, whose silence makes all suspect.
  const first = Array.from({ length: 3 }, () => call());
  await clock.advanceMs(300);
  const attemptsBefore = callsOf(0) + callsOf(1) + callsOf(2);
  const later = Array.from({ length: 30 }, () => call());
  await clock.advanceMs(2000);
  expect(callsOf(0) + callsOf(1) + callsOf(2)).toBe(attemptsBefore + 30);
  for (const channel of channels) channel.become(answers);
  await clock.advanceMs(5);
  for (const outcome of [...first, ...later]) expect(outcome.result?.answer?.status).toBe("OK");
});

test("pushback spares the replica that asked for it, not the request", async () => {
  const { clock, call, channels, callsOf } = await world(2);
  channels[0]?.become({
    kind: "answers",
    afterMs: 1,
    result: { status: "RESOURCE_EXHAUSTED", detail: "busy", pushback: 500 },
  });
  const outcome = call();
  await clock.advanceMs(4);
  expect(outcome.result?.answer?.status).toBe("OK");
  const before = callsOf(0);
  for (let each = 0; each < 4; each++) call();
  await clock.advanceMs(10);
  expect(callsOf(0)).toBe(before);
  await clock.advanceMs(500);
  for (let each = 0; each < 4; each++) call();
  expect(callsOf(0)).toBeGreaterThan(before);
});

test("a negative pushback ends the request", async () => {
  const { clock, call, channels } = await world(2);
  channels[0]?.become({
    kind: "answers",
    afterMs: 1,
    result: { status: "UNAVAILABLE", detail: "no", pushback: "never" },
  });
  const outcome = call();
  await clock.advanceMs(4);
  expect(outcome.result?.attemptCount).toBe(1);
  expect(outcome.result?.answer).toBeUndefined();
});

test("leaves no timer behind once its requests and their late attempts have ended", async () => {
  const { clock, call, channels } = await world(3);
  channels[0]?.become(silent);
  call();
  await clock.advanceMs(50);
  channels[0]?.become(answers);
  await clock.advanceMs(50);
  expect(clock.timerCount).toBe(0);
});

test("adaptive hedges a request that has waited for half its time, whatever the budget says", async () => {
  const { clock, channels, call } = await world(2, noHedges(), 1000);
  channels[0]?.become(silent);
  const request = call({ deadlineUs: clock.nowUs() + 100_000 });
  await clock.advanceMs(60);
  expect(request.result?.answer?.status).toBe("OK");
  expect(request.afterMs).toBe(52);
});

test("adaptive asks for a new connection when a probe has long met nothing but silence", async () => {
  const { clock, channels, call } = await world(2);
  channels[0]?.become(silent);
  call();
  await clock.advanceMs(limits.probeTimeoutMs - 100);
  expect(channels[0]?.renewCount).toBe(0);
  await clock.advanceMs(200);
  expect(channels[0]?.renewCount).toBe(1);
});

test("adaptive asks a replica that has just refused a request only after the others", async () => {
  const { clock, channels, call, callsOf } = await world(2);
  const result = { status: "UNAVAILABLE", isFromPeer: true } as const;
  channels[0]?.become({ kind: "answers", afterMs: 1, result });
  const before = callsOf(0);
  for (let number = 0; number < 20; number++) {
    const outcome = call();
    await clock.advanceMs(10);
    expect(outcome.result?.answer?.status).toBe("OK");
  }
  // 20 requests in 200 ms; the first of them alone was its to refuse.
  expect(callsOf(0) - before).toBe(1);
  await clock.advanceMs(limits.refusalPauseMs);
  call();
  call();
  await clock.advanceMs(10);
  expect(callsOf(0) - before).toBe(2);
});
