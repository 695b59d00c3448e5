import { describe, expect, test } from "bun:test";
import { goAwayOf, RawHttp2Client } from "../../tests/support/raw-http2-client.ts";
import { frameTypes, type RawFrame } from "../../tests/support/raw-http2-server.ts";
import { RunningReplica } from "../../tests/support/running-replica.ts";
import { sleep, systemClock } from "../base/clock.ts";
import { describeReplica, lookUpNames, runDfs } from "../rpc/dfs-service.ts";
import { defaultServeLimits, type ServeLimits } from "./serve-limits.ts";

const enhanceYourCalm = 11;
const refusedStream = 7;
const watch = "/grpc.health.v1.Health/Watch";

const startWith = (limits: Partial<ServeLimits>) =>
  RunningReplica.start({ limits: { ...defaultServeLimits, ...limits } });

const isGoAway = ({ type }: RawFrame) => type === frameTypes.goAway;
const isReset = ({ type }: RawFrame) => type === frameTypes.resetStream;

/** The settings a replica announces, by their numbers. */
async function settingsOf(client: RawHttp2Client): Promise<Map<number, number>> {
  const { payload } = await client.once(
    (frame) => frame.type === frameTypes.settings && frame.payload.length > 0,
  );
  const settings = new Map<number, number>();
  for (let at = 0; at < payload.length; at += 6) {
    settings.set(payload.readUInt16BE(at), payload.readUInt32BE(at + 2));
  }
  return settings;
}

describe("the limits of a replica", () => {
  test("streams and headers are announced; a stream too many is refused, not executed", async () => {
    await using running = await startWith({ streamMaxCount: 2, headerListMaxBytes: 8000 });
    using client = await RawHttp2Client.open(running.replica.port);
    const settings = await settingsOf(client);
    expect([settings.get(3), settings.get(6)]).toEqual([2, 8000]);
    for (const id of [1, 3, 5]) {
      client.sendCall(id, watch);
      client.sendEmptyRequest(id);
    }
    const reset = await client.once(isReset);
    expect([reset.streamId, reset.payload.readUInt32BE(0)]).toEqual([5, refusedStream]);
  });

  test("too many headers, or too long ones, reset the call and leave the connection", async () => {
    await using running = await startWith({ headerMaxCount: 20, headerListMaxBytes: 8000 });
    using client = await RawHttp2Client.open(running.replica.port);
    client.sendCall(1, watch, [["x-long", "v".repeat(9000)]]);
    const many = Array.from({ length: 30 }, (_, index) => [`x-${index}`, "v"] as const);
    client.sendCall(3, watch, many);
    client.sendCall(5, watch);
    client.sendEmptyRequest(5);
    await client.once((frame) => frame.type === frameTypes.data && frame.streamId === 5);
    const resets = client.framesOf(frameTypes.resetStream);
    expect(resets.map(({ streamId, payload }) => [streamId, payload.readUInt32BE(0)])).toEqual([
      [1, enhanceYourCalm],
      [3, enhanceYourCalm],
    ]);
  });

  test("a connection too many is told so and closed; its place is free once one has left", async () => {
    await using running = await startWith({ connectionMaxCount: 1 });
    const { port } = running.replica;
    const first = await RawHttp2Client.open(port);
    await settingsOf(first);
    using second = await RawHttp2Client.open(port, true);
    const goAway = goAwayOf(await second.once(isGoAway));
    expect(goAway).toEqual({
      lastStreamId: 0,
      code: enhanceYourCalm,
      reason: "too_many_connections",
    });
    await second.closed;
    expect(running.replica.connectionCounts).toMatchObject({ accepted: 1, refused: 1 });
    first[Symbol.dispose]();
    while (running.replica.connectionCounts.closed === 0) await sleep(systemClock, 5);
    using third = await RawHttp2Client.open(port);
    await settingsOf(third);
  });

  test("calls on a connection too many are not executed, and its end comes later", async () => {
    await using running = await startWith({ connectionMaxCount: 1 });
    const { port } = running.replica;
    using first = await RawHttp2Client.open(port);
    await settingsOf(first);
    using second = await RawHttp2Client.open(port);
    let isClosed = false;
    void second.closed.then(() => {
      isClosed = true;
    });
    await second.once(isGoAway);
    second.sendCall(1, "/dfs.DFSService/RunDFS");
    second.sendEmptyRequest(1);
    second.ping();
    await second.once(({ type }) => type === frameTypes.ping);
    expect(isClosed).toBe(false);
    await second.closed;
    expect(second.framesOf(frameTypes.headers)).toEqual([]);
  });

  test("pings that come too fast end the connection, unless it is answered meanwhile", async () => {
    await using running = await startWith({ pingIntervalMinMs: 60_000 });
    const { port } = running.replica;
    using busy = await RawHttp2Client.open(port);
    for (let id = 1; id < 20; id += 2) {
      busy.sendCall(id, "/no.Service/Method");
      await busy.once((frame) => frame.type === frameTypes.headers && frame.streamId === id);
      busy.ping();
    }
    using idle = await RawHttp2Client.open(port);
    await settingsOf(idle);
    for (let count = 1; count <= 4; count++) {
      idle.ping();
      await idle.once(() => idle.framesOf(frameTypes.ping).length === count || count === 4);
    }
    const goAway = goAwayOf(await idle.once(isGoAway));
    expect(goAway).toMatchObject({ code: enhanceYourCalm, reason: "too_many_pings" });
    await idle.closed;
    expect(busy.framesOf(frameTypes.goAway)).toEqual([]);
    expect(running.replica.connectionCounts.pingedOut).toBe(1);
  });

  test("a connection without a call is closed after a while", async () => {
    await using running = await startWith({ idleMaxMs: 50 });
    using client = await RawHttp2Client.open(running.replica.port);
    expect(goAwayOf(await client.once(isGoAway)).code).toBe(0);
    await client.closed;
  });

  test("messages too large are refused, both ways", async () => {
    await using running = await startWith({ messageMaxBytes: 16_384 });
    const names = Array.from({ length: 2000 }, (_, index) => `no such vertex ${index}`);
    const asked = await running.client.call(lookUpNames, { names, vertices: [] });
    expect(asked).toMatchObject({ code: "RESOURCE_EXHAUSTED" });
    expect(asked.message).toContain("16384");
    const request = { numVertices: 50_000, withPath: true, target: 49_999 };
    const answered = await running.client.call(runDfs, request);
    expect(answered).toMatchObject({ code: "RESOURCE_EXHAUSTED" });
    expect((await running.client.call(describeReplica, {})).code).toBe("OK");
  });

  test("a request that takes too long is ended, also one that never comes whole", async () => {
    await using running = await startWith({ requestMaxMs: 80 });
    using client = await RawHttp2Client.open(running.replica.port);
    client.sendCall(1, "/dfs.DFSService/RunDFS");
    const unfinished = await client.once(({ streamId }) => streamId === 1);
    expect(unfinished.type).toBe(frameTypes.headers);
    const reset = await client.once(isReset);
    expect([reset.streamId, reset.payload.readUInt32BE(0)]).toEqual([1, 0]);
    // Stopped where it searches, and recorded as what it was.
    const ended = await running.client.call(runDfs, { numVertices: 5_000_000 });
    expect(ended).toMatchObject({
      code: "DEADLINE_EXCEEDED",
      message: "This replica ends a request after 80ms",
    });
    while (running.executions().length === 0) await sleep(systemClock, 5);
    expect(running.executions()).toMatchObject([{ code: "DEADLINE_EXCEEDED" }]);
    // What is answered by a stream may go on.
    client.sendCall(3, watch);
    client.sendEmptyRequest(3);
    await client.once((frame) => frame.type === frameTypes.data && frame.streamId === 3);
    await sleep(systemClock, 200);
    const ends = client.frames.filter(({ streamId, type }) => streamId === 3 && type === 1);
    expect(ends).toHaveLength(1);
  });
});
