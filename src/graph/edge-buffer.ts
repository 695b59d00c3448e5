/** Edges in one order, however often they are asked for. */
export interface EdgeSource {
  readonly edgeCount: number;
  /**
   * Hands over all edges in order. A block holds `edgeCount` pairs at its front (from, to, from,
   * to, ...) and is valid, and may be rewritten, until `visit` returns.
   */
  forEachBlock(visit: (pairs: Uint32Array, edgeCount: number) => void): void;
}

const firstBlockEdgeCount = 1 << 12;
const blockMaxEdgeCount = 1 << 20;

/**
 * Collects edges whose number is not known beforehand, 8 bytes each. It grows by whole blocks, so
 * nothing is copied and at most one block is partly empty. Rewriting a block that it hands over
 * rewrites its edges, as when vertices are renumbered after reading.
 */
export class EdgeBuffer implements EdgeSource {
  readonly #full: Uint32Array[] = [];
  #fullEdgeCount = 0;
  #pairs = new Uint32Array(2 * firstBlockEdgeCount);
  #used = 0;

  get edgeCount(): number {
    return this.#fullEdgeCount + this.#used / 2;
  }

  add(from: number, to: number): void {
    if (this.#used === this.#pairs.length) this.#startBlock();
    this.#pairs[this.#used] = from;
    this.#pairs[this.#used + 1] = to;
    this.#used += 2;
  }

  forEachBlock(visit: (pairs: Uint32Array, edgeCount: number) => void): void {
    for (const pairs of this.#full) visit(pairs, pairs.length / 2);
    visit(this.#pairs, this.#used / 2);
  }

  #startBlock(): void {
    this.#full.push(this.#pairs);
    this.#fullEdgeCount += this.#used / 2;
    this.#pairs = new Uint32Array(Math.min(2 * this.#pairs.length, 2 * blockMaxEdgeCount));
    this.#used = 0;
  }
}
