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
import type { StreamConsumer, StreamGap, StreamRequest, StreamResult } from "./stream-request.ts";

/**
 * Takes the numbers 1, 2, ... up to `total`, one a message; asks for those after the last. An empty
 * message is a greeting.
 */
class Counter implements StreamConsumer {
  itemCount = 0;
  readonly #total: number;

  constructor(total: number) {
    this.#total = total;
  }

  nextRequest(): Uint8Array {
    return new Uint8Array([this.itemCount]);
  }

  take([number]: Uint8Array): string | undefined {
    if (number === undefined) return undefined;
    if (number !== this.itemCount + 1) return `${number} came after ${this.itemCount}`;
    this.itemCount++;
    return undefined;
  }

  get isComplete(): boolean {
    return this.itemCount === this.#total;
  }
}

const answers: Behaviour = { kind: "answers", afterMs: 2 };
const silent: Behaviour = { kind: "silent" };

/** Three replicas, each a millisecond or two away, and an attempt timeout of 100 ms. */
async function world(
  options: { replicaCount?: number; policy?: PolicyName; timeoutMs?: number } = {},
) {
  const { replicaCount = 3, policy = "adaptive", timeoutMs = 100 } = options;
  const clock = new VirtualClock();
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
  const client = new FailoverClient({ replicas, policy: createPolicy(policy, timeoutMs), clock });
  await clock.advanceMs(10);
  const start = (total: number, other: Partial<StreamRequest> = {}) => {
    const consumer = new Counter(total);
    const gaps: StreamGap[] = [];
    const results: StreamResult[] = [];
    const handle = client.startStream(
      {
        ...{ id: "s-1", number: 1, path: "/a.B/Stream" },
        ...{ deadlineUs: Number.POSITIVE_INFINITY, mayExecuteTwice: true },
        ...other,
      },
      consumer,
      { onGap: (gap) => gaps.push(gap), onDone: (result) => results.push(result) },
    );
    return { consumer, gaps, results, handle };
  };
  /** The latest stream that the replica was asked for. */
  const at = (index: number): ScriptedStream => {
    const stream = channels[index]?.streams.at(-1);
    if (stream === undefined) throw new Error(`replica ${index} was asked for no stream`);
    return stream;
  };
  const asked = (index: number) => channels[index]?.streams.map(({ call }) => [...call.request]);
  return { clock, channels, replicas, client, start, at, asked };
}

const lost = { status: "UNAVAILABLE", detail: "connection lost" } as const;

test("a whole stream is complete with its end, and leaves no timer behind", async () => {
  const { clock, start, at, replicas } = await world();
  const { results, gaps, consumer } = start(2);
  expect(at(0).call).toMatchObject({
    metadata: { "x-request-id": "s-1" },
    timeoutMs: Number.POSITIVE_INFINITY,
  });
  expect(replicas.views("stream").map(({ inFlight }) => inFlight)).toEqual([1, 0, 0]);
  expect(replicas.views("request").map(({ inFlight }) => inFlight)).toEqual([0, 0, 0]);
  at(0).send(1);
  at(0).send(2);
  expect(results).toEqual([]);
  at(0).end();
  expect(results).toMatchObject([
    { outcome: "complete", status: "OK", attemptCount: 1, itemCount: 2, endpoint: { port: 1 } },
  ]);
  expect([gaps, consumer.itemCount]).toEqual([[], 2]);
  await clock.advanceMs(1000);
  expect(clock.timerCount).toBe(0);
  expect(replicas.views("stream").map(({ inFlight }) => inFlight)).toEqual([0, 0, 0]);
});

test("a cut stream goes on elsewhere at once after the last message taken", async () => {
  const { clock, start, at, asked } = await world();
  const { results, gaps } = start(4);
  at(0).send(1);
  at(0).send(2);
  await clock.advanceMs(5);
  at(0).end(lost);
  expect(asked(1)).toEqual([[2]]);
  expect(at(1).call.metadata).toMatchObject({ "grpc-previous-rpc-attempts": "1" });
  await clock.advanceMs(3);
  at(1).send(3);
  expect(gaps).toMatchObject([
    { itemCount: 2, from: { port: 1 }, to: { port: 2 }, status: "UNAVAILABLE" },
  ]);
  expect((gaps[0]?.endedUs ?? 0) - (gaps[0]?.beganUs ?? 0)).toBe(8000);
  at(1).send(4);
  at(1).end();
  expect(results).toMatchObject([{ outcome: "complete", attemptCount: 2, endpoint: { port: 2 } }]);
});

test("each message starts the memory of tried replicas over", async () => {
  const { start, at, asked } = await world();
  const { results } = start(5);
  for (const [index, number] of [
    [0, 1],
    [1, 2],
    [0, 3],
    [1, 4],
  ] as const) {
    at(index).send(number);
    at(index).end(lost);
  }
  // Without a message in between it is the third replica's turn.
  expect(asked(0)).toEqual([[0], [2], [4]]);
  at(0).end(lost);
  at(1).end(lost);
  expect(asked(2)).toEqual([[4]]);
  expect(results).toEqual([]);
});

test("a message that brings nothing ends no gap, and is no progress", async () => {
  const { clock, start, at, asked } = await world();
  const { gaps } = start(3);
  at(0).send();
  at(0).send(1);
  at(0).end(lost);
  at(1).send();
  expect(gaps).toEqual([]);
  await clock.advanceMs(7);
  at(1).end(lost);
  expect(asked(2)).toEqual([[1]]);
  at(2).send();
  at(2).send(2);
  expect(gaps).toMatchObject([{ itemCount: 1, from: { port: 1 }, to: { port: 3 } }]);
  expect((gaps[0]?.endedUs ?? 0) - (gaps[0]?.beganUs ?? 0)).toBe(7000);
});

test("silence makes the replica suspect and moves the stream; the old attempt is cancelled", async () => {
  const { clock, channels, start, at, replicas, asked } = await world();
  const { gaps, results, consumer } = start(3);
  at(0).send(1);
  channels[0]?.become(silent);
  await clock.advanceMs(99);
  expect(channels[1]?.streams).toEqual([]);
  await clock.advanceMs(2);
  expect(replicas.state(0)).toBe("suspect");
  expect(at(0).isCancelled).toBe(true);
  expect(asked(1)).toEqual([[1]]);
  at(1).send(2);
  expect(gaps).toMatchObject([{ status: "DEADLINE_EXCEEDED", detail: "no message within 100 ms" }]);
  at(1).send(3);
  at(1).end();
  expect([results[0]?.outcome, consumer.itemCount]).toEqual(["complete", 3]);
});

test("another request's silence moves the stream as well", async () => {
  const { clock, channels, start, at, client, asked } = await world();
  start(3);
  at(0).send(1);
  channels[0]?.become(silent);
  await clock.advanceMs(50);
  at(0).send(2);
  client.start(
    {
      ...{ id: "r", number: 1, path: "/a.B/C", bytes: new Uint8Array() },
      ...{ deadlineUs: clock.nowUs() + 10_000_000, mayExecuteTwice: true },
    },
    () => undefined,
  );
  await clock.advanceMs(99);
  expect(asked(1)).toEqual([]);
  await clock.advanceMs(2);
  expect(asked(1)).toEqual([[2]]);
});

test("a replica that is slow but answers probes is waited for, though not for ever", async () => {
  const { clock, start, at, asked } = await world();
  start(3);
  await clock.advanceMs(limits.streamBarrenMs - 1000);
  expect(asked(1)).toEqual([]);
  await clock.advanceMs(1500);
  expect([at(0).isCancelled, asked(1)]).toEqual([true, [[0]]]);
  // The next is given twice the time.
  await clock.advanceMs(limits.streamBarrenMs + 1500);
  expect(asked(2)).toEqual([]);
  await clock.advanceMs(limits.streamBarrenMs);
  expect(asked(2)).toEqual([[0]]);
});

test("with nobody healthy to move to, what is open is kept", async () => {
  const { clock, channels, start, at, replicas } = await world();
  const { results } = start(2);
  at(0).send(1);
  for (const channel of channels) channel.become(silent);
  replicas.observe(1, "silent", "test");
  replicas.observe(2, "silent", "test");
  await clock.advanceMs(1000);
  expect([replicas.state(0), at(0).isCancelled]).toEqual(["suspect", false]);
  at(0).send(2);
  expect(replicas.state(0)).toBe("healthy");
  at(0).end();
  expect(results[0]).toMatchObject({ outcome: "complete", attemptCount: 1 });
});

test("with every replica out a stream waits, and goes on with the first that returns", async () => {
  const { clock, channels, start, at, asked } = await world({ replicaCount: 2 });
  const { results, gaps } = start(2);
  at(0).send(1);
  for (const channel of channels) channel.become({ kind: "refuses" });
  at(0).end(lost);
  await clock.advanceMs(3_600_000);
  expect([results, asked(1)]).toEqual([[], []]);
  channels[1]?.become(answers);
  await clock.advanceMs(5);
  expect(asked(1)).toEqual([[1]]);
  at(1).send(2);
  at(1).end();
  expect(results[0]?.outcome).toBe("complete");
  expect((gaps[0]?.endedUs ?? 0) - (gaps[0]?.beganUs ?? 0)).toBe(3_600_005_000);
});

test("a deadline ends it as failed", async () => {
  const { clock, channels, start, at } = await world();
  const { results } = start(2, { deadlineUs: clock.nowUs() + 2_000_000 });
  at(0).send(1);
  for (const channel of channels) channel.become({ kind: "refuses" });
  at(0).end(lost);
  await clock.advanceMs(3000);
  expect(results).toMatchObject([
    { outcome: "failed", status: "DEADLINE_EXCEEDED", itemCount: 1, attemptCount: 1 },
  ]);
  expect(results[0]?.detail).toContain("connection lost");
});

test.each(["FAILED_PRECONDITION", "OUT_OF_RANGE", "INVALID_ARGUMENT"] as const)(
  "%s is the application's answer: failed, and nobody else is asked",
  async (status) => {
    const { start, at, asked } = await world();
    const { results } = start(2);
    at(0).end({ status, detail: "no" });
    expect(results).toMatchObject([{ outcome: "failed", status, detail: "no" }]);
    expect(asked(1)).toEqual([]);
  },
);

test("OK before everything has come is wrong, and so is what must not follow", async () => {
  const { start, at } = await world();
  const cut = start(2);
  at(0).send(1);
  at(0).end();
  expect(cut.results).toMatchObject([{ outcome: "wrong", status: "OK", itemCount: 1 }]);
  const jumping = start(3);
  at(0).send(1);
  at(0).send(3);
  expect(jumping.results).toMatchObject([{ outcome: "wrong", detail: "3 came after 1" }]);
  expect(at(0).isCancelled).toBe(true);
});

test("complete is complete, whatever becomes of the end", async () => {
  const { clock, start, at, channels } = await world();
  const broken = start(1);
  at(0).send(1);
  at(0).end(lost);
  expect(broken.results).toMatchObject([{ outcome: "complete", status: "OK" }]);
  const silenced = start(1);
  at(0).send(1);
  channels[0]?.become(silent);
  await clock.advanceMs(200);
  expect(silenced.results).toMatchObject([{ outcome: "complete", attemptCount: 1 }]);
});

test("pushback is honoured, and a server that wants no retry gets none", async () => {
  const { clock, start, at, asked } = await world({ replicaCount: 1 });
  const { results } = start(1);
  const full = { status: "RESOURCE_EXHAUSTED", isFromPeer: true } as const;
  at(0).end({ ...full, pushback: 700 });
  await clock.advanceMs(690);
  expect(asked(0)).toEqual([[0]]);
  await clock.advanceMs(300);
  expect(asked(0)).toEqual([[0], [0]]);
  at(0).end({ ...full, detail: "go away", pushback: "never" });
  expect(results).toMatchObject([{ outcome: "failed", status: "RESOURCE_EXHAUSTED" }]);
});

test("an error of no known cure is not asked for for ever", async () => {
  const { clock, start, channels } = await world();
  const { results } = start(1);
  for (let round = 0; round < 100 && results.length === 0; round++) {
    for (const { streams } of channels) {
      streams.at(-1)?.end({ status: "INTERNAL", detail: "a bug", isFromPeer: true });
    }
    await clock.advanceMs(limits.allOutPauseMs);
  }
  expect(results).toMatchObject([
    { outcome: "failed", status: "INTERNAL", attemptCount: limits.streamRefusedMaxCount },
  ]);
});

test("what is not idempotent is continued only while it was provably not executed", async () => {
  const { clock, channels, start, at, asked } = await world();
  const { results } = start(2, { mayExecuteTwice: false });
  at(0).end({ ...lost, mayHaveExecuted: false });
  expect(asked(1)).toEqual([[0]]);
  channels[1]?.become(silent);
  await clock.advanceMs(1000);
  expect([at(1).isCancelled, asked(2)]).toEqual([false, []]);
  at(1).end(lost);
  expect(results).toMatchObject([{ outcome: "failed", status: "UNAVAILABLE", attemptCount: 2 }]);
});

test("time in which its reader has paused it is no silence", async () => {
  const { clock, channels, start, at, asked, replicas } = await world();
  const { handle, gaps } = start(3);
  at(0).send(1);
  handle.pause();
  expect(at(0).isPaused).toBe(true);
  channels[0]?.become(silent);
  await clock.advanceMs(60_000);
  expect([replicas.state(0), asked(1)]).toEqual(["healthy", []]);
  handle.resume();
  expect(at(0).isPaused).toBe(false);
  await clock.advanceMs(101);
  expect(asked(1)).toEqual([[1]]);
  at(1).send(2);
  expect((gaps[0]?.endedUs ?? 0) - (gaps[0]?.beganUs ?? 0)).toBeLessThan(102_000);
});

test("a crash during a pause is repaired at once, and the pause goes on", async () => {
  const { clock, start, at, asked } = await world();
  const { handle, gaps } = start(3);
  at(0).send(1);
  handle.pause();
  await clock.advanceMs(1000);
  at(0).end(lost);
  expect([asked(1), at(1).isPaused]).toEqual([[[1]], true]);
  await clock.advanceMs(1000);
  handle.resume();
  expect(at(1).isPaused).toBe(false);
  at(1).send(2);
  expect(gaps[0]?.beganUs).toBe(gaps[0]?.endedUs);
});

test("what piled up during a pause is no sign of life", async () => {
  const { clock, channels, start, at, replicas } = await world();
  const { handle } = start(4);
  at(0).send(1);
  for (const channel of channels) channel.become(silent);
  handle.pause();
  for (const index of [1, 2, 0]) replicas.observe(index, "silent", "test");
  handle.resume();
  at(0).send(2);
  expect(replicas.state(0)).toBe("suspect");
  await clock.advanceMs(101);
  at(0).send(3);
  expect(replicas.state(0)).toBe("healthy");
});

test("cancel() ends it as cancelled, once, and its server hears of it", async () => {
  const { clock, start, at } = await world();
  const { handle, results } = start(3);
  at(0).send(1);
  handle.cancel();
  handle.cancel();
  handle.pause();
  handle.resume();
  expect(at(0).isCancelled).toBe(true);
  expect(results).toMatchObject([{ outcome: "cancelled", status: "CANCELLED", itemCount: 1 }]);
  await clock.advanceMs(1000);
  expect(clock.timerCount).toBe(0);
});

test("policy retry gives up after its fixed timeout, and goes to the next in order", async () => {
  const { clock, start, at, asked } = await world({ policy: "retry", timeoutMs: 3000 });
  const { results, gaps } = start(2);
  at(0).send(1);
  await clock.advanceMs(2999);
  expect(asked(1)).toEqual([]);
  await clock.advanceMs(2);
  expect([at(0).isCancelled, asked(1)]).toEqual([true, [[1]]]);
  at(1).send(2);
  at(1).end();
  expect(results).toMatchObject([{ outcome: "complete", attemptCount: 2 }]);
  expect(gaps).toMatchObject([{ status: "DEADLINE_EXCEEDED" }]);
});

test("policy none gives no second chance", async () => {
  const { clock, start, at, asked } = await world({ policy: "none" });
  const { results } = start(2);
  at(0).send(1);
  await clock.advanceMs(100_000);
  expect(results).toEqual([]);
  at(0).end(lost);
  expect(results).toMatchObject([{ outcome: "failed", status: "UNAVAILABLE", attemptCount: 1 }]);
  expect(asked(1)).toEqual([]);
});
