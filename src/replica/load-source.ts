import type { Graph } from "../graph/graph.ts";
import { type GraphSpec, isGeneratorSpec } from "../graph/graph-spec.ts";
import { loadGraph } from "../graph/load-graph.ts";
import { readGraphFile } from "../graph/readers/read-graph-file.ts";
import type { GraphSource } from "./graph-source.ts";
import { makeElsewhere } from "./make-elsewhere.ts";

/** A graph to serve and how to come by it; graph/load-graph.ts says what each option means. */
export interface SourceRequest {
  readonly spec: GraphSpec;
  readonly isUndirected: boolean;
  readonly format: string | undefined;
  readonly cacheDir: string | undefined;
  readonly verifyCache: boolean;
}

/**
 * Loads the graph that a replica is to serve; a rule is carried out in a thread of its own, so that
 * this one still hears that it is to end. Throws whatever loadGraph() throws.
 */
export async function loadSource(
  request: SourceRequest,
  onNotice: (text: string) => void,
): Promise<{ readonly source: GraphSource; readonly graph: Graph }> {
  const { spec, cacheDir, verifyCache } = request;
  const graph = isGeneratorSpec(spec)
    ? await makeElsewhere({ spec, cacheDir, verifyCache }, onNotice)
    : await loadGraph(spec, { ...request, readFile: readGraphFile, onNotice });
  if (spec.kind !== "modular") return { graph, source: { kind: "fixed", graph } };
  const { vertexCount: defaultVertexCount } = spec;
  return { graph, source: { kind: "modular", defaultVertexCount, defaultGraph: graph } };
}
