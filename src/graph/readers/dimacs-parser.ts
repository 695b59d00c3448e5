import { EdgeBuffer } from "../edge-buffer.ts";
import { OffsetNames } from "../offset-names.ts";
import type { FileErrors } from "./file-errors.ts";
import type { GraphBounds, GraphParser, ParsedGraph } from "./graph-parser.ts";
import { NumberScanner } from "./number-scanner.ts";

const lineFeed = 10;

/** DIMACS shortest paths: `p sp N M`, then M arcs `a FROM TO LENGTH`; `c` begins a comment. */
export class DimacsParser implements GraphParser {
  readonly cuts = "line";
  readonly #errors: FileErrors;
  readonly #bounds: GraphBounds;
  readonly #scanner: NumberScanner;
  readonly #edges = new EdgeBuffer();
  #hasHeader = false;
  #vertexCount = 0;
  #arcCount = 0;
  #arcsLeft = 0;
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
      if (scanner.next !== lineFeed) this.#takeLine();
      this.#line++;
    }
  }

  end(): ParsedGraph {
    if (!this.#hasHeader) {
      throw this.#errors.at(this.#line, 1, "expected the line p sp N M, found the end of the file");
    }
    if (this.#arcsLeft > 0) {
      throw this.#errors.at(
        this.#line,
        1,
        `expected ${this.#arcCount} arcs, as many as the header says, ` +
          `found the end of the file after ${this.#arcCount - this.#arcsLeft}`,
      );
    }
    return {
      vertexCount: this.#vertexCount,
      edges: this.#edges,
      names: new OffsetNames(1, this.#vertexCount),
      directions: "asked",
      notices: [],
    };
  }

  #takeLine(): void {
    const scanner = this.#scanner;
    const begin = scanner.at;
    switch (scanner.word()) {
      case "c":
        scanner.skipLine();
        return;
      case "p":
        this.#takeHeader(begin);
        break;
      case "a":
        this.#takeArc(begin);
        break;
      default:
        throw scanner.expected("a line that begins with a, c or p", begin);
    }
    scanner.expectEnd();
  }

  #takeHeader(begin: number): void {
    const scanner = this.#scanner;
    if (this.#hasHeader)
      throw scanner.fail(begin, "expected one line p sp N M, found a second one");
    scanner.skipBlanks();
    const kindAt = scanner.at;
    if (scanner.word() !== "sp") {
      throw scanner.expected("sp, the kind of DIMACS file that is read (p sp N M)", kindAt);
    }
    const { graphVertexMaxCount, graphEdgeMaxCount } = this.#bounds;
    this.#vertexCount = scanner.integer("the number of vertices", 0, graphVertexMaxCount);
    this.#arcCount = scanner.integer("the number of arcs", 0, graphEdgeMaxCount);
    this.#arcsLeft = this.#arcCount;
    this.#hasHeader = true;
  }

  #takeArc(begin: number): void {
    const scanner = this.#scanner;
    if (!this.#hasHeader) throw scanner.expected("the line p sp N M before the first arc", begin);
    if (this.#arcsLeft === 0) {
      throw scanner.fail(
        begin,
        `expected the end of the file after ${this.#arcCount} arcs, as many as the header says, ` +
          "found another one",
      );
    }
    const from = scanner.integer("the vertex an arc leaves", 1, this.#vertexCount);
    const to = scanner.integer("the vertex an arc enters", 1, this.#vertexCount);
    scanner.number("the length of an arc", "real");
    this.#edges.add(from - 1, to - 1);
    this.#arcsLeft--;
  }
}
