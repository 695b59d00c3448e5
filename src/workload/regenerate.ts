import { DfsError } from "../base/errors.ts";
import { limits } from "../base/limits.ts";
import { fingerprintOf } from "../graph/fingerprint.ts";
import type { GeneratorSpec } from "../graph/generator-spec.ts";
import { generateGraph } from "../graph/generators/generate-graph.ts";
import type { Graph } from "../graph/graph.ts";
import { isGeneratorSpec, parseGraphSpec } from "../graph/graph-spec.ts";

/**
 * Makes the graph of a replica's spec here, so that right answers can be found in it; undefined
 * when it is no generator's spec, or of more edges than that.
 */
export function regenerate(
  source: string,
  edgeMaxCount: number = limits.regeneratedEdgeMaxCount,
): Graph | undefined {
  const spec = generatorSpec(source);
  if (spec === undefined || edgeBound(spec) > edgeMaxCount) return undefined;
  const graph = generateGraph(spec);
  const fingerprint = fingerprintOf(graph, undefined);
  return { ...graph, names: undefined, fingerprint, storage: { kind: "shared" } };
}

function generatorSpec(source: string): GeneratorSpec | undefined {
  try {
    const spec = parseGraphSpec(source);
    return isGeneratorSpec(spec) ? spec : undefined;
  } catch (error) {
    // Whatever else a replica calls its graph.
    if (error instanceof DfsError) return undefined;
    throw error;
  }
}

/** Its edges are no more than this; and its vertices, since isolated ones cost as much. */
function edgeBound(spec: GeneratorSpec): number {
  switch (spec.kind) {
    case "modular":
      return 3 * spec.vertexCount;
    case "path":
    case "cycle":
    case "tree":
      return spec.vertexCount;
    case "grid":
      return 4 * spec.rowCount * spec.columnCount;
    case "gnm":
      return Math.max(spec.vertexCount, spec.edgeCount);
    case "rmat":
      return 2 ** spec.scale * spec.edgeFactor;
  }
}
