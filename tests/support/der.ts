/** As much of DER (X.690) as a certificate needs: each function makes one whole element. */

const tags = {
  boolean: 0x01,
  integer: 0x02,
  bits: 0x03,
  octets: 0x04,
  oid: 0x06,
  utf8: 0x0c,
  utcTime: 0x17,
  sequence: 0x30,
  set: 0x31,
} as const;

function element(tag: number, content: Buffer): Buffer {
  return Buffer.concat([Buffer.from([tag, ...lengthBytes(content.length)]), content]);
}

function lengthBytes(length: number): readonly number[] {
  if (length < 0x80) return [length];
  return length < 0x100 ? [0x81, length] : [0x82, length >> 8, length & 0xff];
}

/** The BOOLEAN true. */
export const yes = element(tags.boolean, Buffer.from([0xff]));

/** Below 128. */
export function integer(value: number): Buffer {
  return element(tags.integer, Buffer.from([value]));
}

/** A BIT STRING whose last byte has `unusedCount` bits too many. */
export function bits(unusedCount: number, ...bytes: readonly number[]): Buffer {
  return element(tags.bits, Buffer.from([unusedCount, ...bytes]));
}

export function octets(content: Buffer): Buffer {
  return element(tags.octets, content);
}

export function utf8(text: string): Buffer {
  return element(tags.utf8, Buffer.from(text));
}

/** Years 1950 to 2049. */
export function time(date: Date): Buffer {
  const digits = date.toISOString().replaceAll(/[-:T]/g, "").slice(2, 14);
  return element(tags.utcTime, Buffer.from(`${digits}Z`));
}

export function oid(arcs: readonly number[]): Buffer {
  const [first = 0, second = 0, ...rest] = arcs;
  return element(tags.oid, Buffer.from([first * 40 + second, ...rest.flatMap(base128)]));
}

function base128(value: number): readonly number[] {
  const last = value & 0x7f;
  const before = value >> 7;
  return before === 0 ? [last] : [...base128(before).map((byte) => byte | 0x80), last];
}

export function sequence(...elements: readonly Buffer[]): Buffer {
  return element(tags.sequence, Buffer.concat(elements));
}

export function set(...elements: readonly Buffer[]): Buffer {
  return element(tags.set, Buffer.concat(elements));
}

/** `[number] EXPLICIT`: around a whole element. */
export function explicit(number: number, content: Buffer): Buffer {
  return element(0xa0 + number, content);
}

/** `[number] IMPLICIT` of something primitive. */
export function implicit(number: number, content: Buffer): Buffer {
  return element(0x80 + number, content);
}
