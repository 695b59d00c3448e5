import type { CsrGraph } from "./csr-graph.ts";
import { bytesOf } from "./shared-arrays.ts";
import type { StoredNames } from "./stored-names.ts";

const encoder = new TextEncoder();

/** A new way to compute fingerprints needs a new one. */
const version = "dfs-graph-1";

/**
 * 16 hexadecimal digits over what a search can see: vertices, edges, the order of each vertex's
 * neighbours, and the names; not what the graph was made from. xxHash64, each part seeded by the
 * hash of those before it, numbers little-endian: the same on every system.
 */
export function fingerprintOf(
  { vertexCount, edgeCount, offsets, targets }: Omit<CsrGraph, "spec">,
  names: StoredNames | undefined,
): string {
  const head = `${version} ${vertexCount} ${edgeCount} ${names?.kind ?? "unnamed"}`;
  let hash = Bun.hash.xxHash64(encoder.encode(head));
  for (const column of [offsets, targets, ...(names?.columns ?? [])]) {
    hash = Bun.hash.xxHash64(bytesOf(column), hash);
  }
  return hash.toString(16).padStart(16, "0");
}
