import { DfsError } from "../base/errors.ts";
import { limits } from "../base/limits.ts";
import type { CsrGraph } from "./csr-graph.ts";
import type { EdgeSource } from "./edge-buffer.ts";
import { sharedUint32Array } from "./shared-arrays.ts";

export interface CsrRecipe {
  readonly vertexCount: number;
  readonly edges: EdgeSource;
  /** Each edge stands for both directions; a self-loop still counts once. */
  readonly isUndirected: boolean;
  readonly spec: string;
}

/**
 * A graph in shared memory from edges in any order: a stable counting sort, so a vertex's
 * neighbours stand in the order in which their edges came. Self-loops and repeats are kept. The
 * edges are gone through twice, and beside the graph itself (4 bytes an edge and a vertex) nothing
 * is kept. An end that is no vertex is a RangeError; a graph above the limits a DfsError.
 */
export function buildCsr({ vertexCount, edges, isUndirected, spec }: CsrRecipe): CsrGraph {
  checkGraphSize(spec, vertexCount, edges.edgeCount);
  const offsets = sharedUint32Array(vertexCount + 1);
  edges.forEachBlock((pairs, edgeCount) => {
    countBlock(pairs, edgeCount, offsets, isUndirected);
  });
  const edgeCount = beginsFromCounts(offsets);
  checkGraphSize(spec, vertexCount, edgeCount);
  const targets = sharedUint32Array(edgeCount);
  edges.forEachBlock((pairs, blockEdgeCount) => {
    placeBlock(pairs, blockEdgeCount, offsets, targets, isUndirected);
  });
  return { vertexCount, edgeCount, offsets, targets, spec };
}

/** What is above limits.graphVertexMaxCount or limits.graphEdgeMaxCount is refused. */
export function checkGraphSize(spec: string, vertexCount: number, edgeCount: number): void {
  const tooMany = (what: string, count: number, maxCount: number) =>
    new DfsError(
      "cannot-run",
      `Cannot hold graph ${spec}: it has ${count} ${what}, at most ${maxCount} fit`,
    );
  if (vertexCount > limits.graphVertexMaxCount) {
    throw tooMany("vertices", vertexCount, limits.graphVertexMaxCount);
  }
  if (edgeCount > limits.graphEdgeMaxCount) {
    throw tooMany("edges", edgeCount, limits.graphEdgeMaxCount);
  }
}

/** Counts the edges of vertex v in `offsets[v + 1]`. */
function countBlock(
  pairs: Uint32Array,
  edgeCount: number,
  offsets: Uint32Array,
  isUndirected: boolean,
): void {
  const vertexCount = offsets.length - 1;
  for (let at = 0; at < 2 * edgeCount; at += 2) {
    const from = pairs[at]!;
    const to = pairs[at + 1]!;
    if (from >= vertexCount || to >= vertexCount) {
      throw new RangeError(`edge ${from} -> ${to} leaves the vertices 0..${vertexCount - 1}`);
    }
    offsets[from + 1]! += 1;
    if (isUndirected && from !== to) offsets[to + 1]! += 1;
  }
}

/**
 * Turns the counts into the places where each vertex's targets begin, in `offsets[v + 1]`: placing
 * them moves each on to where they end, which is what it has to be. Returns the number of edges.
 */
function beginsFromCounts(offsets: Uint32Array): number {
  let begin = 0;
  for (let at = 1; at < offsets.length; at++) {
    const count = offsets[at]!;
    offsets[at] = begin;
    begin += count;
  }
  return begin;
}

function placeBlock(
  pairs: Uint32Array,
  edgeCount: number,
  offsets: Uint32Array,
  targets: Uint32Array,
  isUndirected: boolean,
): void {
  for (let at = 0; at < 2 * edgeCount; at += 2) {
    const from = pairs[at]!;
    const to = pairs[at + 1]!;
    const place = offsets[from + 1]!;
    targets[place] = to;
    offsets[from + 1] = place + 1;
    if (isUndirected && from !== to) {
      const placeBack = offsets[to + 1]!;
      targets[placeBack] = from;
      offsets[to + 1] = placeBack + 1;
    }
  }
}
