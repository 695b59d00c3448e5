import { mapGraph } from "../graph/cache/open-cache.ts";
import type { Graph } from "../graph/graph.ts";
import type { GraphNotice } from "./search-messages.ts";

/** What another thread is told of `graph`; posting it copies no array of a graph as served. */
export function graphNotice(graph: Graph): GraphNotice {
  const { vertexCount, edgeCount, spec, fingerprint, storage, offsets, targets } = graph;
  const arrays = storage.kind === "file" ? undefined : { offsets, targets };
  return { vertexCount, edgeCount, spec, fingerprint, storage, arrays };
}

/** The graph that a thread was told of; throws when its file is not there any more. */
export function receiveGraph({ arrays, storage, ...rest }: GraphNotice): Graph {
  if (arrays !== undefined) return { ...rest, ...arrays, storage, names: undefined };
  if (storage.kind !== "file") throw new Error("A shared graph was posted without its arrays");
  return mapGraph(storage.path, rest.fingerprint);
}
