import type { CsrGraph } from "../csr-graph.ts";
import { sharedUint32Array } from "../shared-arrays.ts";

/** `path:N`: i -> i + 1. */
export function pathGraph(vertexCount: number, spec: string): CsrGraph {
  const offsets = sharedUint32Array(vertexCount + 1);
  const edgeCount = vertexCount - 1;
  const targets = sharedUint32Array(edgeCount);
  for (let vertex = 0; vertex < edgeCount; vertex++) {
    targets[vertex] = vertex + 1;
    offsets[vertex + 1] = vertex + 1;
  }
  offsets[vertexCount] = edgeCount;
  return { vertexCount, edgeCount, offsets, targets, spec };
}

/** `cycle:N`: i -> i + 1, and the last vertex -> 0; one vertex alone has a self-loop. */
export function cycleGraph(vertexCount: number, spec: string): CsrGraph {
  const offsets = sharedUint32Array(vertexCount + 1);
  const targets = sharedUint32Array(vertexCount);
  for (let vertex = 0; vertex < vertexCount; vertex++) {
    targets[vertex] = vertex + 1;
    offsets[vertex + 1] = vertex + 1;
  }
  targets[vertexCount - 1] = 0;
  return { vertexCount, edgeCount: vertexCount, offsets, targets, spec };
}

/**
 * `grid:RxC`: the vertex in row r and column c is r C + c, with edges to its neighbours to the
 * right, below, to the left and above, in this order; there are none beyond the rim.
 */
export function gridGraph(rowCount: number, columnCount: number, spec: string): CsrGraph {
  const vertexCount = rowCount * columnCount;
  // Each pair of neighbours, in a row or in a column, is joined both ways.
  const edgeCount = 2 * (rowCount * (columnCount - 1) + columnCount * (rowCount - 1));
  const offsets = sharedUint32Array(vertexCount + 1);
  const targets = sharedUint32Array(edgeCount);
  let edge = 0;
  let vertex = 0;
  for (let row = 0; row < rowCount; row++) {
    for (let column = 0; column < columnCount; column++) {
      if (column + 1 < columnCount) targets[edge++] = vertex + 1;
      if (row + 1 < rowCount) targets[edge++] = vertex + columnCount;
      if (column > 0) targets[edge++] = vertex - 1;
      if (row > 0) targets[edge++] = vertex - columnCount;
      vertex++;
      offsets[vertex] = edge;
    }
  }
  return { vertexCount, edgeCount, offsets, targets, spec };
}

/**
 * `tree:N,branching=B`: the complete tree whose vertices are numbered level by level, with edges
 * from each vertex v to its children B v + 1 .. B v + B, as far as they are below N. Branching 1 is
 * a path, N - 1 and more a star.
 */
export function treeGraph(vertexCount: number, branching: number, spec: string): CsrGraph {
  const edgeCount = vertexCount - 1;
  const offsets = sharedUint32Array(vertexCount + 1);
  const targets = sharedUint32Array(edgeCount);
  // So the children of all vertices, one after the other, are 1, 2, ...
  for (let edge = 0; edge < edgeCount; edge++) targets[edge] = edge + 1;
  let end = 0;
  for (let vertex = 0; vertex < vertexCount; vertex++) {
    end = Math.min(end + branching, edgeCount);
    offsets[vertex + 1] = end;
  }
  return { vertexCount, edgeCount, offsets, targets, spec };
}
