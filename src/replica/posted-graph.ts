import { mapGraph } from "../graph/cache/open-cache.ts";
import type { CsrGraph } from "../graph/csr-graph.ts";
import type { Graph } from "../graph/graph.ts";
import type { GraphNotice } from "./search-messages.ts";

/** What another thread is told of `graph`: posting it copies no array of a graph as it is served. */
export function graphNotice(number: number, graph: Graph): GraphNotice {
  const { vertexCount, edgeCount, spec, offsets, targets, storage, fingerprint } = graph;
  const arrays =
    storage.kind === "file"
      ? ({ kind: "file", path: storage.path, fingerprint } as const)
      : ({ kind: "shared", offsets, targets } as const);
  return { graph: number, vertexCount, edgeCount, spec, arrays };
}

/** The graph that a thread was told of; throws when its file is not there any more. */
export function receiveGraph({ vertexCount, edgeCount, spec, arrays }: GraphNotice): CsrGraph {
  if (arrays.kind === "file") return mapGraph(arrays.path, arrays.fingerprint);
  return { vertexCount, edgeCount, spec, offsets: arrays.offsets, targets: arrays.targets };
}
