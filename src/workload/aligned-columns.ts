import type { SignedColumns } from "../graph/order-check.ts";
import type { TraverseResponse } from "../rpc/dfs-service.ts";

/**
 * The columns of one batch at a time, copied to where they are aligned: in a message they lie
 * anywhere. The wire is little-endian, as every machine is that this runs on.
 */
export class AlignedColumns {
  /** Vertices in the batch. */
  length = 0;
  #buffers = [new ArrayBuffer(0), new ArrayBuffer(0), new ArrayBuffer(0)] as const;

  /** Columns of equal length, in bytes a multiple of 4. */
  load({ vertices, parents, depths }: TraverseResponse): void {
    const { length } = vertices;
    this.length = length / 4;
    if (length > this.#buffers[0].byteLength) {
      this.#buffers = [new ArrayBuffer(length), new ArrayBuffer(length), new ArrayBuffer(length)];
    }
    new Uint8Array(this.#buffers[0]).set(vertices);
    new Uint8Array(this.#buffers[1]).set(parents);
    new Uint8Array(this.#buffers[2]).set(depths);
  }

  /** As they are: good until the next load(). */
  unsigned(): Record<"vertices" | "parents" | "depths", Uint32Array> {
    return {
      vertices: new Uint32Array(this.#buffers[0], 0, this.length),
      parents: new Uint32Array(this.#buffers[1], 0, this.length),
      depths: new Uint32Array(this.#buffers[2], 0, this.length),
    };
  }

  /** Read as signed numbers, which a search over vertices below 2^31 is faster with. */
  signed(): SignedColumns {
    return {
      vertices: new Int32Array(this.#buffers[0], 0, this.length),
      parents: new Int32Array(this.#buffers[1], 0, this.length),
      depths: new Int32Array(this.#buffers[2], 0, this.length),
    };
  }
}
