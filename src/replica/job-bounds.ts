import { DurationEstimate } from "./duration-estimate.ts";

/** Counts what is under way of one kind of jobs against bounds of number and memory. */
export class JobBounds {
  readonly estimate = new DurationEstimate();
  readonly #maxCount: number;
  readonly #maxBytes: number;
  #count = 0;
  #bytes = 0;

  constructor(bounds: { readonly maxCount: number; readonly maxBytes: number }) {
    this.#maxCount = bounds.maxCount;
    this.#maxBytes = bounds.maxBytes;
  }

  get count(): number {
    return this.#count;
  }

  /**
   * Whether there is room, once those of `leaving` bytes have left. One job is always let in,
   * however much memory its graph asks for.
   */
  hasRoomFor(bytes: number, leaving: readonly number[] = []): boolean {
    const count = this.#count - leaving.length;
    if (count === 0) return true;
    const leftBytes = leaving.reduce((sum, each) => sum - each, this.#bytes);
    return count < this.#maxCount && leftBytes + bytes <= this.#maxBytes;
  }

  enter(bytes: number): void {
    this.#count++;
    this.#bytes += bytes;
  }

  leave(bytes: number): void {
    this.#count--;
    this.#bytes -= bytes;
  }
}
