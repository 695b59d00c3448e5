import { describe, expect, test } from "bun:test";
import { seededRandom } from "../base/random.ts";
import { type CsrGraph, csrGraphFromNeighbours } from "./csr-graph.ts";
import { createSearchScratch, depthFirstSearch, discoveryOrder } from "./depth-first-search.ts";
import { modularGraph } from "./modular-graph.ts";

/**
 * The definition, word for word: recursion, neighbours in stored order, restarts at the lowest
 * vertex.
 */
function recursiveOrder(graph: CsrGraph, target?: number): number[] {
  const order: number[] = [];
  const seen = new Set<number>();
  const visit = (vertex: number): boolean => {
    seen.add(vertex);
    order.push(vertex);
    if (vertex === target) return true;
    const neighbours = graph.targets.subarray(graph.offsets[vertex], graph.offsets[vertex + 1]);
    for (const next of neighbours) {
      if (!seen.has(next) && visit(next)) return true;
    }
    return false;
  };
  for (let root = 0; root < graph.vertexCount; root++) {
    if (!seen.has(root) && visit(root)) break;
  }
  return order;
}

describe("depthFirstSearch()", () => {
  const graph = modularGraph(50_000);
  const scratch = createSearchScratch();

  test("gives the known answers of modular:50000", () => {
    const all = depthFirstSearch(graph, scratch);
    expect(all).toEqual({ found: false, visitedCount: 50_000 });
    expect([...discoveryOrder(scratch, all).slice(0, 10)]).toEqual([
      0, 13, 104, 741, 5200, 36413, 4904, 34341, 40400, 32813,
    ]);
    expect(depthFirstSearch(graph, scratch, 42_000)).toEqual({ found: true, visitedCount: 341 });
    expect(depthFirstSearch(graph, scratch, 1)).toEqual({ found: true, visitedCount: 18_047 });
    expect(depthFirstSearch(graph, scratch, 0)).toEqual({ found: true, visitedCount: 1 });
  });

  test("explores everything when the target is no vertex", () => {
    expect(depthFirstSearch(graph, scratch, 50_000)).toEqual({
      found: false,
      visitedCount: 50_000,
    });
  });

  test("agrees with the recursive definition on 3000 small graphs, one scratch for all", () => {
    const random = seededRandom(20_261_122);
    const below = (bound: number) => Math.floor(random.next() * bound);
    const shared = createSearchScratch();
    for (let round = 0; round < 3000; round++) {
      const vertexCount = 1 + below(24);
      const neighbours = Array.from({ length: vertexCount }, () =>
        Array.from({ length: below(5) }, () => below(vertexCount)),
      );
      const small = csrGraphFromNeighbours(neighbours, `random:${round}`);
      // Targets beyond the vertices stand for "none".
      const drawn = below(vertexCount + 6);
      const target = drawn < vertexCount ? drawn : undefined;
      const expected = recursiveOrder(small, target);
      const result = depthFirstSearch(small, shared, target);
      expect(result).toEqual({ found: target !== undefined, visitedCount: expected.length });
      expect([...discoveryOrder(shared, result)]).toEqual(expected);
    }
  });

  test("walks a path of a million vertices, also one whose every vertex stays on the stack", () => {
    const vertexCount = 1_000_000;
    const path = new Uint32Array(vertexCount - 1).map((_, vertex) => vertex + 1);
    const pathOffsets = new Uint32Array(vertexCount + 1).map((_, v) =>
      Math.min(v, vertexCount - 1),
    );
    const chain = {
      vertexCount,
      edgeCount: path.length,
      offsets: pathOffsets,
      targets: path,
      spec: "path:1000000",
    };
    const own = createSearchScratch();
    expect(depthFirstSearch(chain, own)).toEqual({ found: false, visitedCount: vertexCount });
    expect(depthFirstSearch(chain, own, vertexCount - 1).found).toBe(true);
    // Each vertex first leads on and then back to 0, so none may be dropped from the stack early.
    const twoWay = {
      vertexCount,
      edgeCount: 2 * vertexCount,
      offsets: new Uint32Array(vertexCount + 1).map((_, vertex) => 2 * vertex),
      targets: new Uint32Array(2 * vertexCount).map((_, edge) =>
        edge % 2 === 0 ? (edge / 2 + 1) % vertexCount : 0,
      ),
      spec: "two-way:1000000",
    };
    expect(depthFirstSearch(twoWay, own)).toEqual({ found: false, visitedCount: vertexCount });
  });

  test("finds nothing in a graph without vertices and the only vertex of a graph with one", () => {
    expect(depthFirstSearch(modularGraph(0), createSearchScratch(), 0)).toEqual({
      found: false,
      visitedCount: 0,
    });
    const one = modularGraph(1);
    expect(one.edgeCount).toBe(0);
    expect(depthFirstSearch(one, createSearchScratch())).toEqual({ found: false, visitedCount: 1 });
    expect(depthFirstSearch(one, createSearchScratch(), 0)).toEqual({
      found: true,
      visitedCount: 1,
    });
  });

  test("serves a smaller graph after a larger one from the same scratch", () => {
    const own = createSearchScratch();
    depthFirstSearch(graph, own);
    const small = csrGraphFromNeighbours([[2], [], [1]], "small");
    const result = depthFirstSearch(small, own);
    expect([...discoveryOrder(own, result)]).toEqual([0, 2, 1]);
  });
});
