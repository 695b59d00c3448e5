import { limits } from "../base/limits.ts";
import type { CsrGraph } from "./csr-graph.ts";
import { modularGraph } from "./modular-graph.ts";

/**
 * Keeps the graphs `modular:N` that were used last, at most limits.graphCacheMaxCount of them with
 * at most limits.vertexMaxCount vertices together; the one just asked for is always kept.
 */
export class GraphCache {
  /** In order of last use, oldest first (a Map keeps insertion order). */
  readonly #graphs = new Map<number, CsrGraph>();

  modular(vertexCount: number): CsrGraph {
    const graph = this.#graphs.get(vertexCount) ?? modularGraph(vertexCount);
    this.#graphs.delete(vertexCount);
    this.#evictFor(graph);
    this.#graphs.set(vertexCount, graph);
    return graph;
  }

  #evictFor(graph: CsrGraph): void {
    let keptVertexCount = graph.vertexCount;
    for (const kept of this.#graphs.values()) keptVertexCount += kept.vertexCount;
    for (const [key, oldest] of this.#graphs) {
      const fits =
        keptVertexCount <= limits.vertexMaxCount && this.#graphs.size < limits.graphCacheMaxCount;
      if (fits) return;
      this.#graphs.delete(key);
      keptVertexCount -= oldest.vertexCount;
    }
  }
}
