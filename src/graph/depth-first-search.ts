import type { CsrGraph } from "./csr-graph.ts";

export interface SearchResult {
  /** Whether `target` was asked for and discovered. */
  readonly found: boolean;
  /** Vertices discovered, the target included. */
  readonly visitedCount: number;
}

/**
 * Memory that searches reuse, of graphs of any size. A vertex's stamp is its place in the order of
 * discovery plus `base`, the highest stamp of all earlier searches: so older stamps mean "not yet
 * discovered" and nothing needs clearing between searches.
 */
export interface SearchScratch {
  base: number;
  stamps: Int32Array;
  /**
   * The edges still to follow of each vertex on the path from the root: next, end, next, end, ...
   */
  stack: Int32Array;
}

export function createSearchScratch(): SearchScratch {
  return { base: 0, stamps: new Int32Array(0), stack: new Int32Array(0) };
}

const stampMax = 2 ** 31 - 1;

/**
 * Explores `graph` depth first from vertex 0, neighbours in stored order, restarting at the lowest
 * undiscovered vertex, until `target` is discovered or every vertex is. A target that is no vertex
 * is never found. Keeps its path on a stack of its own, so a path of any length fits.
 */
export function depthFirstSearch(
  graph: CsrGraph,
  scratch: SearchScratch,
  target = -1,
): SearchResult {
  prepare(scratch, graph.vertexCount);
  const base = scratch.base;
  const last = search(graph, scratch, target);
  // Leaving `base` behind the last stamp is what clears the marks of this search for the next one.
  scratch.base = Math.abs(last);
  return { found: last < 0, visitedCount: Math.abs(last) - base };
}

/** Makes room for `vertexCount` vertices; starts the stamps over when they would run out. */
function prepare(scratch: SearchScratch, vertexCount: number): void {
  if (scratch.stamps.length < vertexCount) {
    scratch.stamps = new Int32Array(vertexCount);
    // Each vertex is on the path at most once; pages never touched cost nothing.
    scratch.stack = new Int32Array(2 * vertexCount);
    scratch.base = 0;
  } else if (scratch.base > stampMax - vertexCount) {
    scratch.stamps.fill(0);
    scratch.base = 0;
  }
}

/**
 * The hot loop: returns the last stamp given, negative when it went to `target`. bench/search.cpp
 * holds the same loop in C++. A vertex is pushed only while it has edges left, so chains cost no
 * stack.
 */
function search(graph: CsrGraph, scratch: SearchScratch, target: number): number {
  const { vertexCount, offsets, targets } = graph;
  const { stamps, stack, base } = scratch;
  let stamp = base;
  for (let root = 0; root < vertexCount; root++) {
    if (stamps[root]! > base) continue;
    stamp = (stamp + 1) | 0;
    stamps[root] = stamp;
    if (root === target) return -stamp;
    let edge = offsets[root]!;
    let end = offsets[root + 1]!;
    let depth = 0;
    for (;;) {
      while (edge !== end) {
        const vertex = targets[edge]!;
        edge = (edge + 1) | 0;
        if (stamps[vertex]! > base) continue;
        stamp = (stamp + 1) | 0;
        stamps[vertex] = stamp;
        if (vertex === target) return -stamp;
        if (edge !== end) {
          stack[depth] = edge;
          stack[(depth + 1) | 0] = end;
          depth = (depth + 2) | 0;
        }
        edge = offsets[vertex]!;
        end = offsets[(vertex + 1) | 0]!;
      }
      if (depth === 0) break;
      depth = (depth - 2) | 0;
      edge = stack[depth]!;
      end = stack[(depth + 1) | 0]!;
    }
  }
  return stamp;
}

/** The vertices that the last search of `scratch` discovered, in order of discovery. */
export function discoveryOrder(scratch: SearchScratch, result: SearchResult): Uint32Array {
  const base = scratch.base - result.visitedCount;
  const order = new Uint32Array(result.visitedCount);
  for (const [vertex, stamp] of scratch.stamps.entries()) {
    if (stamp > base) order[stamp - base - 1] = vertex;
  }
  return order;
}
