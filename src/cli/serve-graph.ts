import { existsSync, statSync } from "node:fs";
import { DfsError } from "../base/errors.ts";
import { formatGraphSpec, type GraphSpec, parseGraphSpec } from "../graph/graph-spec.ts";
import { checkLoadOptions } from "../graph/load-graph.ts";
import { parseGraphFormat } from "../graph/readers/graph-format.ts";
import type { SourceRequest } from "../replica/load-source.ts";
import * as flags from "./flags.ts";
import { graphFlags } from "./graph-flags.ts";

/** Which graph `serve` serves. */
export const serveGraphFlags = {
  ...graphFlags,
  verifyCache: flags.toggle("Read the cached graph whole and compare its sums, before it serves"),
};

type ServeGraphValues = flags.FlagValues<typeof serveGraphFlags>;

/**
 * The graph that the flags name, checked as far as that goes without loading it; undefined: the
 * default one. Throws usage errors. `isRestartable`: it may have to be loaded more than once.
 */
export function sourceRequestOf(
  values: ServeGraphValues,
  isRestartable: boolean,
): SourceRequest | undefined {
  const { graph, undirected, graphFormat, graphCache, verifyCache } = values;
  if (graph === undefined) {
    const about = { undirected, "graph-format": graphFormat, "graph-cache": graphCache };
    const given = { ...about, "verify-cache": verifyCache };
    const [lone] = Object.entries(given).find(([, value]) => value) ?? [];
    if (lone === undefined) return undefined;
    throw new DfsError("usage", `--${lone} says how a graph is loaded: it needs --graph SPEC`);
  }
  const spec = parseGraphSpec(graph);
  if (isRestartable) refuseReadOnce(spec);
  const format = graphFormat === undefined ? undefined : parseGraphFormat(graphFormat);
  const request = { spec, isUndirected: undirected, format, cacheDir: graphCache, verifyCache };
  checkLoadOptions(spec, request);
  return request;
}

/** What one replica has read of a pipe, the next does not get. */
function refuseReadOnce(spec: GraphSpec): void {
  const isFile = spec.kind === "file";
  const stats = isFile && existsSync(spec.path) ? statSync(spec.path) : undefined;
  // Of a file that cannot be reached, or is a directory, its reader has more to say.
  const isPipe = stats !== undefined && !stats.isFile() && !stats.isDirectory();
  if (spec.kind !== "stdin" && !isPipe) return;
  throw new DfsError(
    "usage",
    `--graph ${isFile ? spec.path : "-"} can be read only once, and each replica reads the graph ` +
      "for itself: --num-replicas and --restart need a regular file, or a graph that is made by a " +
      "rule",
  );
}

/** The flags that say the same to another `dfs serve`. */
export function graphArguments(request: SourceRequest | undefined): readonly string[] {
  if (request === undefined) return [];
  const { spec, isUndirected, format, cacheDir, verifyCache } = request;
  return [
    ...["--graph", formatGraphSpec(spec)],
    ...(isUndirected ? ["--undirected"] : []),
    ...(format === undefined ? [] : ["--graph-format", format]),
    ...(cacheDir === undefined ? [] : ["--graph-cache", cacheDir]),
    ...(verifyCache ? ["--verify-cache"] : []),
  ];
}

/** The same for the header of a ledger; only what was asked for. */
export function graphConfig(request: SourceRequest): Readonly<Record<string, string>> {
  const { spec, isUndirected, format, cacheDir, verifyCache } = request;
  return {
    graph: formatGraphSpec(spec),
    ...(isUndirected ? { undirected: "true" } : {}),
    ...(format === undefined ? {} : { graph_format: format }),
    ...(cacheDir === undefined ? {} : { graph_cache: cacheDir }),
    ...(verifyCache ? { verify_cache: "true" } : {}),
  };
}
