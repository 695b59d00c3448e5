import type { VertexNames } from "./vertex-names.ts";

const digits = /^\d+$/;

/** Names that are whole numbers in 0..2^53-1, rising from vertex to vertex; 8 bytes a vertex. */
export class IntegerNames implements VertexNames {
  readonly kind = "integer";
  /** One for each vertex, each above the one before. */
  readonly #ids: Float64Array;

  constructor(ids: Float64Array) {
    this.#ids = ids;
  }

  /** What the names are; see stored-names.ts. */
  get columns(): readonly ArrayBufferView[] {
    return [this.#ids];
  }

  /** What helps to look them up. */
  get indexColumns(): readonly ArrayBufferView[] {
    return [];
  }

  nameOf(vertex: number): string {
    return String(this.#ids[vertex]);
  }

  /** Leading zeros do not matter: 007 is the vertex called 7. */
  vertexOf(name: string): number | undefined {
    if (!digits.test(name)) return undefined;
    const id = Number(name);
    // Above that, two different numbers would be the same id.
    if (!Number.isSafeInteger(id)) return undefined;
    let low = 0;
    let high = this.#ids.length;
    while (low < high) {
      const middle = Math.floor((low + high) / 2);
      if (this.#ids[middle]! < id) low = middle + 1;
      else high = middle;
    }
    return this.#ids[low] === id ? low : undefined;
  }
}
