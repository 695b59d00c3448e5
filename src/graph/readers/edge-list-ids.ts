import { EdgeBuffer, type EdgeSource } from "../edge-buffer.ts";
import { TextNamesBuilder } from "../text-names-builder.ts";
import type { ParsedGraph } from "./graph-parser.ts";
import { IntegerTable } from "./integer-table.ts";
import { rankPlain, rankTable } from "./rank-ids.ts";

/** A name: `bytes[begin]` to `bytes[end - 1]`, in UTF-8. */
export interface TextRange {
  readonly bytes: Uint8Array;
  readonly begin: number;
  readonly end: number;
}

/**
 * The edges of an edge list while it is not known yet what its ids are. They begin as the numbers
 * that stand in the file; the first id above 32 bits makes them numbers in an IntegerTable, the
 * first that is no integer makes all of them names. What was read before is converted in place.
 */
export class EdgeListIds {
  readonly #edges = new EdgeBuffer();
  #integers: IntegerTable | undefined;
  #texts: TextNamesBuilder | undefined;
  /** The first line if it may be a heading: its place among the edges is kept free. */
  #heading: readonly [Uint8Array, Uint8Array] | undefined;

  get edgeCount(): number {
    return this.#edges.edgeCount - (this.#heading === undefined ? 0 : 1);
  }

  get vertexCount(): number {
    return this.#texts?.nameCount ?? this.#integers?.count ?? 0;
  }

  /** Whether both ends of an edge may be given to `addPlain`. */
  get isPlain(): boolean {
    return this.#integers === undefined && this.#texts === undefined;
  }

  get isText(): boolean {
    return this.#texts !== undefined;
  }

  /** Integers below 2^32, as long as `isPlain`. */
  addPlain(source: number, target: number): void {
    this.#edges.add(source, target);
  }

  /** Integers up to 2^53 - 1, as long as the ids are not text. */
  addIntegers(source: number, target: number): void {
    if (this.isPlain) {
      if (source < 2 ** 32 && target < 2 ** 32) {
        this.#edges.add(source, target);
        return;
      }
      this.#becomeIntegers();
    }
    const integers = this.#integers!;
    const sourceNumber = integers.numberOf(source);
    this.#edges.add(sourceNumber, integers.numberOf(target));
  }

  /** At any time; from then on all ids are text. */
  addTexts(source: TextRange, target: TextRange): void {
    const texts = this.#texts ?? this.#becomeTexts();
    const sourceNumber = texts.intern(source.bytes, source.begin, source.end);
    this.#edges.add(sourceNumber, texts.intern(target.bytes, target.begin, target.end));
  }

  /** The first line, whose fields are no integers: an edge, unless all that follow are. */
  addPossibleHeading(source: Uint8Array, target: Uint8Array): void {
    this.#heading = [source, target];
    this.#edges.add(0, 0);
  }

  /** Numbers the vertices: integers by rank, names as they first came. */
  finish(): Pick<ParsedGraph, "vertexCount" | "edges" | "names"> & {
    readonly hasHeading: boolean;
  } {
    const hasOnlyHeading = this.#heading !== undefined && this.#edges.edgeCount === 1;
    const texts = this.#texts ?? (hasOnlyHeading ? this.#becomeTexts() : undefined);
    if (texts !== undefined) {
      const names = texts.finish();
      return { vertexCount: texts.nameCount, edges: this.#edges, names, hasHeading: false };
    }
    const hasHeading = this.#heading !== undefined;
    const edges = hasHeading ? withoutFirst(this.#edges) : this.#edges;
    const ranked =
      this.#integers === undefined ? rankPlain(edges) : rankTable(edges, this.#integers);
    return { ...ranked, edges, hasHeading };
  }

  #becomeIntegers(): void {
    const integers = new IntegerTable();
    this.#renumber((id) => integers.numberOf(id));
    this.#integers = integers;
  }

  #becomeTexts(): TextNamesBuilder {
    const texts = new TextNamesBuilder();
    this.#texts = texts;
    const heading = this.#heading?.map((name) => texts.intern(name, 0, name.length));
    const integers = this.#integers?.integers;
    // Ids are written without leading zeros, so their text is known from their value.
    const encoder = new TextEncoder();
    const bytes = new Uint8Array(20);
    this.#renumber((id) => {
      const { written } = encoder.encodeInto(String(integers?.[id] ?? id), bytes);
      return texts.intern(bytes, 0, written);
    });
    if (heading !== undefined) {
      let isFirst = true;
      this.#edges.forEachBlock((pairs) => {
        if (isFirst) pairs.set(heading);
        isFirst = false;
      });
    }
    this.#heading = undefined;
    this.#integers = undefined;
    return texts;
  }

  /** Each end of each edge, in order, by what `numberOf` makes of it; a heading's is left out. */
  #renumber(numberOf: (id: number) => number): void {
    const edges = this.#heading === undefined ? this.#edges : withoutFirst(this.#edges);
    edges.forEachBlock((pairs, edgeCount) => {
      for (let at = 0; at < 2 * edgeCount; at++) pairs[at] = numberOf(pairs[at]!);
    });
  }
}

function withoutFirst(edges: EdgeBuffer): EdgeSource {
  return {
    edgeCount: edges.edgeCount - 1,
    forEachBlock(visit) {
      let skipped = 1;
      edges.forEachBlock((pairs, edgeCount) => {
        visit(pairs.subarray(2 * skipped), edgeCount - skipped);
        skipped = 0;
      });
    },
  };
}
