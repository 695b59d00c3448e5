import type { CsrGraph } from "./csr-graph.ts";
import type { GraphSpec } from "./graph-spec.ts";
import type { StoredNames } from "./stored-names.ts";

/** Where the text of a graph comes from. */
export type GraphFile = Extract<GraphSpec, { readonly kind: "file" | "stdin" }>;

export interface ReadGraphFileOptions {
  /** Undefined: told by the file's name and content. */
  readonly format: string | undefined;
  /** Each edge stands for both directions. */
  readonly isUndirected: boolean;
  /** Told what its user may want to know about the file; a whole sentence. */
  onNotice(text: string): void;
}

/** A graph that was read or made, before it is served. */
export interface GraphParts {
  readonly csr: CsrGraph;
  readonly names: StoredNames | undefined;
}

/** Reads a graph; throws DfsError with file, line, column and what was expected there. */
export type ReadGraphFile = (
  source: GraphFile,
  options: ReadGraphFileOptions,
) => Promise<GraphParts>;
