import type { CsrGraph } from "./csr-graph.ts";
import type { VertexNames } from "./vertex-names.ts";

/** A graph as a replica serves it. Its arrays are shared memory, or a file mapped into memory. */
export interface Graph extends CsrGraph {
  /** What its vertices are called in the file; undefined: by their numbers. */
  readonly names: VertexNames | undefined;
  /** 16 hexadecimal digits over vertices, edges, their order and names; see fingerprint.ts. */
  readonly fingerprint: string;
  /** How another thread of this process comes by the same arrays. */
  readonly storage: GraphStorage;
}

/**
 * `shared`: the arrays lie in SharedArrayBuffers, and posting them shares them. `file`: a cache
 * file that is mapped; a mapped array that is posted would be copied, so each thread maps it anew.
 */
export type GraphStorage =
  | { readonly kind: "shared" }
  | { readonly kind: "file"; readonly path: string };
