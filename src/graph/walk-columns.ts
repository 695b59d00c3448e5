/** What is told of each vertex, in the order of discovery: three columns of one length. */
export interface WalkColumns {
  readonly vertices: Uint32Array;
  /** The vertex whose edge led to each; `noParentVertex` for the root of a tree. */
  readonly parents: Uint32Array;
  /** Edges from the root of its tree to each. */
  readonly depths: Uint32Array;
}

/** Stands in the column of parents for the root of a tree. */
export const noParentVertex = 0xffff_ffff;

const bytesPerVertex = 12;

/** Memory for columns of `length` entries each. */
export function walkBuffer(length: number): ArrayBuffer {
  return new ArrayBuffer(bytesPerVertex * length);
}

/** The columns in `buffer`, one after the other, each as long as fits. */
export function walkColumns(buffer: ArrayBuffer): WalkColumns {
  const length = Math.floor(buffer.byteLength / bytesPerVertex);
  return {
    vertices: new Uint32Array(buffer, 0, length),
    parents: new Uint32Array(buffer, 4 * length, length),
    depths: new Uint32Array(buffer, 8 * length, length),
  };
}

/** The bytes of the first `count` entries of each column, without a copy. */
export function columnBytes(
  { vertices, parents, depths }: WalkColumns,
  count: number,
): { vertices: Uint8Array; parents: Uint8Array; depths: Uint8Array } {
  return {
    vertices: bytesOf(vertices, count),
    parents: bytesOf(parents, count),
    depths: bytesOf(depths, count),
  };
}

/** Every machine this runs on is little-endian, as the columns are on the wire. */
function bytesOf(column: Uint32Array, count: number): Uint8Array {
  return new Uint8Array(column.buffer, column.byteOffset, 4 * count);
}
