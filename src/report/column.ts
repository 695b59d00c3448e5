/**
 * A growing column of numbers: a million of them cost eight megabytes, and appending one a few
 * nanoseconds.
 */
export class NumberColumn {
  #values = new Float64Array(16);
  #length = 0;

  get length(): number {
    return this.#length;
  }

  push(value: number): void {
    if (this.#length === this.#values.length) {
      const grown = new Float64Array(this.#length * 2);
      grown.set(this.#values);
      this.#values = grown;
    }
    this.#values[this.#length++] = value;
  }

  /** What was pushed so far, in order; a view that later pushes may leave behind. */
  get values(): Float64Array {
    return this.#values.subarray(0, this.#length);
  }

  /** The value at `row`, which must exist. */
  at(row: number): number {
    return this.#values[row] ?? Number.NaN;
  }

  /** A sorted copy. */
  sorted(): Float64Array {
    return this.values.slice().sort();
  }
}

/** A growing column of small whole numbers, such as the indexes that Names gives. */
export class IndexColumn {
  #values = new Uint32Array(16);
  #length = 0;

  get length(): number {
    return this.#length;
  }

  push(value: number): void {
    if (this.#length === this.#values.length) {
      const grown = new Uint32Array(this.#length * 2);
      grown.set(this.#values);
      this.#values = grown;
    }
    this.#values[this.#length++] = value;
  }

  /** The value at `row`, which must exist. */
  at(row: number): number {
    return this.#values[row] ?? 0;
  }
}

/**
 * Numbers names in the order they first come, so that a column keeps an index instead of a text.
 */
export class Names {
  readonly #indexes = new Map<string, number>();
  readonly #names: string[] = [];

  get all(): readonly string[] {
    return this.#names;
  }

  indexOf(name: string): number {
    const known = this.#indexes.get(name);
    if (known !== undefined) return known;
    const index = this.#names.length;
    this.#indexes.set(name, index);
    this.#names.push(name);
    return index;
  }

  nameOf(index: number): string {
    return this.#names[index] ?? "";
  }
}
