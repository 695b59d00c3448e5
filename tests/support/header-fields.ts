/** One field of a header block (RFC 7541, section 6), its text unread. */
export interface HeaderField {
  readonly kind: "indexed" | "stored" | "literal" | "table-size";
  /** Of the tables; 0: its name is spelled out. The table's new size for `table-size`. */
  readonly index: number;
}

/** The static table ends here; whatever is above was stored by an earlier field. */
export const staticIndexMax = 61;

/** By its first byte: the bits that tell, how they read, and how many are left for the index. */
const kinds = [
  { mask: 0x80, pattern: 0x80, bitCount: 7, kind: "indexed", textCount: 0 },
  { mask: 0xc0, pattern: 0x40, bitCount: 6, kind: "stored", textCount: 1 },
  { mask: 0xe0, pattern: 0x20, bitCount: 5, kind: "table-size", textCount: 0 },
  { mask: 0xe0, pattern: 0, bitCount: 4, kind: "literal", textCount: 1 },
] as const;

/** The fields of a whole header block, as they are represented; throws where it is none. */
export function headerFields(block: Uint8Array): HeaderField[] {
  const fields: HeaderField[] = [];
  let at = 0;
  const integer = (bitCount: number): number => {
    const full = 2 ** bitCount - 1;
    let value = (block[at++] ?? 0) & full;
    if (value < full) return value;
    for (let scale = 1; ; scale *= 128) {
      const byte = block[at++] ?? 0;
      value += (byte & 127) * scale;
      if (byte < 128) return value;
    }
  };
  const skipText = () => {
    const length = integer(7);
    at += length;
  };
  while (at < block.length) {
    const first = block[at] ?? 0;
    const found = kinds.find(({ mask, pattern }) => (first & mask) === pattern);
    if (found === undefined) throw new Error(`No field begins with ${first}`);
    const index = integer(found.bitCount);
    if (found.textCount > 0) {
      if (index === 0) skipText();
      skipText();
    }
    fields.push({ kind: found.kind, index });
  }
  if (at !== block.length) throw new Error(`The block ends ${at - block.length} bytes too early`);
  return fields;
}
