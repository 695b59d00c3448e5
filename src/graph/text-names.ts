import type { VertexNames } from "./vertex-names.ts";

/** Names of any form. */
export interface TextNamesColumns {
  /** The names one after the other, in UTF-8. */
  readonly bytes: Uint8Array;
  /** Where in `bytes` the name of each vertex ends. */
  readonly ends: Uint32Array;
  /** Hash table with open addressing, a power of two long: vertex + 1, or 0 for free. */
  readonly slots: Uint32Array;
}

const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** Names that are text, all different; made by TextNamesBuilder, or mapped from a file. */
export class TextNames implements VertexNames {
  readonly kind = "text";
  readonly #table: TextNamesColumns;

  constructor(table: TextNamesColumns) {
    this.#table = table;
  }

  /** What the names are; see stored-names.ts. */
  get columns(): readonly ArrayBufferView[] {
    return [this.#table.bytes, this.#table.ends];
  }

  /** What helps to look them up. */
  get indexColumns(): readonly ArrayBufferView[] {
    return [this.#table.slots];
  }

  nameOf(vertex: number): string {
    const { bytes, ends } = this.#table;
    return decoder.decode(bytes.subarray(beginOf(ends, vertex), ends[vertex]));
  }

  vertexOf(name: string): number | undefined {
    const bytes = encoder.encode(name);
    const slot = findSlot(this.#table, bytes, 0, bytes.length, hashOf(bytes, 0, bytes.length));
    const stored = this.#table.slots[slot]!;
    return stored === 0 ? undefined : stored - 1;
  }
}

export function beginOf(ends: Uint32Array, vertex: number): number {
  return vertex === 0 ? 0 : ends[vertex - 1]!;
}

/** FNV-1a, with a finish that spreads what the last bytes changed over all bits. */
export function hashOf(bytes: Uint8Array, begin: number, end: number): number {
  let hash = 0x811c9dc5 | 0;
  for (let at = begin; at < end; at++) hash = Math.imul(hash ^ bytes[at]!, 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 16), 0x21f0aaad);
  return (hash ^ (hash >>> 15)) >>> 0;
}

/** The slot that holds the name `source[begin..end]`, or the free one where it would go. */
export function findSlot(
  { bytes, ends, slots }: TextNamesColumns,
  source: Uint8Array,
  begin: number,
  end: number,
  hash: number,
): number {
  const mask = slots.length - 1;
  let slot = hash & mask;
  for (;;) {
    const stored = slots[slot]!;
    if (stored === 0) return slot;
    const storedBegin = beginOf(ends, stored - 1);
    if (ends[stored - 1]! - storedBegin === end - begin) {
      let at = begin;
      while (at < end && bytes[storedBegin + at - begin] === source[at]) at++;
      if (at === end) return slot;
    }
    slot = (slot + 1) & mask;
  }
}
