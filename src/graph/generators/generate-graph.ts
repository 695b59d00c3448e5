import { buildCsr } from "../csr-builder.ts";
import type { CsrGraph } from "../csr-graph.ts";
import type { GeneratorSpec } from "../generator-spec.ts";
import { formatGraphSpec } from "../graph-spec.ts";
import { modularGraph } from "../modular-graph.ts";
import { gnmEdges } from "./gnm-edges.ts";
import { cycleGraph, gridGraph, pathGraph, treeGraph } from "./regular-graphs.ts";
import { rmatEdges } from "./rmat-edges.ts";

/**
 * The graph of a spec, in shared memory: the same on every system. It occupies the thread until it
 * is done, so a large one (rmat:22 takes seconds) is made by a worker or before serving begins.
 */
export function generateGraph(generator: GeneratorSpec): CsrGraph {
  const spec = formatGraphSpec(generator);
  switch (generator.kind) {
    case "modular":
      return modularGraph(generator.vertexCount);
    case "path":
      return pathGraph(generator.vertexCount, spec);
    case "cycle":
      return cycleGraph(generator.vertexCount, spec);
    case "grid":
      return gridGraph(generator.rowCount, generator.columnCount, spec);
    case "tree":
      return treeGraph(generator.vertexCount, generator.branching, spec);
    case "gnm": {
      const { vertexCount, edgeCount, seed } = generator;
      const edges = gnmEdges(vertexCount, edgeCount, seed);
      return buildCsr({ vertexCount, edges, isUndirected: false, spec });
    }
    case "rmat": {
      const { scale, edgeFactor, seed } = generator;
      const edges = rmatEdges(scale, edgeFactor, seed);
      return buildCsr({ vertexCount: 2 ** scale, edges, isUndirected: false, spec });
    }
  }
}
