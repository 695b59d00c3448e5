import { describe, expect, setDefaultTimeout, test } from "bun:test";
import { crc32 } from "node:zlib";
import { RunningReplica } from "../../tests/support/running-replica.ts";
import { openTraversal, readTraversal } from "../../tests/support/testing-stream.ts";
import { systemClock, waitUntil } from "../base/clock.ts";
import { limits } from "../base/limits.ts";
import { csrGraphFromNeighbours } from "../graph/csr-graph.ts";
import { graphFromParts } from "../graph/graph-from-parts.ts";
import { noParent, type TraverseRequest } from "../rpc/dfs-service.ts";

setDefaultTimeout(60_000);

const soon = { withinMs: 10_000, everyMs: 5 };

/** 0 -> 2 -> 1, and 3 by itself. */
const small = graphFromParts({
  csr: csrGraphFromNeighbours([[2], [], [1], []], "small"),
  names: undefined,
});
const named = {
  ...small,
  names: {
    nameOf: (vertex: number) => `v${vertex}`,
    vertexOf: (name: string) => (/^v[0-3]$/.test(name) ? Number(name[1]) : undefined),
  },
};

async function ask(running: RunningReplica, request: Partial<TraverseRequest>) {
  return await readTraversal(openTraversal(running.client, { numVertices: 0, ...request }));
}

describe("Traverse", () => {
  test("tells vertices, parents and depths, and in its last message how to check them", async () => {
    await using running = await RunningReplica.start({ graph: { kind: "fixed", graph: small } });
    const { code, messages, ...columns } = await ask(running, {});
    expect(code).toBe("OK");
    expect(columns).toMatchObject({
      vertices: [0, 2, 1, 3],
      parents: [noParent, 0, 2, noParent],
      depths: [0, 1, 2, 0],
    });
    const [first] = messages;
    expect(first?.fingerprint).toBe(small.fingerprint);
    expect(messages.filter(({ fingerprint }) => fingerprint !== undefined)).toHaveLength(1);
    expect(messages.filter(({ summary }) => summary !== undefined)).toEqual([
      expect.objectContaining({ first: 4 }),
    ]);
    expect(messages.at(-1)?.summary).toMatchObject({
      ...{ visitedCount: 4, found: false, rootCount: 2, depthMax: 2 },
      verticesCrc32: crc32(Buffer.from(Uint32Array.of(0, 2, 1, 3).buffer)),
      parentsCrc32: crc32(Buffer.from(Uint32Array.of(noParent, 0, 2, noParent).buffer)),
      depthsCrc32: crc32(Buffer.from(Uint32Array.of(0, 1, 2, 0).buffer)),
    });
  });

  test.each([50_000, 200_000])("goes on after any vertex of modular:%d", async (numVertices) => {
    await using running = await RunningReplica.start();
    const whole = await ask(running, { numVertices });
    expect(whole.vertices).toHaveLength(numVertices);
    const { runtimeMs: _, ...summary } = whole.messages.at(-1)?.summary ?? { runtimeMs: 0 };
    for (const resumeAfter of [1, 999, numVertices - 1, numVertices]) {
      const rest = await ask(running, { numVertices, resumeAfter, batchMax: 7777 });
      expect(rest.messages[0]?.first).toBe(resumeAfter);
      expect(rest.vertices).toEqual(whole.vertices.slice(resumeAfter));
      expect(rest.parents).toEqual(whole.parents.slice(resumeAfter));
      expect(rest.depths).toEqual(whole.depths.slice(resumeAfter));
      expect(rest.messages.at(-1)?.summary).toMatchObject(summary);
    }
  });

  test("stops at its target, stays with its source's tree, and sends names when asked", async () => {
    await using running = await RunningReplica.start({ graph: { kind: "fixed", graph: named } });
    const found = await ask(running, { targetName: "v2", withNames: true });
    expect(found.vertices).toEqual([0, 2]);
    expect(found.messages.flatMap(({ names = [] }) => names)).toEqual(["v0", "v2"]);
    expect(found.messages.at(-1)?.summary?.found).toBe(true);
    const reachable = await ask(running, { sourceName: "v2", reachableOnly: true });
    expect(reachable.vertices).toEqual([2, 1]);
    const batches = await ask(running, { batchMax: 1 });
    expect(batches.messages.map(({ vertices }) => vertices.length)).toEqual([0, 4, 4, 4, 4, 0]);
  });

  test("refuses with the status, the field, the rule and the value", async () => {
    await using running = await RunningReplica.start({ graph: { kind: "fixed", graph: named } });
    const served = `\\(small, fingerprint ${small.fingerprint}\\)`;
    const other = `this replica serves another graph ${served} than the one asked for`;
    const rows = [
      [{ target: 4 }, "INVALID_ARGUMENT", "target must be a vertex of small, in 0..3"],
      [{ source: -1 }, "INVALID_ARGUMENT", "source must be a vertex of small, in 0..3"],
      [{ sourceName: "x" }, "INVALID_ARGUMENT", 'source_name must .* value is "x"'],
      [{ target: 1, targetName: "v1" }, "INVALID_ARGUMENT", "target and target_name must not"],
      [{ batchMax: -1 }, "INVALID_ARGUMENT", "batch_max must be 0 .* value is -1"],
      [{ resumeAfter: -1 }, "INVALID_ARGUMENT", "resume_after must be 0 or more.* value is -1"],
      [{ resumeAfter: 5 }, "OUT_OF_RANGE", "resume_after must be at most 4.* value is 5"],
      [{ resumeAfter: 2, target: 0 }, "OUT_OF_RANGE", "resume_after must be at most 1"],
      [{ expectFingerprint: "ab" }, "FAILED_PRECONDITION", `${other} \\(fingerprint ab\\)`],
      [{ numVertices: 5 }, "FAILED_PRECONDITION", `${other} \\(5 vertices: .* may be 0 or 4 here`],
    ] as const;
    for (const [request, code, words] of rows) {
      const refused = await ask(running, request);
      expect(refused.code).toBe(code);
      expect(refused.detail).toMatch(new RegExp(words));
    }
    expect(running.executions().map(({ code }) => code)).toEqual(rows.map(([, code]) => code));
    expect((await ask(running, { expectFingerprint: small.fingerprint })).code).toBe("OK");
  });

  test("is recorded at its end with the vertices that were sent", async () => {
    await using running = await RunningReplica.start({ graph: { kind: "fixed", graph: small } });
    const headers = { "x-request-id": "run-s1", "grpc-previous-rpc-attempts": "1" };
    await readTraversal(openTraversal(running.client, { numVertices: 0, resumeAfter: 1 }, headers));
    expect(running.executions()).toEqual([
      expect.objectContaining({ request: "run-s1", attempt: 2, code: "OK", visited: 3 }),
    ]);
  });

  test("sends a reader that has stopped no more than is on its way, then all the rest", async () => {
    await using running = await RunningReplica.start();
    const numVertices = 1_000_000;
    const stream = openTraversal(running.client, { numVertices });
    const first = await new Promise((resolve) => stream.once("data", resolve));
    stream.pause();
    expect(first).toMatchObject({ first: 0 });
    const late = openTraversal(running.client, { numVertices: 10 });
    expect((await readTraversal(late)).vertices).toHaveLength(10);
    const read = readTraversal(stream);
    stream.resume();
    expect((await read).vertices).toHaveLength(numVertices);
  });

  test("is refused, with the time to ask again, when as many are under way as may be", async () => {
    await using running = await RunningReplica.start();
    const request = { numVertices: 100_000 };
    const open = Array.from({ length: limits.traversalMaxCount }, () => {
      const stream = openTraversal(running.client, request);
      stream.on("error", () => undefined);
      return stream;
    });
    const begun = open.map((stream) => new Promise((resolve) => stream.once("data", resolve)));
    for (const [at, stream] of open.entries()) void begun[at]?.then(() => stream.pause());
    await Promise.all(begun);
    const refused = await readTraversal(openTraversal(running.client, request));
    expect(refused.code).toBe("RESOURCE_EXHAUSTED");
    expect(refused.detail).toContain("as many traversals are under way");
    expect(Number(refused.trailers.get("grpc-retry-pushback-ms")[0])).toBeGreaterThan(0);
    for (const stream of open) stream.cancel();
    const isServed = async () => {
      const again = await readTraversal(openTraversal(running.client, request));
      return again.code === "OK";
    };
    expect(await waitUntil(systemClock, isServed, soon)).toBe(true);
  });

  test("is given up, and recorded as such, when its reader is gone", async () => {
    await using running = await RunningReplica.start();
    const stream = openTraversal(running.client, { numVertices: 2_000_000 });
    stream.on("error", () => undefined);
    await new Promise((resolve) => stream.once("data", resolve));
    stream.cancel();
    await waitUntil(systemClock, () => running.executions().length === 1, soon);
    const [execution] = running.executions();
    expect(execution?.code).toBe("CANCELLED");
    expect(execution?.visited).toBeLessThan(2_000_000);
  });
});
