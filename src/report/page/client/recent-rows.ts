import type { Table, TableShape } from "../page-shape.ts";

/** A table that grows row by row up to a bound; then the older half of its rows makes room. */
export class RecentRows<Shape extends TableShape> {
  readonly #maxCount: number;
  readonly #columns: Map<string, Float64Array>;
  #length = 0;

  constructor(shape: Shape, maxCount: number) {
    this.#maxCount = maxCount;
    this.#columns = new Map(Object.keys(shape).map((name) => [name, new Float64Array(64)]));
  }

  append(row: Readonly<Record<keyof Shape, number>>): void {
    if (this.#length === this.#maxCount) this.#forgetOlderHalf();
    for (const [name, column] of this.#columns) {
      this.#withRoom(name, column)[this.#length] = row[name] ?? 0;
    }
    this.#length++;
  }

  /** The rows so far; later ones do not show in it. */
  get table(): Table<Shape> {
    const columns = Array.from(this.#columns, ([name, column]) => [
      name,
      column.subarray(0, this.#length),
    ]);
    return Object.fromEntries(columns) as Table<Shape>;
  }

  #withRoom(name: string, column: Float64Array): Float64Array {
    if (this.#length < column.length) return column;
    const grown = new Float64Array(column.length * 2);
    grown.set(column);
    this.#columns.set(name, grown);
    return grown;
  }

  #forgetOlderHalf(): void {
    const from = Math.ceil(this.#length / 2);
    // Copied, not moved, as tables that were handed out still show the rows that go.
    for (const [name, column] of this.#columns) {
      const kept = new Float64Array(column.length);
      kept.set(column.subarray(from, this.#length));
      this.#columns.set(name, kept);
    }
    this.#length -= from;
  }
}
