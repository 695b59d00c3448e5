import { assert } from "../base/errors.ts";
import type { CsrGraph } from "./csr-graph.ts";
import { sharedUint32Array } from "./shared-arrays.ts";

/** N of `modular:N` when nobody says otherwise. */
export const defaultVertexCount = 50_000;

/**
 * The graph `modular:N`: vertex i has 2 + (i mod 3) candidate edges, to (7 i + 13 j) mod N for j =
 * 1, 2, ...; self-loops are dropped, repeats kept.
 */
export function modularGraph(vertexCount: number): CsrGraph {
  assert(Number.isInteger(vertexCount) && vertexCount >= 0, "a graph has 0 or more vertices");
  const offsets = sharedUint32Array(vertexCount + 1);
  // Three vertices in a row have 2 + 3 + 4 candidates, so 3 a vertex bounds any prefix of them.
  const targets = sharedUint32Array(3 * vertexCount);
  let edgeCount = 0;
  for (let vertex = 0; vertex < vertexCount; vertex++) {
    const candidateCount = 2 + (vertex % 3);
    for (let j = 1; j <= candidateCount; j++) {
      const target = (7 * vertex + 13 * j) % vertexCount;
      if (target !== vertex) targets[edgeCount++] = target;
    }
    offsets[vertex + 1] = edgeCount;
  }
  const spec = modularSpec(vertexCount);
  return { vertexCount, edgeCount, offsets, targets: targets.subarray(0, edgeCount), spec };
}

export function modularSpec(vertexCount: number): string {
  return `modular:${vertexCount}`;
}
