import { expect, test } from "bun:test";
import {
  type Behaviour,
  ScriptedChannel,
  type ScriptedStream,
} from "../../tests/support/scripted-channel.ts";
import { VirtualClock } from "../../tests/support/virtual-clock.ts";
import { limits } from "../base/limits.ts";
import { FailoverClient } from "./failover-client.ts";
import { createPolicy, type PolicyName } from "./policy.ts";
import { ReplicaSet } from "./replica-set.ts";
import type { AnswerReader, AttemptFailure, CallResult, ExchangeRequest } from "./request.ts";

const answers: Behaviour = { kind: "answers", afterMs: 2 };
const silent: Behaviour = { kind: "silent" };
const lost = { status: "UNAVAILABLE", detail: "connection lost" } as const;

class Collector implements AnswerReader {
  readonly numbers: number[] = [];

  take(message: Uint8Array): void {
    this.numbers.push(...message);
  }

  fault(): string | undefined {
    return undefined;
  }
}

const asked = [new Uint8Array([1]), new Uint8Array([2]), new Uint8Array([3])];

/** Two replicas, each a millisecond or two away, and an attempt timeout of 100 ms. */
async function world(policy: PolicyName = "adaptive", timeoutMs: number | undefined = 100) {
  const clock = new VirtualClock();
  const channels: ScriptedChannel[] = [];
  const failures: AttemptFailure[] = [];
  const replicas = new ReplicaSet({
    endpoints: [1, 2].map((port) => ({ host: "h", port })),
    openChannel(endpoint) {
      const channel = new ScriptedChannel(endpoint, clock, answers);
      channels.push(channel);
      return channel;
    },
    clock,
  });
  const client = new FailoverClient({
    ...{ replicas, policy: createPolicy(policy, timeoutMs), clock },
    onAttemptFailure: (failure) => failures.push(failure),
  });
  await clock.advanceMs(10);
  const start = (other: Partial<ExchangeRequest> = {}, isAnsweredOnce = false) => {
    const results: CallResult[] = [];
    const openReader = () => new Collector();
    client.start(
      {
        ...{ id: "r-1", number: 1, path: "/a.B/C", mayExecuteTwice: true },
        exchange: { requests: asked, isAnsweredOnce, openReader },
        deadlineUs: clock.nowUs() + 10_000_000,
        ...other,
      },
      (result) => results.push(result),
    );
    return results;
  };
  /** The latest stream that the replica was asked for. */
  const at = (index: number): ScriptedStream => {
    const stream = channels[index]?.streams.at(-1);
    if (stream === undefined) throw new Error(`replica ${index} was asked for nothing`);
    return stream;
  };
  const counts = () => channels.map(({ streams }) => streams.length);
  return { clock, channels, client, failures, start, at, counts };
}

const numbersOf = (result: CallResult | undefined) =>
  (result?.answer?.taken?.reader as Collector | undefined)?.numbers;

test("a whole answer is one result, with the time to its first message", async () => {
  const { clock, start, at, failures } = await world();
  const results = start();
  await clock.advanceMs(5);
  at(0).send(7);
  await clock.advanceMs(5);
  at(0).send(8);
  expect(results).toEqual([]);
  at(0).end();
  expect(results[0]).toMatchObject({
    attemptCount: 1,
    answer: { status: "OK", serviceUs: 10_000 },
  });
  expect(results[0]?.answer?.taken).toMatchObject({ messageCount: 2, firstUs: 5000 });
  expect(numbersOf(results[0])).toEqual([7, 8]);
  expect(failures).toEqual([]);
});

test("one that breaks midway is asked anew as a whole, and taken from its beginning", async () => {
  const { clock, start, at, failures } = await world();
  const results = start();
  await clock.advanceMs(5);
  at(0).send(7);
  at(0).send(8);
  at(0).end(lost);
  await clock.advanceMs(3);
  expect([...at(1).call.requests]).toEqual(asked);
  expect(at(1).call.metadata).toMatchObject({ "grpc-previous-rpc-attempts": "1" });
  for (const number of [7, 8, 9]) at(1).send(number);
  at(1).end();
  expect(results[0]).toMatchObject({ attemptCount: 2, endpoint: { port: 2 } });
  expect(results[0]?.answer?.taken).toMatchObject({ messageCount: 3, firstUs: 3000 });
  expect(numbersOf(results[0])).toEqual([7, 8, 9]);
  expect(failures).toMatchObject([{ status: "UNAVAILABLE", ended: "failed", isRetried: true }]);
});

test.each([
  ["once it has begun to arrive", true],
  ["before its first message, perhaps executed", false],
])("one that is not idempotent is not asked twice %s", async (_, hasBegun) => {
  const { start, at, counts } = await world();
  const results = start({ mayExecuteTwice: false });
  if (hasBegun) at(0).send(7);
  at(0).end(lost);
  expect(results).toMatchObject([{ answer: undefined, mayHaveExecuted: true, isRefused: false }]);
  expect(counts()).toEqual([1, 0]);
});

test("one that is not idempotent is asked again when it provably was not executed", async () => {
  const { start, at } = await world();
  const results = start({ mayExecuteTwice: false });
  at(0).end({ ...lost, mayHaveExecuted: false });
  at(1).send(7);
  at(1).end();
  expect(results).toMatchObject([{ attemptCount: 2, answer: { status: "OK" } }]);
});

test("silence before the first message moves it; what is whole first counts", async () => {
  const { clock, channels, start, at, counts, failures } = await world();
  channels[0]?.become(silent);
  const results = start();
  await clock.advanceMs(110);
  expect(counts()).toEqual([1, 1]);
  expect(failures).toMatchObject([{ ended: "abandoned", detail: "no message within 100 ms" }]);
  // The replica was only late: its own answer is whole before the other.
  at(0).send(7);
  at(1).send(7);
  at(0).send(8);
  at(0).end();
  expect(results).toMatchObject([{ attemptCount: 2, endpoint: { port: 1 } }]);
  expect(numbersOf(results[0])).toEqual([7, 8]);
  expect(at(1).isCancelled).toBe(true);
});

test("silence amid its messages moves it, and the overtaken attempt is cancelled at the end", async () => {
  const { clock, channels, start, at, counts } = await world();
  const results = start();
  for (const number of [7, 8]) {
    await clock.advanceMs(60);
    at(0).send(number);
  }
  channels[0]?.become(silent);
  await clock.advanceMs(90);
  expect(counts()).toEqual([1, 0]);
  await clock.advanceMs(60);
  expect(counts()).toEqual([1, 1]);
  at(1).send(7);
  at(1).end();
  expect(numbersOf(results[0])).toEqual([7]);
  expect(at(0).isCancelled).toBe(true);
});

test("messages keep it where it is, though the replica answers nothing else", async () => {
  const { clock, channels, start, at, counts } = await world();
  channels[0]?.become(silent);
  const results = start();
  for (let number = 0; number < 50; number++) {
    await clock.advanceMs(40);
    at(0).send(number);
  }
  at(0).end();
  expect(counts()).toEqual([1, 0]);
  expect(results[0]?.answer?.taken).toMatchObject({ messageCount: 50 });
});

test("a slow one on a replica that lives is neither hedged nor moved for half of its time", async () => {
  const { clock, start, at, counts, failures } = await world();
  const results = start();
  await clock.advanceMs(10_000 * limits.lastChanceShare - 200);
  expect(counts()).toEqual([1, 0]);
  await clock.advanceMs(500);
  expect(counts()).toEqual([1, 1]);
  expect(failures).toMatchObject([{ ended: "abandoned", status: "DEADLINE_EXCEEDED" }]);
  at(1).send(7);
  at(1).end();
  expect(results).toMatchObject([{ attemptCount: 2, endpoint: { port: 2 } }]);
});

test("one that is not idempotent waits for its answer until its deadline", async () => {
  const { clock, channels, start, at, counts } = await world();
  channels[0]?.become(silent);
  const results = start({ mayExecuteTwice: false });
  at(0).send(7);
  await clock.advanceMs(9900);
  expect(counts()).toEqual([1, 0]);
  await clock.advanceMs(200);
  expect(results).toMatchObject([{ answer: undefined, mayHaveExecuted: true }]);
  expect(results[0]?.detail).toMatch(/no message within \d+ ms, after 1 in \d+ ms$/);
});

test.each([0, 2])("where one message answers, an OK with %d of them is none", async (count) => {
  const { start, at } = await world();
  const results = start({}, true);
  for (let index = 0; index < count; index++) at(0).send(7);
  at(0).end();
  expect(results[0]?.answer?.status).toBe("UNIMPLEMENTED");
});

test("an application's own status is the answer, whatever came before it", async () => {
  const { start, at } = await world();
  const results = start();
  at(0).send(7);
  at(0).end({ status: "NOT_FOUND", detail: "no more", isFromPeer: true });
  expect(results).toMatchObject([{ attemptCount: 1, answer: { status: "NOT_FOUND" } }]);
});

test("policy retry gives up an attempt that brings nothing for the attempt timeout", async () => {
  const { clock, start, at, counts } = await world("retry");
  const results = start();
  await clock.advanceMs(80);
  at(0).send(7);
  await clock.advanceMs(80);
  expect(counts()).toEqual([1, 0]);
  await clock.advanceMs(30);
  expect(counts()).toEqual([1, 1]);
  expect(at(0).isCancelled).toBe(true);
  at(1).send(7);
  at(1).end();
  expect(results).toMatchObject([{ attemptCount: 2, answer: { status: "OK" } }]);
});

test("policy none has one replica for it and no second chance", async () => {
  const { start, at, counts } = await world("none", undefined);
  const results = start();
  at(0).end({ ...lost, mayHaveExecuted: false });
  expect(counts()).toEqual([1, 0]);
  expect(results).toMatchObject([{ answer: undefined, mayHaveExecuted: false }]);
});

test("timeouts are learned from first messages, not from how long answers are", async () => {
  const { clock, client, start, at } = await world("adaptive", undefined);
  for (let number = 0; number < 24; number++) {
    const results = start();
    await clock.advanceMs(2);
    at(0).send(7);
    await clock.advanceMs(800);
    at(0).send(8);
    at(0).end();
    expect(results).toHaveLength(1);
  }
  expect(client.attemptTimeoutMs).toBeLessThanOrEqual(limits.attemptTimeoutCapMs);
});
