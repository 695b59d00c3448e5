import { describe, expect, test } from "bun:test";
import { RawHttp2Client } from "../../tests/support/raw-http2-client.ts";
import { frameTypes } from "../../tests/support/raw-http2-server.ts";
import { RunningReplica } from "../../tests/support/running-replica.ts";
import { sleep, systemClock } from "../base/clock.ts";
import { describeReplica, runDfs } from "../rpc/dfs-service.ts";
import { defaultServeLimits } from "./serve-limits.ts";

/** A replica, and what it tells of its calls as `Method CODE`. */
async function watched(limits = defaultServeLimits) {
  const begun: string[] = [];
  const ended: string[] = [];
  const running = await RunningReplica.start({
    limits,
    onCalls: {
      begun: ({ method }) => void begun.push(method),
      ended: ({ method }, code) => void ended.push(`${method} ${code}`),
    },
  });
  const endedAfter = async (count: number) => {
    while (ended.length < count) await sleep(systemClock, 5);
    return ended;
  };
  return { running, begun, endedAfter };
}

describe("CallWatch", () => {
  test("tells the status of every call, whoever answered it", async () => {
    const { running, begun, endedAfter } = await watched();
    await using _ = running;
    await running.client.call(describeReplica, {});
    await running.client.call(runDfs, { target: -1, numVertices: 0 });
    using raw = await RawHttp2Client.open(running.replica.port);
    raw.sendCall(1, "/grpc.health.v1.Health/Watch");
    raw.sendEmptyRequest(1);
    await raw.once(({ type, streamId }) => type === frameTypes.data && streamId === 1);
    raw.send(frameTypes.resetStream, 0, 1, Buffer.of(0, 0, 0, 8));
    expect(await endedAfter(3)).toEqual([
      "DescribeReplica OK",
      "RunDFS INVALID_ARGUMENT",
      "Watch CANCELLED",
    ]);
    expect(begun).toEqual(["DescribeReplica", "RunDFS", "Watch"]);
  });

  test("tells all methods there are none of as one", async () => {
    const { running, endedAfter } = await watched();
    await using _ = running;
    using raw = await RawHttp2Client.open(running.replica.port);
    for (let count = 0; count < 20; count++) raw.sendCall(2 * count + 1, `/x${count}.Y/Z${count}`);
    const ended = await endedAfter(20);
    expect(new Set(ended)).toEqual(new Set(["unknown UNIMPLEMENTED"]));
  });

  test("tells calls that were reset before their turn as cancelled", async () => {
    const { running, begun, endedAfter } = await watched();
    await using _ = running;
    using raw = await RawHttp2Client.open(running.replica.port);
    const count = 500;
    for (let index = 0; index < count; index++) {
      raw.sendCall(2 * index + 1, "/dfs.DFSService/RunDFS");
      raw.send(frameTypes.resetStream, 0, 2 * index + 1, Buffer.of(0, 0, 0, 8));
    }
    const ended = await endedAfter(count);
    expect([begun.length, ended.length]).toEqual([count, count]);
    expect(new Set(ended)).toEqual(new Set(["RunDFS CANCELLED"]));
  });

  test("tells what a limit has answered", async () => {
    const { running, endedAfter } = await watched({ ...defaultServeLimits, requestMaxMs: 50 });
    await using _ = running;
    using raw = await RawHttp2Client.open(running.replica.port);
    raw.sendCall(1, "/dfs.DFSService/RunDFS");
    expect(await endedAfter(1)).toEqual(["RunDFS DEADLINE_EXCEEDED"]);
  });
});
