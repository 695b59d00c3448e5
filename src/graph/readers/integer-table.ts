const emptySlot = 0;

/** Numbers integers up to 2^53 - 1 from 0 on, in the order of their first appearance. */
export class IntegerTable {
  /** By number; what is beyond `count` is free. */
  #integers = new Float64Array(512);
  /** Number + 1 of the integer, found by its hash; open addressing, at most half full. */
  #slots = new Uint32Array(1024);
  #count = 0;

  get count(): number {
    return this.#count;
  }

  /** The integers by number. */
  get integers(): Float64Array {
    return this.#integers.subarray(0, this.#count);
  }

  /** The number of `integer`, a new one if it has none. */
  numberOf(integer: number): number {
    const mask = this.#slots.length - 1;
    let slot = hashOf(integer) & mask;
    for (;;) {
      const number = this.#slots[slot]! - 1;
      if (number < 0) break;
      if (this.#integers[number] === integer) return number;
      slot = (slot + 1) & mask;
    }
    this.#slots[slot] = this.#count + 1;
    this.#integers[this.#count++] = integer;
    if (this.#count === this.#integers.length) this.#grow();
    return this.#count - 1;
  }

  #grow(): void {
    const integers = new Float64Array(2 * this.#integers.length);
    integers.set(this.#integers);
    this.#integers = integers;
    this.#slots = new Uint32Array(2 * this.#slots.length);
    const mask = this.#slots.length - 1;
    for (let number = 0; number < this.#count; number++) {
      let slot = hashOf(integers[number]!) & mask;
      while (this.#slots[slot] !== emptySlot) slot = (slot + 1) & mask;
      this.#slots[slot] = number + 1;
    }
  }
}

/** Both halves of the integer, multiplied and folded, so that even steps spread well. */
function hashOf(integer: number): number {
  const low = integer >>> 0;
  const high = (integer - low) / 2 ** 32;
  let mixed = Math.imul(low ^ (low >>> 16) ^ Math.imul(high, 0x9e3779b1), 0x21f0aaad);
  mixed = Math.imul(mixed ^ (mixed >>> 15), 0x735a2d97);
  return mixed ^ (mixed >>> 15);
}
