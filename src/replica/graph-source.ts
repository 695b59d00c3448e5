import { messageOf } from "../base/errors.ts";
import { limits } from "../base/limits.ts";
import type { Graph } from "../graph/graph.ts";
import { GraphCache } from "../graph/graph-cache.ts";
import { modularSpec } from "../graph/modular-graph.ts";
import { buildModular } from "./build-modular.ts";
import { isSmall } from "./graph-size.ts";
import type { Refusal } from "./refusal.ts";
import { invalid, otherGraph } from "./search-question.ts";

/** What a replica serves: `modular:N` of any size up to a limit, or one fixed graph. */
export type GraphSource =
  | {
      readonly kind: "modular";
      readonly defaultVertexCount: number;
      /** modular:defaultVertexCount, when it is at hand already. */
      readonly defaultGraph?: Graph;
    }
  | { readonly kind: "fixed"; readonly graph: Graph };

export interface GraphCatalogOptions {
  /** Makes a graph modular:N too large to be made beside answering calls. */
  makeElsewhere(vertexCount: number): Promise<Graph>;
  /** A graph that no request will be answered from any more, unless it is made anew. */
  onForgotten(graph: Graph): void;
}

/** Finds, or makes, the graph that a request's num_vertices names. */
export class GraphCatalog {
  readonly defaultGraph: Graph;
  readonly #source: GraphSource;
  readonly #options: GraphCatalogOptions;
  readonly #cache: GraphCache<Graph>;
  /** Those being made elsewhere, by their number of vertices. */
  readonly #pending = new Map<number, Promise<Graph | Refusal>>();

  constructor(source: GraphSource, options: GraphCatalogOptions) {
    this.#source = source;
    this.#options = options;
    this.#cache = new GraphCache((graph) => options.onForgotten(graph));
    this.defaultGraph =
      source.kind === "fixed"
        ? source.graph
        : (source.defaultGraph ?? buildModular(source.defaultVertexCount));
  }

  /** A promise only when the graph is large and has to be made first. */
  graphOf(numVertices: number): Graph | Refusal | Promise<Graph | Refusal> {
    const { vertexCount, spec } = this.defaultGraph;
    const current = `current value is ${numVertices}`;
    if (numVertices < 0) {
      return invalid(`num_vertices must be 0 (for ${spec}) or more: ${current}`);
    }
    if (numVertices === 0 || numVertices === vertexCount) return this.defaultGraph;
    if (this.#source.kind === "fixed") {
      const asked = `${numVertices} vertices: num_vertices may be 0 or ${vertexCount} here`;
      return otherGraph(this.defaultGraph, asked);
    }
    if (numVertices > limits.vertexMaxCount) {
      return {
        status: "RESOURCE_EXHAUSTED",
        message: `num_vertices must be at most ${limits.vertexMaxCount} here: ${current}`,
      };
    }
    return this.#cache.find(numVertices) ?? this.#make(numVertices);
  }

  #make(vertexCount: number): Graph | Refusal | Promise<Graph | Refusal> {
    // 3 edges a vertex.
    if (isSmall({ vertexCount, edgeCount: 3 * vertexCount })) {
      const graph = buildModular(vertexCount);
      this.#cache.add(graph);
      return graph;
    }
    const pending = this.#pending.get(vertexCount);
    if (pending !== undefined) return pending;
    if (this.#pending.size >= limits.graphBuildMaxCount) {
      const what = [...this.#pending.keys()].map(modularSpec).join(", ");
      const pushbackMs = limits.pushbackMaxMs;
      const message = `This replica is busy making ${what}; ask again in ${pushbackMs} ms`;
      return { status: "RESOURCE_EXHAUSTED", message, pushbackMs };
    }
    const made = this.#makeElsewhere(vertexCount);
    this.#pending.set(vertexCount, made);
    return made;
  }

  async #makeElsewhere(vertexCount: number): Promise<Graph | Refusal> {
    try {
      const graph = await this.#options.makeElsewhere(vertexCount);
      this.#cache.add(graph);
      return graph;
    } catch (error) {
      const message = `Cannot make ${modularSpec(vertexCount)}: ${messageOf(error)}`;
      return { status: "INTERNAL", message };
    } finally {
      this.#pending.delete(vertexCount);
    }
  }
}
