import { expect, test } from "bun:test";
import type { UnaryResult } from "../../src/rpc/channel.ts";
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
