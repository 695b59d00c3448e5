import { expect, test } from "bun:test";
import { answers, lost, silent, streamWorld } from "../../tests/support/stream-world.ts";
import { limits } from "../base/limits.ts";

test("a whole stream is complete with its end, and leaves no timer behind", async () => {
  const { clock, start, at, replicas } = await streamWorld();
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
  const { clock, start, at, asked } = await streamWorld();
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
  const { start, at, asked } = await streamWorld();
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
  const { clock, start, at, asked } = await streamWorld();
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
  const { clock, channels, start, at, replicas, asked } = await streamWorld();
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
  const detail = "no sign of life from the replica for 100 ms";
  expect(gaps).toMatchObject([{ status: "DEADLINE_EXCEEDED", detail }]);
  at(1).send(3);
  at(1).end();
  expect([results[0]?.outcome, consumer.itemCount]).toEqual(["complete", 3]);
});

test("another request's silence moves the stream as well", async () => {
  const { clock, channels, start, at, client, asked } = await streamWorld();
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
  const { clock, start, at, asked } = await streamWorld();
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
  const { clock, channels, start, at, replicas } = await streamWorld();
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
  const { clock, channels, start, at, asked } = await streamWorld({ replicaCount: 2 });
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
  const { clock, channels, start, at } = await streamWorld();
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
    const { start, at, asked } = await streamWorld();
    const { results } = start(2);
    at(0).end({ status, detail: "no" });
    expect(results).toMatchObject([{ outcome: "failed", status, detail: "no" }]);
    expect(asked(1)).toEqual([]);
  },
);

test("OK before everything has come is wrong, and so is what must not follow", async () => {
  const { start, at } = await streamWorld();
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
  const { clock, start, at, channels } = await streamWorld();
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
  const { clock, start, at, asked } = await streamWorld({ replicaCount: 1 });
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
  const { clock, start, channels } = await streamWorld();
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
  const { clock, channels, start, at, asked } = await streamWorld();
  const { results } = start(2, { mayExecuteTwice: false });
  at(0).end({ ...lost, mayHaveExecuted: false });
  expect(asked(1)).toEqual([[0]]);
  channels[1]?.become(silent);
  await clock.advanceMs(1000);
  expect([at(1).isCancelled, asked(2)]).toEqual([false, []]);
  at(1).end(lost);
  expect(results).toMatchObject([{ outcome: "failed", status: "UNAVAILABLE", attemptCount: 2 }]);
});
