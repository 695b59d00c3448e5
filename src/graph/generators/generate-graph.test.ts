import { describe, expect, test } from "bun:test";
import type { CsrGraph } from "../csr-graph.ts";
import { createSearchScratch, depthFirstSearch, discoveryOrder } from "../depth-first-search.ts";
import { fingerprintOf } from "../fingerprint.ts";
import { isGeneratorSpec, parseGraphSpec } from "../graph-spec.ts";
import { generateGraph } from "./generate-graph.ts";

function generate(text: string): CsrGraph {
  const spec = parseGraphSpec(text);
  if (!isGeneratorSpec(spec)) throw new Error(`${text} is no generator`);
  return generateGraph(spec);
}

function neighbours(graph: CsrGraph): number[][] {
  return Array.from({ length: graph.vertexCount }, (_, vertex) => [
    ...graph.targets.subarray(graph.offsets[vertex], graph.offsets[vertex + 1]),
  ]);
}

function order(graph: CsrGraph): number[] {
  const scratch = createSearchScratch();
  return [...discoveryOrder(scratch, depthFirstSearch(graph, scratch))];
}

describe("generateGraph()", () => {
  test.each([1, 2, 3, 10])("path and cycle of %d vertices", (vertexCount) => {
    const next = Array.from({ length: vertexCount }, (_, vertex) => vertex + 1);
    const path = next.map((vertex) => (vertex < vertexCount ? [vertex] : []));
    expect(neighbours(generate(`path:${vertexCount}`))).toEqual(path);
    const cycle = next.map((vertex) => [vertex % vertexCount]);
    expect(neighbours(generate(`cycle:${vertexCount}`))).toEqual(cycle);
  });

  test.each([
    [1, 1],
    [1, 5],
    [5, 1],
    [2, 2],
    [4, 7],
  ])("a grid of %d x %d: right, below, left, above", (rowCount, columnCount) => {
    const steps = [
      [0, 1],
      [1, 0],
      [0, -1],
      [-1, 0],
    ] as const;
    const expected = Array.from({ length: rowCount * columnCount }, (_, vertex) => {
      const row = Math.floor(vertex / columnCount);
      const column = vertex % columnCount;
      return steps
        .map(([down, right]) => [row + down, column + right] as const)
        .filter(([r, c]) => r >= 0 && r < rowCount && c >= 0 && c < columnCount)
        .map(([r, c]) => r * columnCount + c);
    });
    const graph = generate(`grid:${rowCount}x${columnCount}`);
    expect(neighbours(graph)).toEqual(expected);
    expect(graph.edgeCount).toBe(graph.targets.length);
  });

  test("a search of a grid spirals inwards", () => {
    expect(order(generate("grid:3x3"))).toEqual([0, 1, 2, 5, 8, 7, 6, 3, 4]);
  });

  test.each([
    [1, 2],
    [7, 2],
    [8, 2],
    [10, 3],
    [5, 1],
    [5, 100],
  ])("a tree of %d vertices, branching %d", (vertexCount, branching) => {
    const expected = Array.from({ length: vertexCount }, (_, vertex) =>
      Array.from({ length: branching }, (_, child) => branching * vertex + child + 1).filter(
        (child) => child < vertexCount,
      ),
    );
    const graph = generate(`tree:${vertexCount},branching=${branching}`);
    expect(neighbours(graph)).toEqual(expected);
    expect(graph.edgeCount).toBe(vertexCount - 1);
  });

  test("a search of a tree goes down its first branch first", () => {
    expect(order(generate("tree:7"))).toEqual([0, 1, 3, 4, 2, 5, 6]);
  });

  test.each(["gnm:1,0", "gnm:2,2", "gnm:7,42", "gnm:50,300,seed=9", "gnm:300,40000"])(
    "%s has that many edges, all different, none a self-loop",
    (text) => {
      const graph = generate(text);
      const edges = neighbours(graph).flatMap((list, from) => list.map((to) => `${from} ${to}`));
      expect(edges.length).toBe(graph.edgeCount);
      expect(new Set(edges).size).toBe(edges.length);
      expect(edges.filter((edge) => new Set(edge.split(" ")).size === 1)).toEqual([]);
    },
  );

  test("every edge and every set of edges of gnm is equally likely over the seeds", () => {
    const seedCount = 6000;
    const counts = new Map<string, number>();
    for (let seed = 0; seed < seedCount; seed++) {
      const key = JSON.stringify(neighbours(generate(`gnm:3,2,seed=${seed}`)).map((l) => l.sort()));
      counts.set(key, (counts.get(key) ?? 0) + 1);
    }
    // 6 edges, so 15 pairs of them, 400 times each; chi squared with 14 degrees of freedom.
    const expected = seedCount / 15;
    const chiSquared = [...counts.values()].reduce((sum, n) => sum + (n - expected) ** 2, 0);
    expect(counts.size).toBe(15);
    expect(chiSquared / expected).toBeLessThan(36.1);
  });

  test("rmat has its vertices and edges, and a few vertices with most of the edges", () => {
    const graph = generate("rmat:12");
    expect(graph.vertexCount).toBe(4096);
    expect(graph.edgeCount).toBe(65_536);
    const degrees = neighbours(graph).map((list) => list.length);
    degrees.sort((one, other) => other - one);
    const topTenth = degrees.slice(0, 410).reduce((sum, degree) => sum + degree, 0);
    expect(topTenth / 65_536).toBeGreaterThan(0.5);
    // A vertex whose number has only zeros for bits is expected to have .76^12 of all edges.
    expect(degrees[0]! / 65_536 / 0.76 ** 12).toBeWithin(0.9, 1.1);
  });

  test("rmat's vertices are renamed by a bijection: none is missing from full graphs", () => {
    for (const scale of [1, 2, 3, 5]) {
      const graph = generate(`rmat:${scale},edgefactor=2000`);
      expect(neighbours(graph).every((list) => list.length > 0)).toBe(true);
      expect(new Set(graph.targets).size).toBe(graph.vertexCount);
    }
  });

  test.each([
    ["modular:50000", "659bdaa8e1b2aed4"],
    ["path:1000", "3f3106cc54d1ad7e"],
    ["cycle:1000", "46088071912522d9"],
    ["grid:30x40", "6049902080c8b3bf"],
    ["tree:1000,branching=2", "810c99e665c77eac"],
    ["gnm:1000,5000,seed=1", "e98793c01b58cc15"],
    ["gnm:1000,5000,seed=2", "7508568a5328fa1b"],
    ["rmat:10,edgefactor=16,seed=1", "56e79973cc09748f"],
    ["rmat:10,edgefactor=16,seed=2", "4004cf04b06600e3"],
  ])("%s is the same for ever: %s", (text, fingerprint) => {
    const graph = generate(text);
    expect(graph.spec).toBe(text);
    expect(fingerprintOf(graph, undefined)).toBe(fingerprint);
    expect(graph.offsets.buffer).toBeInstanceOf(SharedArrayBuffer);
    expect(graph.targets.buffer).toBeInstanceOf(SharedArrayBuffer);
  });
});
