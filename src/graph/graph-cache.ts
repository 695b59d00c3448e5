import { limits } from "../base/limits.ts";
import type { CsrGraph } from "./csr-graph.ts";

/**
 * Keeps the graphs that were used last, found by their number of vertices: at most
 * limits.graphCacheMaxCount of them with at most limits.vertexMaxCount vertices together; the one
 * just added is always kept.
 */
export class GraphCache<G extends CsrGraph> {
  /** In order of last use, oldest first (a Map keeps insertion order). */
  readonly #graphs = new Map<number, G>();
  readonly #onForgotten: (graph: G) => void;

  constructor(onForgotten: (graph: G) => void) {
    this.#onForgotten = onForgotten;
  }

  /** Counts as a use. */
  find(vertexCount: number): G | undefined {
    const graph = this.#graphs.get(vertexCount);
    if (graph !== undefined) {
      this.#graphs.delete(vertexCount);
      this.#graphs.set(vertexCount, graph);
    }
    return graph;
  }

  add(graph: G): void {
    this.#graphs.delete(graph.vertexCount);
    this.#evictFor(graph);
    this.#graphs.set(graph.vertexCount, graph);
  }

  #evictFor(graph: G): void {
    let keptVertexCount = graph.vertexCount;
    for (const kept of this.#graphs.values()) keptVertexCount += kept.vertexCount;
    for (const [key, oldest] of this.#graphs) {
      const fits =
        keptVertexCount <= limits.vertexMaxCount && this.#graphs.size < limits.graphCacheMaxCount;
      if (fits) return;
      this.#graphs.delete(key);
      this.#onForgotten(oldest);
      keptVertexCount -= oldest.vertexCount;
    }
  }
}
