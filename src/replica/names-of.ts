import { limits } from "../base/limits.ts";
import type { Graph } from "../graph/graph.ts";
import { nameOfVertex } from "./search-question.ts";

/** Bytes that a message spends on a text beside the text. */
const fieldOverheadBytes = 4;

/**
 * The names of the first of `vertices`, as many as fit in one message, but at least one of those
 * there are.
 */
export function namesOf(
  graph: Graph,
  vertices: Uint32Array,
  maxBytes: number = limits.messageNamesMaxBytes,
): string[] {
  const mostBytes = Math.min(maxBytes, limits.messageNamesMaxBytes);
  const names: string[] = [];
  let bytes = 0;
  for (const vertex of vertices) {
    const name = nameOfVertex(graph, vertex);
    bytes += Buffer.byteLength(name) + fieldOverheadBytes;
    if (bytes > mostBytes && names.length > 0) break;
    names.push(name);
  }
  return names;
}
