import { DimacsParser } from "./dimacs-parser.ts";
import { EdgeListParser } from "./edge-list-parser.ts";
import { charactersBetween, type FileErrors } from "./file-errors.ts";
import { binaryKindOf, formatOfText, type GraphFormat } from "./graph-format.ts";
import type { GraphBounds, GraphParser, ParsedGraph } from "./graph-parser.ts";
import { MatrixMarketParser } from "./matrix-market-parser.ts";
import { MetisParser } from "./metis-parser.ts";
import { TextWindow } from "./text-window.ts";

/** So much of the text is looked at before its format is settled. */
const headByteCount = 4096;
const lineFeed = 10;
const byteOrderMark = [0xef, 0xbb, 0xbf];

export interface GraphTextOptions {
  /** Told by the user. */
  readonly told: GraphFormat | undefined;
  /** Told by the name of the file; a first line that says otherwise is believed. */
  readonly named: GraphFormat | undefined;
}

/** The text of a graph, fed in chunks of any size, of whatever format it is. */
export class GraphText {
  readonly #errors: FileErrors;
  readonly #bounds: GraphBounds;
  readonly #options: GraphTextOptions;
  /** The first bytes, until there are enough to settle the format. */
  #head = new Uint8Array(0);
  #parts: { readonly parser: GraphParser; readonly window: TextWindow } | undefined;

  constructor(errors: FileErrors, bounds: GraphBounds, options: GraphTextOptions) {
    this.#errors = errors;
    this.#bounds = bounds;
    this.#options = options;
  }

  /** Throws DfsError `cannot-run` at the first thing that is wrong. */
  feed(chunk: Uint8Array): void {
    if (this.#parts !== undefined) {
      this.#parts.window.feed(chunk);
      return;
    }
    if (this.#head.length === 0 && chunk.length >= headByteCount) {
      this.#begin(chunk);
      return;
    }
    const head = new Uint8Array(this.#head.length + chunk.length);
    head.set(this.#head);
    head.set(chunk, this.#head.length);
    this.#head = head;
    if (head.length >= headByteCount) this.#begin(head);
  }

  /** Throws as well when something is missing. */
  end(): ParsedGraph {
    const { parser, window } = this.#parts ?? this.#begin(this.#head);
    window.end();
    return parser.end();
  }

  /** Where the text ends so far. */
  get place(): { readonly line: number; readonly column: number } {
    if (this.#parts !== undefined) return this.#parts.window.place;
    const lineStart = this.#head.lastIndexOf(lineFeed) + 1;
    const line = 1 + this.#head.reduce((count, byte) => count + (byte === lineFeed ? 1 : 0), 0);
    return { line, column: 1 + charactersBetween(this.#head, lineStart, this.#head.length) };
  }

  #begin(head: Uint8Array): { readonly parser: GraphParser; readonly window: TextWindow } {
    const isMarked = byteOrderMark.every((byte, index) => head[index] === byte);
    const text = isMarked ? head.subarray(byteOrderMark.length) : head;
    if (text.length === 0) throw this.#errors.at(1, 1, "expected a graph, found an empty file");
    const binaryKind = binaryKindOf(head);
    if (binaryKind !== undefined) {
      throw this.#errors.at(1, 1, `expected text, found ${binaryKind}`);
    }
    const parser = this.#parserOf(text);
    const window = new TextWindow(parser, this.#errors, this.#bounds);
    this.#parts = { parser, window };
    window.feed(text);
    return this.#parts;
  }

  #parserOf(text: Uint8Array): GraphParser {
    const { told, named } = this.#options;
    const head = text.subarray(0, headByteCount);
    const format = told ?? formatOfText(head) ?? named ?? "edge-list";
    switch (format) {
      case "matrix-market":
        return new MatrixMarketParser(this.#errors, this.#bounds);
      case "dimacs":
        return new DimacsParser(this.#errors, this.#bounds);
      case "metis":
        return new MetisParser(this.#errors, this.#bounds);
      default: {
        const kind = { format, isTold: told !== undefined };
        return new EdgeListParser(this.#errors, this.#bounds, kind);
      }
    }
  }
}
