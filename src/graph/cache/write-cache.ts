import {
  closeSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  writeSync,
} from "node:fs";
import { basename, dirname, join } from "node:path";
import { systemClock } from "../../base/clock.ts";
import { limits } from "../../base/limits.ts";
import { freshId } from "../../base/random.ts";
import type { GraphParts } from "../graph-file.ts";
import { bytesOf } from "../shared-arrays.ts";
import { encodeHeader, type SourceState } from "./cache-header.ts";
import { columnsOf, sectionsFor } from "./cache-layout.ts";

export interface CacheIdentity {
  readonly key: string;
  readonly fingerprint: string;
  readonly source: SourceState;
}

/** What one call of the system is asked to write at most; none takes more than 2 GiB. */
const pieceBytes = 1 << 26;

/**
 * Writes the graph beside `path`, and renames it once it is on disk whole: so a file of that name
 * is complete, several may write it at once, and whoever has the one before mapped keeps it. The
 * directory is made if need be. Throws errors of the system.
 */
export function writeCache(path: string, parts: GraphParts, identity: CacheIdentity): void {
  const columns = columnsOf(parts);
  const sections = sectionsFor(columns);
  const { vertexCount, edgeCount, spec } = parts.csr;
  const names = parts.names?.kind;
  const header = encodeHeader({ ...identity, spec, vertexCount, edgeCount, names, sections });
  if (header === undefined) throw new Error("the path of the graph's file is too long");
  const dir = dirname(path);
  mkdirSync(dir, { recursive: true });
  removeLeftovers(path);
  const temporary = `${path}.${freshId()}.tmp`;
  try {
    const file = openSync(temporary, "wx");
    try {
      writeAt(file, header, 0);
      for (const [index, column] of columns.entries()) {
        writeAt(file, bytesOf(column), sections[index]!.offset);
      }
      fsyncSync(file);
    } finally {
      closeSync(file);
    }
    renameSync(temporary, path);
  } catch (error) {
    rmSync(temporary, { force: true });
    throw error;
  }
  syncDirectory(dir);
}

/** What writers that were killed have left. */
function removeLeftovers(path: string): void {
  const dir = dirname(path);
  for (const name of readdirSync(dir)) {
    if (!name.startsWith(`${basename(path)}.`) || !name.endsWith(".tmp")) continue;
    const leftover = statSync(join(dir, name), { throwIfNoEntry: false });
    const ageMs = systemClock.nowUs() / 1000 - (leftover?.mtimeMs ?? Number.POSITIVE_INFINITY);
    if (ageMs > limits.cacheLeftoverMs) rmSync(join(dir, name), { force: true });
  }
}

function writeAt(file: number, bytes: Uint8Array, offset: number): void {
  for (let done = 0; done < bytes.length; ) {
    const length = Math.min(pieceBytes, bytes.length - done);
    done += writeSync(file, bytes, done, length, offset + done);
  }
}

/** So that the new name outlives a loss of power, where a directory can be opened at all. */
function syncDirectory(dir: string): void {
  if (process.platform === "win32") return;
  const handle = openSync(dir, "r");
  try {
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
}
