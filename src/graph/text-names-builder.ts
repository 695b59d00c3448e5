import { DfsError } from "../base/errors.ts";
import { limits } from "../base/limits.ts";
import { sharedUint8Array, sharedUint32Array } from "./shared-arrays.ts";
import { beginOf, findSlot, hashOf, TextNames } from "./text-names.ts";

/** Gives each different name the next vertex, from 0, in the order in which they first come. */
export class TextNamesBuilder {
  #bytes = new Uint8Array(1 << 12);
  #byteCount = 0;
  #ends = new Uint32Array(1 << 8);
  #nameCount = 0;
  /** At most half full, so that a search in it is short. */
  #slots = new Uint32Array(1 << 9);

  get nameCount(): number {
    return this.#nameCount;
  }

  /** The vertex called `source[begin..end]`, which is UTF-8; a new name becomes a new vertex. */
  intern(source: Uint8Array, begin: number, end: number): number {
    const table = { bytes: this.#bytes, ends: this.#ends, slots: this.#slots };
    const slot = findSlot(table, source, begin, end, hashOf(source, begin, end));
    const stored = this.#slots[slot]!;
    if (stored !== 0) return stored - 1;
    this.#append(source, begin, end);
    this.#slots[slot] = this.#nameCount;
    if (2 * this.#nameCount > this.#slots.length) this.#spreadOut();
    return this.#nameCount - 1;
  }

  /** The names in shared memory; the builder has done its work then. */
  finish(): TextNames {
    const bytes = sharedUint8Array(this.#byteCount);
    bytes.set(this.#bytes.subarray(0, this.#byteCount));
    const ends = sharedUint32Array(this.#nameCount);
    ends.set(this.#ends.subarray(0, this.#nameCount));
    const slots = sharedUint32Array(this.#slots.length);
    slots.set(this.#slots);
    return new TextNames({ bytes, ends, slots });
  }

  #append(source: Uint8Array, begin: number, end: number): void {
    const byteCount = this.#byteCount + end - begin;
    if (byteCount > limits.namesMaxBytes) {
      throw new DfsError(
        "cannot-run",
        `Cannot hold the names of more vertices than these ${this.#nameCount}: ` +
          `together they must be at most ${limits.namesMaxBytes} bytes long`,
      );
    }
    if (byteCount > this.#bytes.length) {
      const bytes = new Uint8Array(Math.max(byteCount, 2 * this.#bytes.length));
      bytes.set(this.#bytes);
      this.#bytes = bytes;
    }
    if (this.#nameCount === this.#ends.length) {
      const ends = new Uint32Array(2 * this.#ends.length);
      ends.set(this.#ends);
      this.#ends = ends;
    }
    this.#bytes.set(source.subarray(begin, end), this.#byteCount);
    this.#byteCount = byteCount;
    this.#ends[this.#nameCount] = byteCount;
    this.#nameCount++;
  }

  /** Twice as many slots; every name finds its place again. */
  #spreadOut(): void {
    this.#slots = new Uint32Array(2 * this.#slots.length);
    const mask = this.#slots.length - 1;
    for (let vertex = 0; vertex < this.#nameCount; vertex++) {
      let slot = hashOf(this.#bytes, beginOf(this.#ends, vertex), this.#ends[vertex]!) & mask;
      while (this.#slots[slot] !== 0) slot = (slot + 1) & mask;
      this.#slots[slot] = vertex + 1;
    }
  }
}
