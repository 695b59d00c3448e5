import type { Table, TableShape } from "./page-shape.ts";

/**
 * Tables of whole numbers as bytes: the count of rows, then column after column, each number as
 * itself or as the step from the one before, zigzag and in groups of seven bits. Neighbours are
 * alike, so most take a byte or two, and gzip finds the rest.
 */
export class TableWriter {
  #bytes = new Uint8Array(1 << 16);
  #length = 0;

  get bytes(): Uint8Array<ArrayBuffer> {
    return this.#bytes.subarray(0, this.#length);
  }

  append<Shape extends TableShape>(shape: Shape, table: Table<Shape>): void {
    const columns = Object.entries(shape).map(([name, coding]) => ({
      coding,
      values: table[name] ?? new Float64Array(),
    }));
    const rowCount = columns[0]?.values.length ?? 0;
    this.#put(rowCount);
    for (const { coding, values } of columns) {
      let last = 0;
      for (let row = 0; row < rowCount; row++) {
        const value = Math.round(values[row] ?? 0);
        this.#put(value - last);
        if (coding === "step") last = value;
      }
    }
  }

  #put(value: number): void {
    if (this.#length + maxBytesOfNumber > this.#bytes.length) {
      const grown = new Uint8Array(this.#bytes.length * 2);
      grown.set(this.#bytes);
      this.#bytes = grown;
    }
    let rest = value < 0 ? -2 * value - 1 : 2 * value;
    while (rest >= 128) {
      // Not by shifts: an instant in microseconds has more than 32 bits.
      this.#bytes[this.#length++] = (rest % 128) + 128;
      rest = Math.floor(rest / 128);
    }
    this.#bytes[this.#length++] = rest;
  }
}

const maxBytesOfNumber = 10;

/** Reads what TableWriter wrote, table after table. */
export class TableReader {
  readonly #bytes: Uint8Array;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  read<Shape extends TableShape>(shape: Shape): Table<Shape> {
    const rowCount = this.#take();
    const columns = Object.entries(shape).map(([name, coding]) => {
      const values = new Float64Array(rowCount);
      let last = 0;
      for (let row = 0; row < rowCount; row++) {
        const value = last + this.#take();
        values[row] = value;
        if (coding === "step") last = value;
      }
      return [name, values] as const;
    });
    return Object.fromEntries(columns) as Table<Shape>;
  }

  #take(): number {
    let value = 0;
    let scale = 1;
    let byte = this.#bytes[this.#at++] ?? 0;
    while (byte >= 128) {
      value += (byte - 128) * scale;
      scale *= 128;
      byte = this.#bytes[this.#at++] ?? 0;
    }
    value += byte * scale;
    return value % 2 === 0 ? value / 2 : -(value + 1) / 2;
  }
}
