import type { CsrGraph } from "../../src/graph/csr-graph.ts";
import { type SearchPlan, wholeGraph } from "../../src/graph/search-plan.ts";
import { createWalkMemory, Walk } from "../../src/graph/walk.ts";
import { walkBuffer, walkColumns } from "../../src/graph/walk-columns.ts";

/** The vertices that a search discovers, in that order. */
export function discoveryOrder(graph: CsrGraph, plan: SearchPlan = wholeGraph): Uint32Array {
  const columns = walkColumns(walkBuffer(graph.vertexCount));
  const walk = new Walk(graph, createWalkMemory(), plan);
  let count = 0;
  while (!walk.isOver) count = walk.fill(columns, count, graph.vertexCount + 1, 2 ** 31 - 1);
  return columns.vertices.slice(0, count);
}
