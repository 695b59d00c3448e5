import { statSync } from "node:fs";
import { basename, join, resolve } from "node:path";
import { formatGraphSpec, type GraphSpec } from "../graph-spec.ts";
import type { SourceState } from "./cache-header.ts";

/** What decides a graph, beside the content of its file. */
export interface CacheQuestion {
  readonly spec: GraphSpec;
  readonly format: string | undefined;
  readonly isUndirected: boolean;
}

/** A line for each thing that decides the graph; two graphs with one key are the same. */
export function cacheKey({ spec, format, isUndirected }: CacheQuestion): string {
  const source = spec.kind === "file" ? { ...spec, path: resolve(spec.path) } : spec;
  return [
    formatGraphSpec(source),
    isUndirected ? "undirected" : "directed",
    `format ${format ?? "told by the file"}`,
  ].join("\n");
}

/** Files of different graphs do not meet, whatever their directories and parameters. */
export function cachePath(cacheDir: string, spec: GraphSpec, key: string): string {
  const name = spec.kind === "file" ? basename(spec.path) : formatGraphSpec(spec);
  const readable = name.replaceAll(/[^\w.=-]+/g, "-").slice(0, 60);
  const hash = Bun.hash.xxHash64(key).toString(16).padStart(16, "0");
  return join(cacheDir, `${readable}.${hash}.dfsgraph`);
}

const noFile: SourceState = { byteCount: 0n, modifiedNs: 0n, changedNs: 0n, inode: 0n };

/** Of the file of `spec`; undefined: it is none that could be read again (a pipe, or missing). */
export function sourceState(spec: GraphSpec): SourceState | undefined {
  if (spec.kind === "stdin") return undefined;
  if (spec.kind !== "file") return noFile;
  const stats = statSync(spec.path, { bigint: true, throwIfNoEntry: false });
  if (stats === undefined || !stats.isFile()) return undefined;
  const { size, mtimeNs, ctimeNs, ino } = stats;
  return { byteCount: size, modifiedNs: mtimeNs, changedNs: ctimeNs, inode: ino };
}

export function isSameState(one: SourceState, other: SourceState): boolean {
  return (
    one.byteCount === other.byteCount &&
    one.modifiedNs === other.modifiedNs &&
    one.changedNs === other.changedNs &&
    one.inode === other.inode
  );
}
