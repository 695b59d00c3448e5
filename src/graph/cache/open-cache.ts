import { closeSync, fstatSync, openSync, readSync, statSync } from "node:fs";
import { systemErrorCode } from "../../base/errors.ts";
import type { Graph, GraphStorage } from "../graph.ts";
import { sharedUint8Array } from "../shared-arrays.ts";
import {
  type CacheHeader,
  decodeHeader,
  sectionAlignmentBytes,
  UnusableCache,
} from "./cache-header.ts";
import { checkSections, partsFromSections } from "./cache-layout.ts";

/**
 * `map`: the file's pages are the graph's memory, shared by all processes that map it and read when
 * they are first used. `read`: a copy in shared memory, for systems that cannot map.
 */
export type CacheAccess = "map" | "read";

/** Bun maps no files on Windows. */
export const defaultCacheAccess: CacheAccess = process.platform === "win32" ? "read" : "map";

export interface OpenCacheOptions {
  readonly access: CacheAccess;
  /** Compare the sums of all sections too, which reads the whole file. */
  readonly verify: boolean;
  /** Is told the header before anything else is looked at; throws UnusableCache. */
  check(header: CacheHeader): void;
}

/** What one call of the system is asked to read at most; none takes more than 2 GiB. */
const pieceBytes = 1 << 26;

/**
 * The graph of a cache file; undefined: there is no such file. Its header, with the sums and places
 * of its sections, is always checked. Throws UnusableCache, and errors of the system.
 *
 * A mapped file must never be written to or shortened: using a page that is gone ends the process
 * with SIGBUS. That is why writeCache() only ever puts a new file in the place of an old one, whose
 * pages stay as long as somebody has them mapped.
 */
export function openCache(path: string, options: OpenCacheOptions): Graph | undefined {
  const file = openToRead(path);
  if (file === undefined) return undefined;
  const storage: GraphStorage =
    options.access === "map" ? { kind: "file", path: lastingPath(file, path) } : { kind: "shared" };
  let isKeptOpen = false;
  try {
    const graph = graphIn(file, storage, options);
    isKeptOpen = storage.kind === "file" && storage.path !== path;
    return graph;
  } finally {
    if (!isKeptOpen) closeSync(file);
  }
}

/**
 * For another thread of the process: a graph that openCache() has mapped, by its `storage.path` and
 * its fingerprint. Throws UnusableCache when another graph has come into its place.
 */
export function mapGraph(path: string, fingerprint: string): Graph {
  const file = openSync(path, "r");
  const check = (header: CacheHeader) => {
    if (header.fingerprint === fingerprint) return;
    throw new UnusableCache(`${path} now holds ${header.fingerprint} instead of ${fingerprint}`);
  };
  try {
    return graphIn(file, { kind: "file", path }, { verify: false, check });
  } finally {
    closeSync(file);
  }
}

function openToRead(path: string): number | undefined {
  try {
    return openSync(path, "r");
  } catch (error) {
    const code = systemErrorCode(error);
    if (code === "ENOENT" || code === "ENOTDIR") return undefined;
    throw error;
  }
}

/**
 * A path that means this very file, as long as it stays open, even when another is renamed into its
 * place; for other threads, which may map it at any time. Elsewhere than on Linux there is none.
 */
function lastingPath(file: number, path: string): string {
  return process.platform === "linux" ? `/proc/self/fd/${file}` : path;
}

function graphIn(
  file: number,
  storage: GraphStorage,
  { verify, check }: Pick<OpenCacheOptions, "verify" | "check">,
): Graph {
  const start = new Uint8Array(sectionAlignmentBytes);
  const header = decodeHeader(start.subarray(0, readAt(file, start, 0)));
  check(header);
  checkSections(header, fstatSync(file).size);
  const sections = header.sections.map(({ offset, byteLength }) => {
    if (byteLength === 0) return sharedUint8Array(0);
    if (storage.kind === "shared") return copyAt(file, offset, byteLength);
    // Private: a stray write would stay in this process instead of changing the file.
    return Bun.mmap(storage.path, { shared: false, offset, size: byteLength });
  });
  if (storage.kind === "file") checkIsSame(file, storage.path);
  if (verify) verifySections(header, sections);
  const { csr, names } = partsFromSections(header, sections);
  return { ...csr, names, fingerprint: header.fingerprint, storage };
}

/** A path that means a file by its name alone might mean another one by now. */
function checkIsSame(file: number, path: string): void {
  const [own, there] = [fstatSync(file), statSync(path)];
  if (own.ino !== there.ino || own.dev !== there.dev) {
    throw new UnusableCache("another came into its place while it was opened");
  }
}

function copyAt(file: number, offset: number, byteLength: number): Uint8Array {
  const bytes = sharedUint8Array(byteLength);
  if (readAt(file, bytes, offset) === byteLength) return bytes;
  throw new UnusableCache("it is shorter than its sections");
}

/** Fills `bytes` from `offset` on, as far as the file goes; returns how many it were. */
function readAt(file: number, bytes: Uint8Array, offset: number): number {
  let done = 0;
  while (done < bytes.length) {
    const length = Math.min(pieceBytes, bytes.length - done);
    const count = readSync(file, bytes, done, length, offset + done);
    if (count === 0) break;
    done += count;
  }
  return done;
}

function verifySections(header: CacheHeader, sections: readonly Uint8Array[]): void {
  for (const [index, bytes] of sections.entries()) {
    if (Bun.hash.xxHash64(bytes) !== header.sections[index]?.hash) {
      throw new UnusableCache(`the checksum of its section ${index + 1} does not match`);
    }
  }
}
