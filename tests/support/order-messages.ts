import { crc32 } from "node:zlib";
import {
  noParent,
  type TraverseResponse,
  type TraverseSummary,
} from "../../src/rpc/dfs-service.ts";

/** A whole order of discovery, found by recursion, word for word as the service defines it. */
export interface WholeOrder {
  readonly vertexCount: number;
  readonly vertices: readonly number[];
  readonly parents: readonly number[];
  readonly depths: readonly number[];
  readonly found: boolean;
}

export interface OrderQuestion {
  readonly source?: number;
  readonly target?: number;
  readonly reachableOnly?: boolean;
}

export const orderFingerprint = "0123456789abcdef";

/** The order of the graph with these neighbours. */
export function orderOf(
  neighbours: readonly (readonly number[])[],
  { source = 0, target, reachableOnly = false }: OrderQuestion = {},
): WholeOrder {
  const columns: Record<"vertices" | "parents" | "depths", number[]> = {
    vertices: [],
    parents: [],
    depths: [],
  };
  const seen = new Set<number>();
  const visit = (vertex: number, parent: number, depth: number): boolean => {
    seen.add(vertex);
    columns.vertices.push(vertex);
    columns.parents.push(parent);
    columns.depths.push(depth);
    if (vertex === target) return true;
    return (neighbours[vertex] ?? []).some(
      (next) => !seen.has(next) && visit(next, vertex, depth + 1),
    );
  };
  const roots = reachableOnly ? [source] : [source, ...neighbours.keys()];
  const found = roots.some(
    (root) => root < neighbours.length && !seen.has(root) && visit(root, noParent, 0),
  );
  return { vertexCount: neighbours.length, ...columns, found };
}

/** What a replica says at the end of the order. */
export function summaryOf({ vertices, parents, depths, found }: WholeOrder): TraverseSummary {
  return {
    visitedCount: vertices.length,
    found,
    rootCount: parents.filter((parent) => parent === noParent).length,
    depthMax: Math.max(0, ...depths),
    verticesCrc32: crc32(packed(vertices)),
    parentsCrc32: crc32(packed(parents)),
    depthsCrc32: crc32(packed(depths)),
    runtimeMs: 1,
  };
}

/** The messages of a stream after the first `resumeAfter` vertices, the last with the summary. */
export function responsesOf(
  order: WholeOrder,
  batchSize: number,
  resumeAfter = 0,
): readonly TraverseResponse[] {
  const firsts: number[] = [];
  for (let first = resumeAfter; first < order.vertices.length; first += batchSize)
    firsts.push(first);
  if (firsts.length === 0) firsts.push(resumeAfter);
  return firsts.map((first, index) => ({
    ...batchOf(order, first, first + batchSize),
    ...(index === 0 ? { fingerprint: orderFingerprint } : {}),
    ...(index === firsts.length - 1 ? { summary: summaryOf(order) } : {}),
  }));
}

function batchOf(order: WholeOrder, first: number, end: number): TraverseResponse {
  return {
    first,
    vertices: packed(order.vertices.slice(first, end)),
    parents: packed(order.parents.slice(first, end)),
    depths: packed(order.depths.slice(first, end)),
  };
}

/** Four bytes each, little-endian. */
export function packed(numbers: readonly number[]): Uint8Array {
  const bytes = new Uint8Array(numbers.length * 4);
  const view = new DataView(bytes.buffer);
  for (const [index, number] of numbers.entries()) view.setUint32(index * 4, number, true);
  return bytes;
}
