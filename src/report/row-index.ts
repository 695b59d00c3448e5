/**
 * How many numbers beyond the rows a dense index may span; logs of strangers may hold any number.
 */
const denseSlack = 4;

/** Finds the row of a request by its number. */
export class RowIndex {
  /** Rows whose number an earlier row already has. */
  readonly repeatCount: number;
  readonly #dense: Int32Array | undefined;
  readonly #sparse = new Map<number, number>();

  constructor(numbers: Float64Array) {
    let highest = 0;
    for (const number of numbers) if (number > highest) highest = number;
    const isDense = highest <= numbers.length * denseSlack + 1024;
    this.#dense = isDense ? new Int32Array(highest + 1).fill(-1) : undefined;
    let repeats = 0;
    for (let row = 0; row < numbers.length; row++) {
      const number = numbers[row] ?? 0;
      if (this.rowOf(number) >= 0) repeats++;
      else if (this.#dense !== undefined) this.#dense[number] = row;
      else this.#sparse.set(number, row);
    }
    this.repeatCount = repeats;
  }

  /** The first row with this number, or -1. */
  rowOf(number: number): number {
    return (this.#dense === undefined ? this.#sparse.get(number) : this.#dense[number]) ?? -1;
  }
}
