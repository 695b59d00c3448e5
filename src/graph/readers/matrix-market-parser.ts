import { EdgeBuffer } from "../edge-buffer.ts";
import { OffsetNames } from "../offset-names.ts";
import type { FileErrors } from "./file-errors.ts";
import type { GraphBounds, GraphParser, ParsedGraph } from "./graph-parser.ts";
import { NumberScanner } from "./number-scanner.ts";

const percent = 37;
const lineFeed = 10;

const fields = ["pattern", "integer", "real"] as const;
const symmetries = ["general", "symmetric", "skew-symmetric"] as const;

/**
 * Matrix Market, coordinate format: a square matrix whose stored entry (i, j) is the edge from i to
 * j, whatever its value. A symmetric matrix stores one triangle, whose entries stand for both
 * directions; on the diagonal for one.
 */
export class MatrixMarketParser implements GraphParser {
  readonly cuts = "line";
  readonly #errors: FileErrors;
  readonly #bounds: GraphBounds;
  readonly #scanner: NumberScanner;
  readonly #edges = new EdgeBuffer();
  #part: "banner" | "size" | "entries" = "banner";
  #field: (typeof fields)[number] = "pattern";
  #symmetry: (typeof symmetries)[number] = "general";
  #vertexCount = 0;
  #entryCount = 0;
  #entriesLeft = 0;
  /** The triangle of a symmetric matrix, known from its first entry off the diagonal. */
  #triangle: "lower" | "upper" | undefined;
  #line = 1;

  constructor(errors: FileErrors, bounds: GraphBounds) {
    this.#errors = errors;
    this.#bounds = bounds;
    this.#scanner = new NumberScanner(errors);
  }

  get place(): { readonly line: number; readonly column: number } {
    return { line: this.#line, column: 1 };
  }

  take(bytes: Uint8Array, from: number, to: number): void {
    const scanner = this.#scanner;
    for (let at = from; at < to; at = scanner.at + 1) {
      scanner.open(bytes, at, this.#line);
      if (this.#part === "banner") this.#takeBanner();
      else if (scanner.next === percent) scanner.skipLine();
      else if (scanner.next !== lineFeed) this.#takeNumbers();
      this.#line++;
    }
  }

  end(): ParsedGraph {
    if (this.#part !== "entries") {
      const part = this.#part === "banner" ? "the banner %%MatrixMarket" : "rows, columns, entries";
      throw this.#errors.at(this.#line, 1, `expected ${part}, found the end of the file`);
    }
    if (this.#entriesLeft > 0) {
      const found = this.#entryCount - this.#entriesLeft;
      throw this.#errors.at(
        this.#line,
        1,
        `expected ${this.#entryCount} entries, as many as the header says, ` +
          `found the end of the file after ${found}`,
      );
    }
    return {
      vertexCount: this.#vertexCount,
      edges: this.#edges,
      names: new OffsetNames(1, this.#vertexCount),
      directions: this.#symmetry === "general" ? "asked" : "both",
      notices: [],
    };
  }

  #takeBanner(): void {
    const scanner = this.#scanner;
    const begin = scanner.at;
    if (scanner.word().toLowerCase() !== "%%matrixmarket") {
      throw scanner.expected("the banner %%MatrixMarket", begin);
    }
    this.#word("matrix", ["matrix"]);
    this.#word("the format coordinate", ["coordinate"]);
    this.#field = this.#word("a field that is pattern, integer or real", fields);
    const symmetry = "a symmetry that is general, symmetric or skew-symmetric";
    this.#symmetry = this.#word(symmetry, symmetries);
    scanner.expectEnd();
    this.#part = "size";
  }

  #word<Word extends string>(what: string, words: readonly Word[]): Word {
    const scanner = this.#scanner;
    scanner.skipBlanks();
    const begin = scanner.at;
    const typed = scanner.word().toLowerCase();
    const word = words.find((candidate) => candidate === typed);
    if (word !== undefined) return word;
    throw scanner.expected(what, begin);
  }

  #takeNumbers(): void {
    if (this.#part === "size") this.#takeSize();
    else this.#takeEntry();
    this.#scanner.expectEnd();
  }

  #takeSize(): void {
    const scanner = this.#scanner;
    const rows = scanner.integer("the number of rows", 0, this.#bounds.graphVertexMaxCount);
    scanner.skipBlanks();
    const columnsAt = scanner.at;
    const columns = scanner.integer("the number of columns", 0, Number.MAX_SAFE_INTEGER);
    if (rows !== columns) {
      throw scanner.fail(
        columnsAt,
        `expected a square matrix, which a graph needs, found ${rows} rows and ${columns} columns`,
      );
    }
    const entries = "the number of entries";
    this.#entryCount = scanner.integer(entries, 0, this.#bounds.graphEdgeMaxCount);
    this.#entriesLeft = this.#entryCount;
    this.#vertexCount = rows;
    this.#part = "entries";
  }

  #takeEntry(): void {
    const scanner = this.#scanner;
    const begin = scanner.at;
    if (this.#entriesLeft === 0) {
      throw scanner.expected(
        `the end of the file after ${this.#entryCount} entries, as many as the header says`,
        begin,
      );
    }
    const row = scanner.integer("a row", 1, this.#vertexCount);
    const column = scanner.integer("a column", 1, this.#vertexCount);
    if (this.#field !== "pattern") scanner.number("a value", this.#field);
    if (this.#symmetry !== "general") this.#checkTriangle(row, column, begin);
    this.#edges.add(row - 1, column - 1);
    this.#entriesLeft--;
  }

  /** With both triangles stored, each edge would be there twice. */
  #checkTriangle(row: number, column: number, begin: number): void {
    if (row === column) {
      if (this.#symmetry === "symmetric") return;
      throw this.#scanner.fail(
        begin,
        `expected no entry on the diagonal of a skew-symmetric matrix, found (${row}, ${row})`,
      );
    }
    const triangle = row > column ? "lower" : "upper";
    this.#triangle ??= triangle;
    if (triangle === this.#triangle) return;
    throw this.#scanner.fail(
      begin,
      `expected an entry of the ${this.#triangle} triangle, the one that this ` +
        `${this.#symmetry} matrix stores, found (${row}, ${column})`,
    );
  }
}
