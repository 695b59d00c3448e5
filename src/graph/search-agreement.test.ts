/** Both ways to search agree with the recursive definition, whatever is asked, however sliced. */
import { describe, expect, test } from "bun:test";
import { oracle, randomQuestion, type Told } from "../../tests/support/search-oracle.ts";
import { seededRandom } from "../base/random.ts";
import { type CsrGraph, csrGraphFromNeighbours } from "./csr-graph.ts";
import { createSearchScratch, DepthFirstSearch, discoveryOrder } from "./depth-first-search.ts";
import { generateGraph } from "./generators/generate-graph.ts";
import { OrderChecksum } from "./order-checksum.ts";
import { type SearchPlan, wholeGraph } from "./search-plan.ts";
import { createWalkMemory, Walk } from "./walk.ts";
import { noParentVertex, walkBuffer, walkColumns } from "./walk-columns.ts";

/** A walk taken in slices of `stepCount`, told in batches of `batchCount`. */
function walk(graph: CsrGraph, plan: SearchPlan, stepCount: number, batchCount: number) {
  const columns = walkColumns(walkBuffer(batchCount));
  const told = { vertices: [] as number[], parents: [] as number[], depths: [] as number[] };
  const one = new Walk(graph, memory, plan);
  while (!one.isOver) {
    let filled = 0;
    while (filled < batchCount && !one.isOver) {
      filled = one.fill(columns, filled, batchCount, stepCount);
    }
    told.vertices.push(...columns.vertices.subarray(0, filled));
    told.parents.push(...columns.parents.subarray(0, filled));
    told.depths.push(...columns.depths.subarray(0, filled));
  }
  return { one, told };
}

const memory = createWalkMemory();
const scratch = createSearchScratch();

function bare(graph: CsrGraph, plan: SearchPlan, stepCount: number) {
  const search = new DepthFirstSearch(graph, scratch, plan);
  while (!search.advance(stepCount));
  return { result: search.result, order: [...discoveryOrder(scratch, search.result)] };
}

/** From the root of the last tree down to the vertex told last. */
function pathOf({ vertices, parents, depths }: Told): number[] {
  const path: number[] = [];
  let vertex = vertices.at(-1) ?? noParentVertex;
  while (vertex !== noParentVertex) {
    path.unshift(vertex);
    vertex = parents[vertices.indexOf(vertex)] ?? noParentVertex;
  }
  expect(path).toHaveLength((depths.at(-1) ?? -1) + 1);
  return path;
}

describe("a search and a walk", () => {
  test("agree with the recursive definition on 10,000 small random graphs", () => {
    const random = seededRandom(5);
    const below = (bound: number) => Math.floor(random.next() * bound);
    for (let round = 0; round < 10_000; round++) {
      const { neighbours, plan } = randomQuestion(below);
      const graph = csrGraphFromNeighbours(neighbours, `random:${round}`);
      const expected = oracle(neighbours, plan);
      const { vertices, parents, depths, found, rootCount } = expected;
      const { result, order } = bare(graph, plan, 1 + below(6));
      expect({ ...result, order }).toEqual({
        ...{ found, visitedCount: vertices.length, order: vertices },
      });
      const { one, told } = walk(graph, plan, 1 + below(6), 1 + below(5));
      expect(told).toEqual({ vertices, parents, depths });
      expect([one.found, one.rootCount, one.visitedCount, one.depthMax]).toEqual([
        ...[found, rootCount, vertices.length, Math.max(...depths)],
      ]);
      if (found) expect([...one.path()]).toEqual(pathOf(expected));
    }
  });

  test("goes on from where it was given up with nothing of the earlier search left", () => {
    const graph = generateGraph({ kind: "grid", rowCount: 20, columnCount: 20 });
    const plan = { source: 7, target: -1, reachableOnly: false };
    const whole = bare(graph, plan, 1_000_000).order;
    const given = new DepthFirstSearch(graph, scratch, plan);
    expect(given.advance(50)).toBe(false);
    expect(bare(graph, plan, 3).order).toEqual(whole);
    const half = new Walk(graph, memory, plan);
    half.fill(walkColumns(walkBuffer(10)), 0, 10, 1000);
    expect(walk(graph, plan, 7, 9).told.vertices).toEqual(whole);
  });

  test("keeps a slice short although a vertex has a million edges that lead nowhere new", () => {
    const hub = Array.from({ length: 1_000_000 }, () => 1);
    const graph = csrGraphFromNeighbours([hub, [], []], "hub");
    const plan = { source: 0, target: -1, reachableOnly: false };
    const search = new DepthFirstSearch(graph, createSearchScratch(), plan);
    let sliceCount = 1;
    while (!search.advance(1000)) sliceCount++;
    // At most twice as many steps as asked for.
    expect(sliceCount).toBeGreaterThan(450);
    const columns = walkColumns(walkBuffer(10));
    const one = new Walk(graph, createWalkMemory(), plan);
    for (sliceCount = 0; !one.isOver; sliceCount++) one.fill(columns, 0, 10, 1000);
    expect(sliceCount).toBeGreaterThan(900);
  });

  test("takes few slices for a hub of many leaves, whose edges each lead somewhere new", () => {
    const leafCount = 100_000;
    const hub = Array.from({ length: leafCount }, (_, leaf) => leaf + 1);
    const graph = csrGraphFromNeighbours([hub, ...hub.map(() => [0])], "star");
    const search = new DepthFirstSearch(graph, createSearchScratch(), wholeGraph);
    let sliceCount = 1;
    while (!search.advance(1000)) sliceCount++;
    expect(search.result.visitedCount).toBe(leafCount + 1);
    expect(sliceCount).toBeLessThan((4 * leafCount) / 1000);
  });

  test("walks a path of a million vertices, every vertex of it on the stack", () => {
    const vertexCount = 1_000_000;
    const graph = generateGraph({ kind: "path", vertexCount });
    const target = vertexCount - 1;
    const one = new Walk(graph, createWalkMemory(), { source: 0, target, reachableOnly: false });
    const columns = walkColumns(walkBuffer(4096));
    const checksum = new OrderChecksum();
    while (!one.isOver) checksum.add(columns, one.fill(columns, 0, 4096, 10_000));
    expect(one.found).toBe(true);
    expect(one.depthMax).toBe(vertexCount - 1);
    const path = one.path();
    expect(path).toHaveLength(vertexCount);
    expect(path.every((vertex, at) => vertex === at)).toBe(true);
    // The order is 0, 1, 2, ..., and each vertex as deep as its number.
    const numbers = walkColumns(walkBuffer(vertexCount));
    numbers.vertices.forEach((_, at) => {
      numbers.vertices[at] = at;
    });
    const expected = new OrderChecksum();
    expected.add({ ...numbers, parents: numbers.vertices, depths: numbers.vertices }, vertexCount);
    expect([checksum.vertices, checksum.depths]).toEqual([expected.vertices, expected.depths]);
  });

  test("finds nothing where there is no vertex", () => {
    const graph = csrGraphFromNeighbours([], "empty");
    const plan = { source: 0, target: 0, reachableOnly: false };
    expect(bare(graph, plan, 1).result).toEqual({ found: false, visitedCount: 0 });
    expect(walk(graph, plan, 1, 1).one.isOver).toBe(true);
  });
});
