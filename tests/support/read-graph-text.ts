import { limits } from "../../src/base/limits.ts";
import { buildCsr } from "../../src/graph/csr-builder.ts";
import { FileErrors } from "../../src/graph/readers/file-errors.ts";
import { formatOfName, type GraphFormat } from "../../src/graph/readers/graph-format.ts";
import type { GraphBounds } from "../../src/graph/readers/graph-parser.ts";
import { GraphText } from "../../src/graph/readers/graph-text.ts";

export interface ReadGraphText {
  readonly offsets: number[];
  readonly targets: number[];
  /** Of all vertices; undefined: the graph has none. */
  readonly names: string[] | undefined;
  readonly notices: readonly string[];
}

export interface GraphTextSource {
  /** What the file would be called; its extension tells the format. */
  readonly file: string;
  readonly told?: GraphFormat;
  readonly isUndirected?: boolean;
  readonly bounds?: Partial<GraphBounds>;
}

/** Reads a graph from chunks in memory, the way a file is read. */
export function readGraphText(
  chunks: readonly (string | Uint8Array)[],
  { file, told, isUndirected = false, bounds = {} }: GraphTextSource,
): ReadGraphText {
  const named = formatOfName(file).format;
  const options = { told, named };
  const text = new GraphText(new FileErrors(`"${file}"`), { ...limits, ...bounds }, options);
  for (const chunk of chunks) {
    text.feed(typeof chunk === "string" ? new TextEncoder().encode(chunk) : chunk);
  }
  const { vertexCount, edges, names, directions, notices } = text.end();
  const bothWays = directions === "both" || (directions === "asked" && isUndirected);
  const csr = buildCsr({ vertexCount, edges, isUndirected: bothWays, spec: file });
  return {
    offsets: [...csr.offsets],
    targets: [...csr.targets],
    names: names && Array.from({ length: vertexCount }, (_, vertex) => names.nameOf(vertex)),
    notices,
  };
}

/** The edges as `from>to` by name, in the order of their sources. */
export function edgesByName({ offsets, targets, names }: ReadGraphText): string[] {
  const nameOf = (vertex: number) => names?.[vertex] ?? String(vertex);
  return targets.map((target, at) => {
    const source = offsets.findIndex((_, vertex) => (offsets[vertex + 1] ?? 0) > at);
    return `${nameOf(source)}>${nameOf(target)}`;
  });
}
