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

  /** One job is always let in, however much memory its graph asks for. */
  hasRoomFor(bytes: number): boolean {
    if (this.#count === 0) return true;
    return this.#count < this.#maxCount && this.#bytes + bytes <= this.#maxBytes;
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
