import type { CsrGraph } from "../graph/csr-graph.ts";
import type { Graph } from "../graph/graph.ts";
import type { GraphNotice } from "./search-messages.ts";

/** What another thread is told of `graph`; posting it copies no array. */
export function graphNotice(number: number, graph: Graph): GraphNotice {
  const { vertexCount, edgeCount, spec, offsets, targets } = graph;
  return { graph: number, vertexCount, edgeCount, spec, arrays: { kind: "shared", offsets, targets } };
}

/** The graph that a thread was told of. */
export function receiveGraph({ vertexCount, edgeCount, spec, arrays }: GraphNotice): CsrGraph {
  if (arrays.kind === "file") throw new Error("not yet");
  return { vertexCount, edgeCount, spec, offsets: arrays.offsets, targets: arrays.targets };
}
