import type { EdgeSource } from "../edge-buffer.ts";
import { IntegerNames } from "../integer-names.ts";
import { OffsetNames } from "../offset-names.ts";
import { sharedFloat64Array } from "../shared-arrays.ts";
import type { StoredNames } from "../stored-names.ts";
import { IntegerTable } from "./integer-table.ts";

/** Vertices numbered by the rank of their ids; the edges have been rewritten to say so. */
export interface RankedIds {
  readonly vertexCount: number;
  readonly names: StoredNames | undefined;
}

/** A bitmap of all ids below the largest may take this many bits an edge; 2 bytes. */
const bitmapMaxBitsPerEdge = 16;

/** Ids below 2^32 that stand in the edges themselves. */
export function rankPlain(edges: EdgeSource): RankedIds {
  let largest = 0;
  edges.forEachBlock((pairs, edgeCount) => {
    for (let at = 0; at < 2 * edgeCount; at++) if (pairs[at]! > largest) largest = pairs[at]!;
  });
  if (largest < bitmapMaxBitsPerEdge * edges.edgeCount) return rankByBitmap(edges, largest);
  const table = new IntegerTable();
  rewrite(edges, (id) => table.numberOf(id));
  return rankTable(edges, table);
}

/** Numbers in `table` that stand in the edges. */
export function rankTable(edges: EdgeSource, table: IntegerTable): RankedIds {
  const vertexCount = table.count;
  const sorted = table.integers.slice().sort();
  const rankOfNumber = new Uint32Array(vertexCount);
  for (let rank = 0; rank < vertexCount; rank++) {
    rankOfNumber[table.numberOf(sorted[rank]!)] = rank;
  }
  rewrite(edges, (number) => rankOfNumber[number]!);
  return { vertexCount, names: namesOf(sorted) };
}

function rankByBitmap(edges: EdgeSource, largest: number): RankedIds {
  const bits = new Uint32Array((largest >>> 5) + 1);
  edges.forEachBlock((pairs, edgeCount) => {
    for (let at = 0; at < 2 * edgeCount; at++) bits[pairs[at]! >>> 5]! |= 1 << (pairs[at]! & 31);
  });
  /** Ids in the words before each. */
  const before = new Uint32Array(bits.length);
  let vertexCount = 0;
  for (let word = 0; word < bits.length; word++) {
    before[word] = vertexCount;
    vertexCount += bitCount(bits[word]!);
  }
  if (vertexCount === largest + 1) return { vertexCount, names: undefined };
  rewrite(edges, (id) => {
    const word = id >>> 5;
    return before[word]! + bitCount(bits[word]! & ((1 << (id & 31)) - 1));
  });
  const ids = new Float64Array(vertexCount);
  let rank = 0;
  for (let id = 0; id <= largest; id++) {
    if ((bits[id >>> 5]! >>> (id & 31)) & 1) ids[rank++] = id;
  }
  return { vertexCount, names: namesOf(ids) };
}

function rewrite(edges: EdgeSource, change: (end: number) => number): void {
  edges.forEachBlock((pairs, edgeCount) => {
    for (let at = 0; at < 2 * edgeCount; at++) pairs[at] = change(pairs[at]!);
  });
}

/** Names for ids in ascending order: none when each is the number of its vertex. */
function namesOf(ids: Float64Array): StoredNames | undefined {
  const first = ids[0] ?? 0;
  const last = ids.at(-1) ?? 0;
  if (last - first === ids.length - 1) {
    return first === 0 ? undefined : new OffsetNames(first, ids.length);
  }
  const shared = sharedFloat64Array(ids.length);
  shared.set(ids);
  return new IntegerNames(shared);
}

/** Bits that are set; the classic sum in parallel. */
function bitCount(word: number): number {
  let count = word - ((word >>> 1) & 0x55555555);
  count = (count & 0x33333333) + ((count >>> 2) & 0x33333333);
  return Math.imul((count + (count >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24;
}
