import { describe, expect, test } from "bun:test";
import { limits } from "../base/limits.ts";
import { seededRandom } from "../base/random.ts";
import { buildCsr } from "./csr-builder.ts";
import type { CsrGraph } from "./csr-graph.ts";
import { EdgeBuffer } from "./edge-buffer.ts";

type Edge = readonly [from: number, to: number];

function build(vertexCount: number, edges: readonly Edge[], isUndirected = false): CsrGraph {
  const buffer = new EdgeBuffer();
  for (const [from, to] of edges) buffer.add(from, to);
  return buildCsr({ vertexCount, edges: buffer, isUndirected, spec: "test" });
}

function neighbours(graph: CsrGraph): number[][] {
  return Array.from({ length: graph.vertexCount }, (_, vertex) => [
    ...graph.targets.subarray(graph.offsets[vertex], graph.offsets[vertex + 1]),
  ]);
}

/** The definition, word for word. */
function expected(vertexCount: number, edges: readonly Edge[], isUndirected: boolean): number[][] {
  const lists = Array.from({ length: vertexCount }, (): number[] => []);
  for (const [from, to] of edges) {
    lists[from]!.push(to);
    if (isUndirected && from !== to) lists[to]!.push(from);
  }
  return lists;
}

describe("buildCsr()", () => {
  test("keeps the order of the edges, repeats and self-loops", () => {
    const edges: Edge[] = [
      [2, 1],
      [0, 2],
      [2, 0],
      [2, 2],
      [0, 1],
      [2, 1],
    ];
    expect(neighbours(build(4, edges))).toEqual([[2, 1], [], [1, 0, 2, 1], []]);
  });

  test("adds the reverse of each edge when they are undirected, a self-loop once", () => {
    const edges: Edge[] = [
      [0, 1],
      [1, 1],
      [2, 0],
      [0, 1],
    ];
    const graph = build(3, edges, true);
    expect(neighbours(graph)).toEqual([[1, 2, 1], [0, 1, 0], [0]]);
    expect(graph.edgeCount).toBe(7);
  });

  test("agrees with the definition on random edges, over many blocks", () => {
    const random = seededRandom(5);
    const below = (bound: number) => Math.floor(random.next() * bound);
    for (const edgeCount of [0, 1, 4095, 4096, 4097, 30_000]) {
      const vertexCount = 1 + below(500);
      const edges = Array.from(
        { length: edgeCount },
        (): Edge => [below(vertexCount), below(vertexCount)],
      );
      for (const isUndirected of [false, true]) {
        const graph = build(vertexCount, edges, isUndirected);
        expect(neighbours(graph)).toEqual(expected(vertexCount, edges, isUndirected));
        expect(graph.targets.length).toBe(graph.edgeCount);
      }
    }
  });

  test("lies in shared memory, also when it is empty", () => {
    for (const graph of [build(2, [[0, 1]]), build(0, [])]) {
      expect(graph.offsets.buffer).toBeInstanceOf(SharedArrayBuffer);
      expect(graph.targets.buffer).toBeInstanceOf(SharedArrayBuffer);
    }
  });

  test("refuses an end that is no vertex, and graphs above the limits", () => {
    expect(() => build(2, [[0, 2]])).toThrow("edge 0 -> 2 leaves the vertices 0..1");
    expect(() => build(2, [[2, 0]])).toThrow(RangeError);
    const edges = { edgeCount: limits.graphEdgeMaxCount + 1, forEachBlock: () => undefined };
    const recipe = { vertexCount: 1, edges, isUndirected: false, spec: "roads.gr" };
    expect(() => buildCsr(recipe)).toThrow(/roads\.gr: it has 1073741825 edges, at most/);
    const vertexCount = limits.graphVertexMaxCount + 1;
    expect(() => buildCsr({ ...recipe, vertexCount })).toThrow(/536870913 vertices, at most/);
  });
});

test("EdgeBuffer counts its edges, and its blocks may be rewritten", () => {
  const buffer = new EdgeBuffer();
  for (let edge = 0; edge < 10_000; edge++) buffer.add(edge, edge + 1);
  expect(buffer.edgeCount).toBe(10_000);
  buffer.forEachBlock((pairs, edgeCount) => {
    for (let at = 0; at < 2 * edgeCount; at++) pairs[at]! %= 10;
  });
  const graph = buildCsr({ vertexCount: 10, edges: buffer, isUndirected: false, spec: "test" });
  expect(neighbours(graph)[9]).toEqual(new Array(1000).fill(0));
});
