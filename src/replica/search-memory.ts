import { limits } from "../base/limits.ts";
import { createSearchScratch, type SearchScratch } from "../graph/depth-first-search.ts";
import { createWalkMemory, type WalkMemory } from "../graph/walk.ts";

/**
 * The memory of a thread's searches. Of each kind one that is free is kept, so that the next search
 * does not pay for pages never touched before; what more there is goes back to the system at once.
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
    const { marks, order, stack } = scratch;
    const bytes = marks.byteLength + order.byteLength + stack.byteLength;
    if (this.#scratch === undefined && bytes <= limits.searchMemoryKeptMaxBytes) {
      this.#scratch = scratch;
    } else {
      release(scratch, createSearchScratch(), bytes);
    }
  }

  takeWalkMemory(): WalkMemory {
    const memory = this.#walkMemory ?? createWalkMemory();
    this.#walkMemory = undefined;
    return memory;
  }

  giveWalkMemory(memory: WalkMemory): void {
    const bytes = memory.marks.byteLength + memory.stack.byteLength;
    if (this.#walkMemory === undefined && bytes <= limits.searchMemoryKeptMaxBytes) {
      this.#walkMemory = memory;
    } else {
      release(memory, createWalkMemory(), bytes);
    }
  }
}

/**
 * Lets go of `memory`, whoever still knows it. The garbage collector sees small objects only and
 * would take its time; a thread that searches has few others, so that a collection is short.
 */
function release<T extends object>(memory: T, empty: T, bytes: number): void {
  Object.assign(memory, empty);
  if (bytes >= limits.searchMemoryCollectMinBytes) Bun.gc(true);
}
