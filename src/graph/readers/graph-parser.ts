import type { EdgeSource } from "../edge-buffer.ts";
import type { StoredNames } from "../stored-names.ts";

/** Turns the text of one format into edges. */
export interface GraphParser {
  /**
   * Where the text may be cut between two calls: `line`: after a line feed; `blank`: after any
   * blank or line feed, for formats whose lines may be longer than memory should be.
   */
  readonly cuts: "line" | "blank";
  /**
   * Takes `bytes[from]` to `bytes[to - 1]`, which end at a cut. Throws DfsError `cannot-run` with
   * file, line and column at the first thing that is wrong.
   */
  take(bytes: Uint8Array, from: number, to: number): void;
  /** Where the next byte to be taken stands, counted from 1. */
  readonly place: { readonly line: number; readonly column: number };
  /** After the last byte; the last line is ended by then. Throws when something is missing. */
  end(): ParsedGraph;
}

export interface ParsedGraph {
  readonly vertexCount: number;
  readonly edges: EdgeSource;
  /** Undefined: the vertices are called by their numbers. */
  readonly names: StoredNames | undefined;
  /** `both`: each edge stands for its reverse too; `stored`: the reverse edges are in the file. */
  readonly directions: "asked" | "both" | "stored";
  /** What was decided about the file that its owner may want to know; whole sentences. */
  readonly notices: readonly string[];
}

/** Bounds that a file is held to, so that no file takes memory without end. */
export interface GraphBounds {
  readonly graphVertexMaxCount: number;
  readonly graphEdgeMaxCount: number;
  /** A longer line, or field where lines need not be whole in memory, is refused. */
  readonly graphLineMaxBytes: number;
  readonly vertexNameMaxBytes: number;
}
