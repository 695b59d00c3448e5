import { limits } from "../../base/limits.ts";
import type { BlockPool } from "./block-pool.ts";

/** Bytes that arrive together: how many are left of them, and when, 0 for at once. */
interface Piece {
  leftCount: number;
  readonly dueUs: number;
}

/** Bytes under way in their order, copied into blocks of the pool. */
export class PieceQueue {
  readonly #pool: BlockPool;
  #pieces: Piece[] = [];
  /** Taken off the front at once, all would be moved for every one of thousands. */
  #goneCount = 0;
  #blocks: Uint8Array[] = [];
  /** Where the bytes begin in the first block, and end in the last. */
  #head = 0;
  #tail = limits.linkBlockBytes;
  #heldBytes = 0;

  constructor(pool: BlockPool) {
    this.#pool = pool;
  }

  /** What it holds, counted with what holding it costs. */
  get heldBytes(): number {
    return this.#heldBytes;
  }

  get isEmpty(): boolean {
    return this.#goneCount === this.#pieces.length;
  }

  /** When the first bytes arrive; undefined: there are none. */
  get firstDueUs(): number | undefined {
    return this.#pieces[this.#goneCount]?.dueUs;
  }

  /** Up to `maxCount` of the bytes that arrive first; take() may invalidate them. */
  first(maxCount: number): Uint8Array {
    const leftCount = this.#pieces[this.#goneCount]?.leftCount ?? 0;
    const end = this.#head + Math.min(leftCount, maxCount);
    return this.#blocks[0]?.subarray(this.#head, end) ?? new Uint8Array(0);
  }

  push(bytes: Uint8Array, dueUs: number): void {
    if (bytes.length === 0) return;
    this.#pieces.push({ leftCount: bytes.length, dueUs });
    this.#heldBytes += bytes.length + limits.linkPieceBytes;
    let rest = bytes;
    while (rest.length > 0) {
      const block = this.#lastWithRoom();
      const part = rest.subarray(0, block.length - this.#tail);
      block.set(part, this.#tail);
      this.#tail += part.length;
      rest = rest.subarray(part.length);
    }
  }

  /** Takes off so many of the bytes that first() gave. */
  take(byteCount: number): void {
    const piece = this.#pieces[this.#goneCount];
    if (piece === undefined) return;
    piece.leftCount -= byteCount;
    this.#heldBytes -= byteCount;
    this.#head += byteCount;
    if (piece.leftCount === 0) this.#dropPiece();
    if (this.isEmpty) this.clear();
    else if (this.#head === limits.linkBlockBytes) this.#dropBlock();
  }

  clear(): void {
    for (const block of this.#blocks) this.#pool.give(block);
    this.#blocks = [];
    this.#pieces = [];
    this.#goneCount = 0;
    this.#head = 0;
    this.#tail = limits.linkBlockBytes;
    this.#heldBytes = 0;
  }

  #lastWithRoom(): Uint8Array {
    const last = this.#blocks.at(-1);
    if (last !== undefined && this.#tail < last.length) return last;
    const block = this.#pool.take();
    this.#blocks.push(block);
    this.#tail = 0;
    return block;
  }

  #dropPiece(): void {
    this.#heldBytes -= limits.linkPieceBytes;
    this.#goneCount++;
    if (this.#goneCount <= 64 || this.#goneCount * 2 <= this.#pieces.length) return;
    this.#pieces = this.#pieces.slice(this.#goneCount);
    this.#goneCount = 0;
  }

  #dropBlock(): void {
    const block = this.#blocks.shift();
    if (block !== undefined) this.#pool.give(block);
    this.#head = 0;
  }
}
