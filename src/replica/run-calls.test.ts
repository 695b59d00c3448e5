import { describe, expect, setDefaultTimeout, test } from "bun:test";
import {
  call,
  frame,
  frameTypes,
  HostileClient,
  preface,
  settings,
} from "../../tests/support/hostile-client.ts";
import { RunningReplica } from "../../tests/support/running-replica.ts";
import { systemClock, waitUntil } from "../base/clock.ts";
import { limits } from "../base/limits.ts";
import { csrGraphFromNeighbours } from "../graph/csr-graph.ts";
import { generateGraph } from "../graph/generators/generate-graph.ts";
import { graphFromParts } from "../graph/graph-from-parts.ts";
import { describeGraph, lookUpNames, type RunRequest, runDfs } from "../rpc/dfs-service.ts";
import { defaultServeLimits } from "./serve-limits.ts";

setDefaultTimeout(60_000);

const soon = { withinMs: 30_000, everyMs: 5 };

/** 3 -> 0 -> 2 -> 1. */
const small = graphFromParts({
  csr: csrGraphFromNeighbours([[2], [], [1], [0]], "small"),
  names: undefined,
});
const letters = ["a", "b", "c", "d"];
const named = {
  ...small,
  names: {
    nameOf: (vertex: number) => letters[vertex] ?? "",
    vertexOf: (name: string) => (letters.includes(name) ? letters.indexOf(name) : undefined),
  },
};

describe("RunDFS", () => {
  test("answers the path, with names when asked, and the fingerprint in each answer", async () => {
    await using running = await RunningReplica.start({ graph: { kind: "fixed", graph: named } });
    const run = async (request: Partial<RunRequest>) => {
      const ended = await running.client.call(runDfs, { numVertices: 0, ...request });
      return ended.response;
    };
    const { fingerprint } = small;
    const path = { path: [0, 2, 1], pathLength: 3 };
    expect(await run({ target: 1, withPath: true })).toMatchObject({
      ...{ found: true, visitedCount: 3, fingerprint, ...path },
    });
    const withNames = await run({ targetName: "b", withPath: true, withNames: true });
    expect(withNames).toMatchObject({ ...path, pathNames: ["a", "c", "b"] });
    expect(await run({ sourceName: "d", target: 1, withPath: true })).toMatchObject({
      ...{ visitedCount: 4, path: [3, 0, 2, 1] },
    });
    const notFound = await run({ source: 1, target: 0, reachableOnly: true, withPath: true });
    expect(notFound).toEqual({
      ...{ found: false, visitedCount: 1, runtimeMs: notFound?.runtimeMs ?? 0, fingerprint },
    });
  });

  test("leaves a path out that is longer than an answer may be, and says how long it is", async () => {
    const vertexCount = limits.pathMaxCount + 1;
    const graph = graphFromParts({
      csr: generateGraph({ kind: "path", vertexCount }),
      names: undefined,
    });
    await using running = await RunningReplica.start({ graph: { kind: "fixed", graph } });
    const ask = async (target: number) => {
      const request = { target, numVertices: 0, withPath: true };
      return (await running.client.call(runDfs, request)).response;
    };
    const long = await ask(vertexCount - 1);
    expect(long).toMatchObject({ found: true, pathLength: vertexCount });
    expect(long?.path).toBeUndefined();
    expect((await ask(vertexCount - 2))?.path).toHaveLength(vertexCount - 1);
  });

  test("is recorded as refused when its answer is too large to be sent", async () => {
    const vertexCount = 10_000;
    const csr = generateGraph({ kind: "path", vertexCount });
    const graph = graphFromParts({ csr, names: undefined });
    await using running = await RunningReplica.start({
      graph: { kind: "fixed", graph },
      limits: { ...defaultServeLimits, messageMaxBytes: 4096 },
    });
    const request = { target: vertexCount - 1, numVertices: 0, withPath: true };
    expect((await running.client.call(runDfs, request)).code).toBe("RESOURCE_EXHAUSTED");
    expect(running.executions()).toMatchObject([
      { code: "RESOURCE_EXHAUSTED", found: true, visited: vertexCount },
    ]);
  });

  test("answers small queries while large searches go on, and records what was cancelled", async () => {
    await using running = await RunningReplica.start();
    const { client } = running;
    const numVertices = 3_000_000;
    // The graph is made first, by a thread of its own.
    await client.call(describeGraph, { numVertices });
    const long = client.client.makeUnaryRequest(
      runDfs.path,
      runDfs.requestSerialize,
      runDfs.responseDeserialize,
      { numVertices },
      () => undefined,
    );
    const answer = await client.call(runDfs, { target: 42_000, numVertices: 50_000 });
    expect(answer.response).toMatchObject({ found: true, visitedCount: 341 });
    expect(running.executions()).toHaveLength(1);
    long.cancel();
    await waitUntil(systemClock, () => running.executions().length === 2, soon);
    expect(running.executions()[1]?.code).toBe("CANCELLED");
  });

  test("is cut, and recorded as such, at the end of the grace", async () => {
    await using running = await RunningReplica.start();
    const { client, replica } = running;
    await client.call(describeGraph, { numVertices: 3_000_000 });
    const cut = client.call(runDfs, { numVertices: 3_000_000 });
    await client.call(describeGraph, { numVertices: 0 });
    expect(await replica.drain(1)).toEqual({ finished: false });
    expect(running.executions().map(({ code }) => code)).toEqual(["CANCELLED"]);
    expect((await cut).code).not.toBe("OK");
  });
});

describe("DescribeGraph and LookUpNames", () => {
  test("say which graph it is, for any size that RunDFS would search", async () => {
    await using running = await RunningReplica.start();
    const ask = (numVertices: number) => running.client.call(describeGraph, { numVertices });
    const { response } = await ask(0);
    expect(response).toEqual({
      ...{ vertices: 50_000, edges: 149_996, source: "modular:50000", hasNames: false },
      fingerprint: "659bdaa8e1b2aed4",
    });
    expect((await ask(50_000)).response).toEqual(response);
    expect((await ask(10)).response).toMatchObject({ vertices: 10, source: "modular:10" });
    expect((await ask(-1)).code).toBe("INVALID_ARGUMENT");
    expect((await ask(limits.vertexMaxCount + 1)).code).toBe("RESOURCE_EXHAUSTED");
  });

  test("translate names and vertices; without names a vertex is called by its number", async () => {
    await using running = await RunningReplica.start({ graph: { kind: "fixed", graph: named } });
    const names = ["c", "x"];
    const { response } = await running.client.call(lookUpNames, { names, vertices: [3, 0] });
    expect(response).toEqual({ vertices: [2, -1], names: ["d", "a"] });
    const refused = await running.client.call(lookUpNames, { names: [], vertices: [4] });
    expect(refused.code).toBe("INVALID_ARGUMENT");
    expect(refused.message).toContain("vertices must be a vertex of small, in 0..3");
    await using plain = await RunningReplica.start({ graph: { kind: "fixed", graph: small } });
    const numbers = { names: ["2", "4", "02", "a"], vertices: [1] };
    expect((await plain.client.call(lookUpNames, numbers)).response).toEqual({
      ...{ vertices: [2, -1, -1, -1], names: ["1"] },
    });
  });
});

test("a burst of calls that are taken back at once is not searched for", async () => {
  await using running = await RunningReplica.start();
  using client = await HostileClient.connect(running.replica.port);
  const cancelled = Buffer.from([0, 0, 0, 8]);
  const calls = Array.from({ length: 300 }, (_, index) => {
    const streamId = 1 + 2 * index;
    const reset = frame(frameTypes.resetStream, 0, streamId, cancelled);
    return Buffer.concat([call(streamId, "/dfs.DFSService/RunDFS"), reset]);
  });
  client.say(preface, settings(), ...calls, call(601, "/dfs.DFSService/RunDFS"));
  const isAnswered = () => client.of(frameTypes.data).some(({ streamId }) => streamId === 601);
  expect(await client.until(isAnswered)).toBe(true);
  const searched = running.executions().filter(({ code }) => code === "OK");
  expect(searched.length).toBeWithin(1, 150);
});
