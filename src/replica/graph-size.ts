import { limits } from "../base/limits.ts";

/** Whether a search of the whole graph is so short that it holds up nothing. */
export function isSmall(graph: {
  readonly vertexCount: number;
  readonly edgeCount: number;
}): boolean {
  return graph.vertexCount + graph.edgeCount <= limits.inlineSearchMaxCount;
}
