import type { EdgeSource } from "../edge-buffer.ts";

const blockEdgeCount = 1 << 14;

/** Fills `pairs` with the next `edgeCount` edges: from, to, from, to, ... */
export type FillEdges = (pairs: Uint32Array, edgeCount: number) => void;

/**
 * Edges that are made anew each time they are gone through, a block at a time, so that they take no
 * memory. `start` returns what makes them from the first on, always the same.
 */
export function generatedEdges(edgeCount: number, start: () => FillEdges): EdgeSource {
  return {
    edgeCount,
    forEachBlock(visit) {
      const fill = start();
      const pairs = new Uint32Array(2 * blockEdgeCount);
      for (let done = 0; done < edgeCount; done += blockEdgeCount) {
        const count = Math.min(blockEdgeCount, edgeCount - done);
        fill(pairs, count);
        visit(pairs, count);
      }
    },
  };
}
