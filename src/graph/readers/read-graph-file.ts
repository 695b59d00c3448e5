import { limits } from "../../base/limits.ts";
import { buildCsr } from "../csr-builder.ts";
import type { GraphFile, GraphParts, ReadGraphFileOptions } from "../graph-file.ts";
import { formatGraphSpec } from "../graph-spec.ts";
import { decompressed } from "./decompress.ts";
import { FileErrors } from "./file-errors.ts";
import { formatOfName, parseGraphFormat } from "./graph-format.ts";
import type { GraphBounds } from "./graph-parser.ts";
import { GraphText } from "./graph-text.ts";
import { bytesOf } from "./open-source.ts";

/**
 * Reads a graph from a file or from standard input: an edge list, Matrix Market, DIMACS or METIS,
 * as it is or in gzip or zstd. Takes 8 bytes an edge while it reads, beside the graph. Throws
 * DfsError `cannot-run` with file, line, column and what was expected there; `usage` for a format
 * that does not exist.
 */
export async function readGraphFile(
  source: GraphFile,
  options: ReadGraphFileOptions,
  bounds: GraphBounds = limits,
): Promise<GraphParts> {
  const told = options.format === undefined ? undefined : parseGraphFormat(options.format);
  const path = source.kind === "file" ? source.path : undefined;
  const errors = new FileErrors(path === undefined ? "on standard input" : `"${path}"`);
  const { format, compression } = formatOfName(path ?? "");
  const text = new GraphText(errors, bounds, { told, named: format });
  const bytes = bytesOf(source, errors);
  for await (const chunk of decompressed(bytes, { errors, named: compression, text }))
    text.feed(chunk);
  return graphOf(
    text,
    { spec: formatGraphSpec(source), isUndirected: options.isUndirected },
    options,
  );
}

function graphOf(
  text: GraphText,
  { spec, isUndirected }: { readonly spec: string; readonly isUndirected: boolean },
  { onNotice }: Pick<ReadGraphFileOptions, "onNotice">,
): GraphParts {
  const { vertexCount, edges, names, directions, notices } = text.end();
  for (const notice of notices) onNotice(notice);
  const bothWays = directions === "both" || (directions === "asked" && isUndirected);
  return { csr: buildCsr({ vertexCount, edges, isUndirected: bothWays, spec }), names };
}
