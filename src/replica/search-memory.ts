import { limits } from "../base/limits.ts";
import { createSearchScratch, type SearchScratch } from "../graph/depth-first-search.ts";
import { createWalkMemory, type WalkMemory } from "../graph/walk.ts";

/**
 * The memory of a thread's searches. Of each kind one that is free is kept, so that the next search
 * does not pay for pages never touched before; further ones are left to the garbage collector.
 */
export class SearchMemory {
  #scratch: SearchScratch | undefined;
  #walkMemory: WalkMemory | undefined;

  takeScratch(): SearchScratch {
    const scratch = this.#scratch ?? createSearchScratch();
    this.#scratch = undefined;
    return scratch;
  }

  giveScratch(scratch: SearchScratch): void {
    if (isWorthKeeping(scratch.marks, scratch.stack)) this.#scratch = scratch;
  }

  takeWalkMemory(): WalkMemory {
    const memory = this.#walkMemory ?? createWalkMemory();
    this.#walkMemory = undefined;
    return memory;
  }

  giveWalkMemory(memory: WalkMemory): void {
    if (isWorthKeeping(memory.marks, memory.stack)) this.#walkMemory = memory;
  }
}

function isWorthKeeping(...arrays: readonly ArrayBufferView[]): boolean {
  const bytes = arrays.reduce((sum, { byteLength }) => sum + byteLength, 0);
  return bytes <= limits.searchMemoryKeptMaxBytes;
}
