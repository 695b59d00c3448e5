import type { Graph } from "../graph/graph.ts";
import { graphFromParts } from "../graph/graph-from-parts.ts";
import { modularGraph } from "../graph/modular-graph.ts";

/** The graph modular:N as a replica serves it. */
export function buildModular(vertexCount: number): Graph {
  return graphFromParts({ csr: modularGraph(vertexCount), names: undefined });
}
