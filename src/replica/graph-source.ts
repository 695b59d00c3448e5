import { limits } from "../base/limits.ts";
import type { CsrGraph } from "../graph/csr-graph.ts";
import { GraphCache } from "../graph/graph-cache.ts";
import { modularGraph } from "../graph/modular-graph.ts";
import type { StatusName } from "../rpc/status.ts";

/** What a replica serves: `modular:N` of any size up to a limit, or one fixed graph. */
export type GraphSource =
  | { readonly kind: "modular"; readonly defaultVertexCount: number }
  | { readonly kind: "fixed"; readonly graph: CsrGraph };

/** A request not answered: a status and a sentence for the caller. */
export interface Refusal {
  readonly status: Extract<
    StatusName,
    "INVALID_ARGUMENT" | "RESOURCE_EXHAUSTED" | "FAILED_PRECONDITION" | "INTERNAL"
  >;
  readonly message: string;
}

export function isRefusal(value: object): value is Refusal {
  return "status" in value;
}

/** Finds the graph that a request's num_vertices names. */
export class GraphCatalog {
  readonly defaultGraph: CsrGraph;
  readonly #source: GraphSource;
  readonly #cache = new GraphCache();

  constructor(source: GraphSource) {
    this.#source = source;
    this.defaultGraph =
      source.kind === "fixed" ? source.graph : modularGraph(source.defaultVertexCount);
  }

  graphOf(numVertices: number): CsrGraph | Refusal {
    const { vertexCount, spec } = this.defaultGraph;
    const current = `current value is ${numVertices}`;
    if (numVertices < 0) {
      return {
        status: "INVALID_ARGUMENT",
        message: `num_vertices must be 0 (for ${spec}) or more: ${current}`,
      };
    }
    if (numVertices === 0 || numVertices === vertexCount) return this.defaultGraph;
    if (this.#source.kind === "fixed") {
      return {
        status: "FAILED_PRECONDITION",
        message: `num_vertices must be 0 or ${vertexCount} on this replica of ${spec}: ${current}`,
      };
    }
    if (numVertices > limits.vertexMaxCount) {
      return {
        status: "RESOURCE_EXHAUSTED",
        message: `num_vertices must be at most ${limits.vertexMaxCount} here: ${current}`,
      };
    }
    return this.#cache.modular(numVertices);
  }
}
