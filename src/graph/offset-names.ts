import { sharedFloat64Array } from "./shared-arrays.ts";
import type { VertexNames } from "./vertex-names.ts";

const wholeNumber = /^\d+$/;

/** Names that count up from a first one, such as those of a file that numbers from 1. */
export class OffsetNames implements VertexNames {
  readonly kind = "offset";
  readonly #first: number;
  readonly #vertexCount: number;

  constructor(first: number, vertexCount: number) {
    this.#first = first;
    this.#vertexCount = vertexCount;
  }

  /** What the names are; see stored-names.ts. */
  get columns(): readonly ArrayBufferView[] {
    const column = sharedFloat64Array(2);
    column.set([this.#first, this.#vertexCount]);
    return [column];
  }

  /** Nothing is needed to look them up. */
  get indexColumns(): readonly ArrayBufferView[] {
    return [];
  }

  nameOf(vertex: number): string {
    return String(this.#first + vertex);
  }

  /** Leading zeros do not matter: 007 is the vertex called 7. */
  vertexOf(name: string): number | undefined {
    if (!wholeNumber.test(name)) return undefined;
    const id = Number(name);
    // Above that, two different numbers would be the same id.
    if (!Number.isSafeInteger(id)) return undefined;
    const vertex = id - this.#first;
    return vertex >= 0 && vertex < this.#vertexCount ? vertex : undefined;
  }
}
