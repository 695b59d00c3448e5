import { bytesOf } from "../shared-arrays.ts";
import type { StoredNames } from "../stored-names.ts";

/** What a cache file says about itself; the columns follow in its sections. */
export interface CacheHeader {
  /** All that decides what the graph is made from, and how: see cache-key.ts. */
  readonly key: string;
  readonly spec: string;
  readonly vertexCount: number;
  readonly edgeCount: number;
  readonly fingerprint: string;
  readonly names: StoredNames["kind"] | undefined;
  /** Of the file the graph was read from, when it was read; zeros for a generator. */
  readonly source: SourceState;
  /** Offsets, targets, and the columns of the names. */
  readonly sections: readonly CacheSection[];
}

export interface SourceState {
  readonly byteCount: bigint;
  readonly modifiedNs: bigint;
  /** Of the file's content or its entry; nobody can set it back, as `modifiedNs` can be. */
  readonly changedNs: bigint;
  readonly inode: bigint;
}

export interface CacheSection {
  readonly offset: number;
  readonly byteLength: number;
  /** xxHash64. */
  readonly hash: bigint;
}

/**
 * Sections begin at multiples of this, the largest page of any system, and so does what follows the
 * header: each can be mapped for itself.
 */
export const sectionAlignmentBytes = 1 << 16;

/** A file that is no cache of this version, or not what was written; says why. */
export class UnusableCache extends Error {}

const magic = "DFSGRAPH";
/** A change of the layout, or of what generators and readers make of a spec, needs a new one. */
const version = 2;
const byteOrderMark = 0x01020304;
const namesKinds = [undefined, "integer", "text", "offset"] as const;
/** Where things stand in the header; numbers are little-endian, but for the byte order mark. */
const at = {
  version: 8,
  byteOrder: 12,
  headerBytes: 16,
  namesKind: 20,
  checksum: 24,
  vertexCount: 32,
  edgeCount: 40,
  fingerprint: 48,
  sourceByteCount: 56,
  sourceModifiedNs: 64,
  sourceChangedNs: 72,
  sourceInode: 80,
  sectionCount: 88,
  keyBytes: 92,
  specBytes: 96,
  sections: 104,
} as const;
const sectionEntryBytes = 24;

/** The header as the file begins with it; at most sectionAlignmentBytes, else undefined. */
export function encodeHeader(header: CacheHeader): Uint8Array | undefined {
  const key = new TextEncoder().encode(header.key);
  const spec = new TextEncoder().encode(header.spec);
  const textsAt = at.sections + sectionEntryBytes * header.sections.length;
  const headerBytes = textsAt + key.length + spec.length;
  if (headerBytes > sectionAlignmentBytes) return undefined;
  const bytes = new Uint8Array(headerBytes);
  const view = new DataView(bytes.buffer);
  bytes.set(new TextEncoder().encode(magic));
  view.setUint32(at.version, version, true);
  // In the order of this machine, as the columns are.
  bytes.set(bytesOf(Uint32Array.of(byteOrderMark)), at.byteOrder);
  view.setUint32(at.headerBytes, headerBytes, true);
  view.setUint32(at.namesKind, namesKinds.indexOf(header.names), true);
  view.setBigUint64(at.vertexCount, BigInt(header.vertexCount), true);
  view.setBigUint64(at.edgeCount, BigInt(header.edgeCount), true);
  view.setBigUint64(at.fingerprint, BigInt(`0x${header.fingerprint}`), true);
  view.setBigUint64(at.sourceByteCount, header.source.byteCount, true);
  view.setBigUint64(at.sourceModifiedNs, header.source.modifiedNs, true);
  view.setBigUint64(at.sourceChangedNs, header.source.changedNs, true);
  view.setBigUint64(at.sourceInode, header.source.inode, true);
  view.setUint32(at.sectionCount, header.sections.length, true);
  view.setUint32(at.keyBytes, key.length, true);
  view.setUint32(at.specBytes, spec.length, true);
  for (const [index, { offset, byteLength, hash }] of header.sections.entries()) {
    const entry = at.sections + sectionEntryBytes * index;
    view.setBigUint64(entry, BigInt(offset), true);
    view.setBigUint64(entry + 8, BigInt(byteLength), true);
    view.setBigUint64(entry + 16, hash, true);
  }
  bytes.set(key, textsAt);
  bytes.set(spec, textsAt + key.length);
  view.setBigUint64(at.checksum, checksumOf(bytes), true);
  return bytes;
}

/** Reads what encodeHeader wrote from the first bytes of a file; throws UnusableCache. */
export function decodeHeader(start: Uint8Array): CacheHeader {
  const bytes = checkedHeader(start);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const wholeNumber = (offset: number) => Number(view.getBigUint64(offset, true));
  const sectionCount = view.getUint32(at.sectionCount, true);
  const sections = Array.from({ length: sectionCount }, (_, index) => {
    const entry = at.sections + sectionEntryBytes * index;
    return {
      offset: wholeNumber(entry),
      byteLength: wholeNumber(entry + 8),
      hash: view.getBigUint64(entry + 16, true),
    };
  });
  const textsAt = at.sections + sectionEntryBytes * sectionCount;
  const specAt = textsAt + view.getUint32(at.keyBytes, true);
  const specEnd = specAt + view.getUint32(at.specBytes, true);
  const decoder = new TextDecoder();
  return {
    key: decoder.decode(bytes.subarray(textsAt, specAt)),
    spec: decoder.decode(bytes.subarray(specAt, specEnd)),
    vertexCount: wholeNumber(at.vertexCount),
    edgeCount: wholeNumber(at.edgeCount),
    fingerprint: view.getBigUint64(at.fingerprint, true).toString(16).padStart(16, "0"),
    names: namesKinds[view.getUint32(at.namesKind, true)],
    source: {
      byteCount: view.getBigUint64(at.sourceByteCount, true),
      modifiedNs: view.getBigUint64(at.sourceModifiedNs, true),
      changedNs: view.getBigUint64(at.sourceChangedNs, true),
      inode: view.getBigUint64(at.sourceInode, true),
    },
    sections,
  };
}

/** The bytes of the header, once it is known that they are what was written. */
function checkedHeader(start: Uint8Array): Uint8Array {
  if (new TextDecoder("latin1").decode(start.subarray(0, magic.length)) !== magic) {
    throw new UnusableCache("it is no graph cache");
  }
  if (start.length < at.sections) throw new UnusableCache("it ends within its header");
  const view = new DataView(start.buffer, start.byteOffset, start.byteLength);
  const fileVersion = view.getUint32(at.version, true);
  if (fileVersion !== version) {
    throw new UnusableCache(`it is of version ${fileVersion}, and ${version} is what is read here`);
  }
  const ownOrder = new DataView(Uint32Array.of(byteOrderMark).buffer).getUint32(0, true);
  if (view.getUint32(at.byteOrder, true) !== ownOrder) {
    throw new UnusableCache("it is of a machine with another order of bytes");
  }
  const headerBytes = view.getUint32(at.headerBytes, true);
  if (headerBytes < at.sections || headerBytes > start.length) {
    throw new UnusableCache("it ends within its header");
  }
  const bytes = start.slice(0, headerBytes);
  if (checksumOf(bytes) !== view.getBigUint64(at.checksum, true)) {
    throw new UnusableCache("the checksum of its header does not match");
  }
  return bytes;
}

/** Over the whole header, its own place counted as zeros. */
function checksumOf(header: Uint8Array): bigint {
  const bytes = header.slice();
  bytes.fill(0, at.checksum, at.checksum + 8);
  return Bun.hash.xxHash64(bytes);
}
