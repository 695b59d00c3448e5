import { limits } from "../../base/limits.ts";

/** Bytes under way, and when they arrive: microseconds as of the clock, 0 for at once. */
export interface Piece {
  readonly bytes: Uint8Array;
  readonly dueUs: number;
}

/** Pieces in their order. What it holds is counted with what holding them costs. */
export class PieceQueue {
  #pieces: Piece[] = [];
  /** Taken off the front at once they would all be moved, for every one of thousands. */
  #takenCount = 0;
  #heldBytes = 0;

  get heldBytes(): number {
    return this.#heldBytes;
  }

  get isEmpty(): boolean {
    return this.#takenCount === this.#pieces.length;
  }

  get first(): Piece | undefined {
    return this.#pieces[this.#takenCount];
  }

  /** Returns by how much it holds more. */
  push(bytes: Uint8Array, dueUs: number): number {
    this.#pieces.push({ bytes, dueUs });
    const addedBytes = bytes.length + limits.linkPieceBytes;
    this.#heldBytes += addedBytes;
    return addedBytes;
  }

  /** Takes bytes off the first piece, at most all of it; returns by how much it holds less. */
  take(byteCount: number): number {
    const { first } = this;
    if (first === undefined) return 0;
    let freedBytes = byteCount;
    if (byteCount < first.bytes.length) {
      const rest = { bytes: first.bytes.subarray(byteCount), dueUs: first.dueUs };
      this.#pieces[this.#takenCount] = rest;
    } else {
      freedBytes += limits.linkPieceBytes;
      this.#takenCount++;
      if (this.#takenCount > 64 && this.#takenCount * 2 > this.#pieces.length) this.#compact();
    }
    this.#heldBytes -= freedBytes;
    return freedBytes;
  }

  clear(): void {
    this.#pieces = [];
    this.#takenCount = 0;
    this.#heldBytes = 0;
  }

  #compact(): void {
    this.#pieces = this.#pieces.slice(this.#takenCount);
    this.#takenCount = 0;
  }
}
