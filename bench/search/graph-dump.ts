import { closeSync, openSync, writeSync } from "node:fs";
import type { CsrGraph } from "../../src/graph/csr-graph.ts";

/** The graph as the peers read it; bench/search/protocol.hpp says how. */
export function writeGraph(path: string, graph: CsrGraph): void {
  const fd = openSync(path, "w");
  try {
    const head = Uint32Array.of(graph.vertexCount, graph.edgeCount);
    const offsets = graph.offsets.subarray(0, graph.vertexCount + 1);
    for (const column of [head, offsets, graph.targets.subarray(0, graph.edgeCount)]) {
      const bytes = Buffer.from(column.buffer, column.byteOffset, column.byteLength);
      for (let at = 0; at < bytes.length; ) at += writeSync(fd, bytes, at);
    }
  } finally {
    closeSync(fd);
  }
}
