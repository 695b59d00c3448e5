import type { Random } from "../../base/random.ts";

/**
 * Changes a share of the bytes that pass. Which ones follows from the seed and from how many have
 * passed, not from how they were cut into pieces. The gaps between them are drawn, not every byte.
 */
export class Corruption {
  readonly #share: number;
  readonly #random: Random;
  #untilNextCount: number;

  /** `share` is above 0, up to 1. */
  constructor(share: number, random: Random) {
    this.#share = share;
    this.#random = random;
    this.#untilNextCount = this.#drawGapCount();
  }

  /** Changes `bytes` in place; returns how many of them. */
  apply(bytes: Uint8Array): number {
    let changedCount = 0;
    let at = this.#untilNextCount;
    while (at < bytes.length) {
      // Never the same value again.
      const difference = 1 + Math.floor(this.#random.next() * 255);
      bytes[at] = (bytes[at] ?? 0) ^ difference;
      changedCount++;
      at += 1 + this.#drawGapCount();
    }
    this.#untilNextCount = at - bytes.length;
    return changedCount;
  }

  #drawGapCount(): number {
    if (this.#share >= 1) return 0;
    return Math.floor(Math.log1p(-this.#random.next()) / Math.log1p(-this.#share));
  }
}
