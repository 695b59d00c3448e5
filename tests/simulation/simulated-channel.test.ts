import { expect, test } from "bun:test";
import type { CallEnd, UnaryResult } from "../../src/rpc/channel.ts";
import { decodeMessage, encodeQuestion, greetingIndex } from "./simulated-stream.ts";
import { World } from "./world.ts";

/** One replica, 2 ms of work a call, 1 ms each way; nothing is left to chance. */
function prepare() {
  const constant = (meanMs: number) => ({ kind: "constant", meanMs }) as const;
  const world = new World({
    seed: 1,
    replicas: [
      {
        ...{ service: constant(2), parallelism: 1, networkDelay: constant(1) },
        ...{ queuesProbes: true, honoursCancel: true },
      },
    ],
  });
  const [replica] = world.replicas;
  const [endpoint] = world.endpoints;
  if (replica === undefined || endpoint === undefined) throw new Error("There is no replica");
  const channel = world.openChannel(endpoint);
  const states: string[] = [];
  channel.onStateChange((state) => states.push(state));
  const call = (timeoutMs = 1000) => {
    const ended: { result?: UnaryResult; atMs?: number; count: number } = { count: 0 };
    const startUs = world.clock.nowUs();
    const cancel = channel.unary(
      { path: "/a.B/C", request: new Uint8Array(), timeoutMs, metadata: { "x-request-id": "1" } },
      (result) => {
        Object.assign(ended, { result, atMs: (world.clock.nowUs() - startUs) / 1000 });
        ended.count++;
      },
    );
    expect(ended.count).toBe(0);
    return { ended, cancel };
  };
  return { world, replica, channel, states, call };
}

test("a call takes both ways and its work, and queues behind the one before", () => {
  const { world, channel, states, call } = prepare();
  channel.connect();
  world.clock.advanceMs(2);
  expect(states).toEqual(["connecting", "ready"]);
  const [first, second] = [call(), call()];
  world.clock.advanceMs(10);
  // 1 ms there, 2 ms of work, 1 ms back; the second waits 2 ms for the first.
  expect([first.ended.atMs, second.ended.atMs]).toEqual([4, 6]);
  expect(first.ended.result?.status).toBe("OK");
});

test("a call without a connection was provably not executed", () => {
  const { world, call } = prepare();
  const { ended } = call();
  world.clock.advanceMs(0);
  expect(ended.result).toMatchObject({ status: "UNAVAILABLE", mayHaveExecuted: false });
});

test("a crash ends open calls with doubt, and the channel comes back by itself", () => {
  const { world, replica, channel, states, call } = prepare();
  channel.connect();
  world.clock.advanceMs(2);
  const { ended } = call();
  world.clock.advanceMs(2);
  replica.crash();
  world.clock.advanceMs(1);
  expect(ended.result).toMatchObject({ status: "UNAVAILABLE", mayHaveExecuted: true });
  expect(replica.executedCount).toBe(1);
  replica.start();
  world.clock.advanceMs(100);
  expect(states).toEqual(["connecting", "ready", "broken", "connecting", "ready"]);
});

test("a suspended replica accepts and is silent; resumed, it answers what has piled up", () => {
  const { world, replica, channel, call } = prepare();
  channel.connect();
  world.clock.advanceMs(2);
  replica.suspend();
  const [late, tooLate] = [call(), call(50)];
  world.clock.advanceMs(100);
  expect(late.ended.count).toBe(0);
  expect(tooLate.ended).toMatchObject({
    atMs: 50,
    result: { status: "DEADLINE_EXCEEDED", mayHaveExecuted: true },
  });
  replica.resume();
  world.clock.advanceMs(10);
  expect(late.ended).toMatchObject({ atMs: 103, count: 1, result: { status: "OK" } });
  expect(replica.executedCount).toBe(1);
});

test("a draining replica finishes what it has, and tells what it will not look at", () => {
  const { world, replica, channel, states, call } = prepare();
  channel.connect();
  world.clock.advanceMs(2);
  const early = call();
  world.clock.advanceMs(1);
  const crossing = call();
  replica.drain();
  world.clock.advanceMs(1);
  expect(channel.state).toBe("draining");
  expect(crossing.ended.result).toMatchObject({ status: "UNAVAILABLE", mayHaveExecuted: false });
  world.clock.advanceMs(2);
  expect(early.ended.result?.status).toBe("OK");
  expect(states.slice(0, 4)).toEqual(["connecting", "ready", "draining", "broken"]);
});

test("a mute replica holds the channel in connecting until the connect timeout", () => {
  const { world, replica, channel, states } = prepare();
  replica.crash();
  replica.start(true);
  channel.connect();
  world.clock.advanceMs(1005);
  expect(states).toEqual(["connecting", "broken"]);
  replica.speak();
  world.clock.advanceMs(50);
  expect(channel.state).toBe("ready");
});

test("a half-open connection keeps its silence, and renew() gets another beside it", () => {
  const { world, replica, channel, call } = prepare();
  channel.connect();
  world.clock.advanceMs(2);
  replica.halfOpen();
  const lost = call(30_000);
  world.clock.advanceMs(20_000);
  expect([channel.state, lost.ended.count]).toEqual(["ready", 0]);
  channel.renew();
  world.clock.advanceMs(10);
  const next = call();
  world.clock.advanceMs(10);
  expect([channel.state, next.ended.result?.status]).toEqual(["ready", "OK"]);
  expect(lost.ended.count).toBe(0);
  world.clock.advanceMs(10_000);
  expect(lost.ended.result?.status).toBe("DEADLINE_EXCEEDED");
  expect(replica.executedCount).toBe(1);
});

test("cancel() ends a call with CANCELLED, once", () => {
  const { world, channel, call } = prepare();
  channel.connect();
  world.clock.advanceMs(2);
  const { ended, cancel } = call();
  cancel();
  cancel();
  world.clock.advanceMs(10);
  expect(ended).toMatchObject({ count: 1, atMs: 0, result: { status: "CANCELLED" } });
});

/** A stream of 8 messages on a connected channel, with what its client has got of it. */
function prepareStream(after = 0) {
  const prepared = prepare();
  const { world, channel } = prepared;
  channel.connect();
  world.clock.advanceMs(2);
  const taken: number[] = [];
  const ends: CallEnd[] = [];
  const request = encodeQuestion({ stream: 1, total: 8, after });
  const control = channel.stream(
    {
      ...{ path: "/a.B/C", requests: [request] },
      ...{ timeoutMs: 1000, metadata: { "x-request-id": "stream-1" } },
    },
    {
      onMessage: (message) => {
        const { index } = decodeMessage(message);
        if (index !== greetingIndex) taken.push(index);
      },
      onEnd: (end) => ends.push(end),
    },
  );
  return { ...prepared, taken, ends, control };
}

test("a stream brings its messages in order, after those that are left out, and ends", () => {
  const { world, taken, ends, replica } = prepareStream(5);
  world.clock.advanceMs(100);
  expect(taken).toEqual([5, 6, 7]);
  expect(ends).toMatchObject([{ status: "OK" }]);
  expect([replica.openStreamCount, replica.executedCount]).toEqual([0, 1]);
});

test("a paused stream takes nothing, costs the server its window, and goes on", () => {
  const { world, taken, ends, control, replica } = prepareStream();
  control.pause();
  world.clock.advanceMs(500);
  expect([taken, ends, replica.openStreamCount, replica.busyCount]).toEqual([[], [], 1, 0]);
  control.resume();
  world.clock.advanceMs(100);
  expect(taken).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
  expect(ends).toMatchObject([{ status: "OK" }]);
});

test("a cancelled stream stops at the server, at work or waiting for its reader", () => {
  for (const isPaused of [false, true]) {
    const { world, taken, ends, control, replica } = prepareStream();
    if (isPaused) control.pause();
    world.clock.advanceMs(isPaused ? 100 : 3);
    const takenCount = taken.length;
    control.cancel();
    world.clock.advanceMs(10);
    expect([replica.openStreamCount, replica.busyCount]).toEqual([0, 0]);
    expect(taken.length).toBe(takenCount);
    expect(ends).toMatchObject([{ status: "CANCELLED" }]);
  }
});

test("a crash cuts a stream after what has arrived", () => {
  const { world, taken, ends, replica } = prepareStream();
  world.clock.advanceMs(4);
  replica.crash();
  world.clock.advanceMs(10);
  expect(taken.length).toBeGreaterThan(0);
  expect(taken.length).toBeLessThan(8);
  expect(ends).toMatchObject([{ status: "UNAVAILABLE", mayHaveExecuted: true }]);
});
