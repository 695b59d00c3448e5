import { DfsError, messageOf, systemErrorCode } from "../base/errors.ts";
import { type CacheHeader, type SourceState, UnusableCache } from "./cache/cache-header.ts";
import { cacheKey, cachePath, isSameState, sourceState } from "./cache/cache-key.ts";
import { type CacheAccess, defaultCacheAccess, openCache } from "./cache/open-cache.ts";
import { writeCache } from "./cache/write-cache.ts";
import { generateGraph } from "./generators/generate-graph.ts";
import type { Graph } from "./graph.ts";
import type { GraphParts, ReadGraphFile } from "./graph-file.ts";
import { graphFromParts } from "./graph-from-parts.ts";
import { formatGraphSpec, type GraphSpec, isGeneratorSpec } from "./graph-spec.ts";

export interface LoadGraphOptions {
  /** For files: each edge stands for both directions. */
  readonly isUndirected: boolean;
  /** For files: undefined: told by the file's name and content. */
  readonly format: string | undefined;
  /** Where graphs are kept between runs; undefined: nowhere. */
  readonly cacheDir: string | undefined;
  /** Whether to compare the sums of everything a cache file holds, which reads it whole. */
  readonly verifyCache: boolean;
  readonly readFile: ReadGraphFile;
  /** Told what its user may want to know; a whole sentence. */
  onNotice(text: string): void;
  /** How the cache is opened; by default as this system does it best. */
  readonly cacheAccess?: CacheAccess;
}

/**
 * The graph of `spec`: from the cache if it is there, else made or read, and then kept there. A
 * cache that cannot be used or written is a notice, never a failure. Throws DfsError: `usage` for
 * options that do not go together, and whatever the reader throws.
 */
export async function loadGraph(spec: GraphSpec, options: LoadGraphOptions): Promise<Graph> {
  checkLoadOptions(spec, options);
  const place = cachePlace(spec, options);
  const cached = place === undefined ? undefined : fromCache(place, options);
  // The same file may be called by another path this time.
  if (cached !== undefined) return { ...cached, spec: formatGraphSpec(spec) };
  const parts = isGeneratorSpec(spec)
    ? { csr: generateGraph(spec), names: undefined }
    : await options.readFile(spec, options);
  const graph = graphFromParts(parts);
  if (place !== undefined) keep(place, parts, graph.fingerprint, spec, options);
  return graph;
}

/** The rules that span several options; throws usage errors. */
export function checkLoadOptions(
  spec: GraphSpec,
  {
    isUndirected,
    format,
    cacheDir,
    verifyCache,
  }: Pick<LoadGraphOptions, "isUndirected" | "format" | "cacheDir" | "verifyCache">,
): void {
  if (isGeneratorSpec(spec)) {
    const forFiles = isUndirected
      ? "--undirected"
      : format === undefined
        ? undefined
        : "--graph-format";
    if (forFiles !== undefined) {
      throw new DfsError(
        "usage",
        `${forFiles} is for graphs that are read from a file: ${formatGraphSpec(spec)} is made ` +
          `by a rule; a file of this name is given as ./${formatGraphSpec(spec)}`,
      );
    }
  }
  if (verifyCache && cacheDir === undefined) {
    throw new DfsError("usage", "--verify-cache is for a cache: give --graph-cache DIR too");
  }
}

/** Where in the cache a graph belongs. */
interface CachePlace {
  readonly path: string;
  readonly key: string;
  /** Of the source before it is read. */
  readonly source: SourceState;
}

function cachePlace(spec: GraphSpec, options: LoadGraphOptions): CachePlace | undefined {
  const { cacheDir, format, isUndirected } = options;
  if (cacheDir === undefined) return undefined;
  const source = sourceState(spec);
  if (source === undefined) {
    // A file that is missing is what the reader complains about.
    if (spec.kind === "stdin") {
      options.onNotice("Standard input is not kept in the graph cache: it cannot be told again.");
    }
    return undefined;
  }
  const key = cacheKey({ spec, format, isUndirected });
  return { path: cachePath(cacheDir, spec, key), key, source };
}

function fromCache(place: CachePlace, options: LoadGraphOptions): Graph | undefined {
  const check = ({ key, source }: CacheHeader) => {
    if (key !== place.key) throw new UnusableCache("it is of another graph");
    if (!isSameState(source, place.source)) throw new UnusableCache("its file has changed since");
  };
  try {
    const { cacheAccess: access = defaultCacheAccess, verifyCache: verify } = options;
    return openCache(place.path, { access, verify, check });
  } catch (error) {
    const became = error instanceof UnusableCache ? "is made anew" : "cannot be opened";
    options.onNotice(`Graph cache ${place.path} ${became}: ${messageOf(error)}.`);
    return undefined;
  }
}

function keep(
  place: CachePlace,
  parts: GraphParts,
  fingerprint: string,
  spec: GraphSpec,
  options: LoadGraphOptions,
): void {
  const after = sourceState(spec);
  if (after === undefined || !isSameState(after, place.source)) {
    options.onNotice(
      `The graph is not kept in the cache: ${formatGraphSpec(spec)} was changed while it was read.`,
    );
    return;
  }
  try {
    writeCache(place.path, parts, { key: place.key, fingerprint, source: place.source });
  } catch (error) {
    const code = systemErrorCode(error);
    const isFile = code === "EEXIST" || code === "ENOTDIR";
    const why = isFile ? `${options.cacheDir} is, or is below, a file` : messageOf(error);
    options.onNotice(`The graph is not kept in the cache: ${why}.`);
  }
}
