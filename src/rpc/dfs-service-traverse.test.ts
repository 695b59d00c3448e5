import { expect, test } from "bun:test";
import { describeGraph, lookUpNames, runDfs, traverse } from "./dfs-service.ts";

test("traverse messages survive the wire, columns byte by byte", () => {
  expect(traverse.responseStream).toBe(true);
  expect(traverse.idempotency).toBe("no-side-effects");
  const request = { numVertices: 0, source: 0, resumeAfter: 2 ** 33, expectFingerprint: "ab" };
  expect(traverse.requestDeserialize(traverse.requestSerialize(request))).toEqual(request);
  const column = (...values: number[]) => new Uint8Array(Uint32Array.from(values).buffer);
  const columns = {
    first: 7,
    vertices: column(1, 2 ** 31 - 1),
    parents: column(0xffff_ffff, 1),
    depths: column(0, 1),
  };
  const summary = {
    ...{ visitedCount: 9, found: true, rootCount: 2, depthMax: 1, runtimeMs: 0.5 },
    ...{ verticesCrc32: 0xffff_fffe, parentsCrc32: 1, depthsCrc32: 0 },
  };
  const bytes = traverse.responseSerialize({ ...columns, fingerprint: "00ff", summary });
  const read = traverse.responseDeserialize(bytes);
  expect([...read.parents]).toEqual([...columns.parents]);
  expect([read.first, read.fingerprint, read.summary]).toEqual([7, "00ff", summary]);
  const plain = traverse.responseDeserialize(traverse.responseSerialize(columns));
  expect([plain.summary, plain.names, plain.fingerprint]).toEqual([
    undefined,
    undefined,
    undefined,
  ]);
});

test("questions and answers keep what was said and leave out what was not", () => {
  const request = { numVertices: 0, targetName: "b", sourceName: "a", reachableOnly: true };
  expect(runDfs.requestDeserialize(runDfs.requestSerialize(request))).toEqual(request);
  const response = {
    ...{ found: true, visitedCount: 3, runtimeMs: 1, fingerprint: "0123456789abcdef" },
    ...{ path: [0, 2], pathLength: 2, pathNames: ["a", "b"] },
  };
  expect(runDfs.responseDeserialize(runDfs.responseSerialize(response))).toEqual(response);
  const names = { names: ["x"], vertices: [-1, 5] };
  expect(lookUpNames.responseDeserialize(lookUpNames.responseSerialize(names))).toEqual(names);
  const graph = {
    vertices: 2 ** 31,
    edges: 2 ** 40,
    source: "s",
    fingerprint: "f",
    hasNames: true,
  };
  expect(describeGraph.responseDeserialize(describeGraph.responseSerialize(graph))).toEqual(graph);
});
