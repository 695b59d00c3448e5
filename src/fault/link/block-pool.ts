import { limits } from "../../base/limits.ts";

/**
 * Memory for bytes under way, in blocks that are used again and again: left to the garbage
 * collector, what was held for a while stays for long, at many times of what is held.
 */
export class BlockPool {
  readonly #free: Uint8Array[] = [];
  #usedCount = 0;

  /** What is in use now. */
  get heldBytes(): number {
    return this.#usedCount * limits.linkBlockBytes;
  }

  take(): Uint8Array {
    this.#usedCount++;
    return this.#free.pop() ?? new Uint8Array(limits.linkBlockBytes);
  }

  give(block: Uint8Array): void {
    this.#usedCount--;
    this.#free.push(block);
  }
}
