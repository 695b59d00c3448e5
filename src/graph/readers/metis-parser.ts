import { EdgeBuffer } from "../edge-buffer.ts";
import { OffsetNames } from "../offset-names.ts";
import type { FileErrors } from "./file-errors.ts";
import type { GraphBounds, GraphParser, ParsedGraph } from "./graph-parser.ts";
import { NumberScanner } from "./number-scanner.ts";

const lineFeed = 10;
const percent = 37;
const tab = 9;
const carriageReturn = 13;
const blank = 32;
const oneSided =
  "Some edges stand on the line of one of their ends alone, and METIS wants both: " +
  "they are taken as they stand, in one direction.";

/**
 * METIS: a header `N M [FMT [NCON]]`, then a line for each vertex with its neighbours, numbered
 * from 1. M counts an undirected edge once, and it stands on the lines of both its ends. Weights
 * that FMT announces are read and left alone. `%` begins a comment. A line may be longer than
 * memory should be, so it is taken in pieces.
 */
export class MetisParser implements GraphParser {
  readonly cuts = "blank";
  readonly #errors: FileErrors;
  readonly #bounds: GraphBounds;
  readonly #scanner: NumberScanner;
  readonly #edges = new EdgeBuffer();
  /** What the header says so far; four numbers at most. */
  readonly #header: number[] = [];
  #hasHeader = false;
  #isComment = false;
  #vertexCount = 0;
  #neighbourCount = 0;
  /** Weights before the neighbours of a vertex, and whether one follows each of them. */
  #vertexWeightCount = 0;
  #hasEdgeWeights = false;
  /** The vertex whose line it is, from 0, and what of its line has been read. */
  #vertex = 0;
  #fieldsOfLine = 0;
  /** Zero, up to chance, when each edge stands on the lines of both its ends. */
  #imbalance = 0;
  #line = 1;
  #column = 1;

  constructor(errors: FileErrors, bounds: GraphBounds) {
    this.#errors = errors;
    this.#bounds = bounds;
    this.#scanner = new NumberScanner(errors);
  }

  get place(): { readonly line: number; readonly column: number } {
    return { line: this.#line, column: this.#column };
  }

  take(bytes: Uint8Array, from: number, to: number): void {
    const scanner = this.#scanner;
    scanner.open(bytes, from, this.#line, this.#column - 1);
    let lineStart = from;
    let at = from;
    while (at < to) {
      const byte = bytes[at]!;
      if (byte === lineFeed) {
        this.#endLine(at);
        lineStart = ++at;
        scanner.open(bytes, at, this.#line);
      } else if (this.#isComment || byte === blank || byte === tab) at++;
      else if (byte === carriageReturn && bytes[at + 1] === lineFeed) at++;
      else if (byte === percent && this.#fieldsOfLine === 0) this.#isComment = true;
      else {
        scanner.at = at;
        if (this.#hasHeader) this.#takeField();
        else this.#takeHeaderField();
        this.#fieldsOfLine++;
        at = scanner.at;
      }
    }
    this.#column += to - lineStart;
  }

  end(): ParsedGraph {
    if (!this.#hasHeader) throw this.#atEnd("the header N M");
    const vertexCount = this.#vertexCount;
    // The last line may be empty and without an end, as when the last vertex is isolated.
    if (this.#vertex < vertexCount - 1) {
      throw this.#atEnd(
        `a line for each of ${vertexCount} vertices, as many as the header says`,
        ` after ${this.#vertex}`,
      );
    }
    const { edgeCount } = this.#edges;
    if (edgeCount !== this.#neighbourCount) {
      throw this.#atEnd(
        `${this.#neighbourCount} neighbours, two for each edge that the header counts`,
        ` after ${edgeCount}`,
      );
    }
    const names = new OffsetNames(1, vertexCount);
    const notices = this.#imbalance === 0 ? [] : [oneSided];
    return { vertexCount, edges: this.#edges, names, directions: "stored", notices };
  }

  #takeHeaderField(): void {
    const scanner = this.#scanner;
    const { graphVertexMaxCount, graphEdgeMaxCount } = this.#bounds;
    const header = this.#header;
    if (header.length === 0) {
      header.push(scanner.integer("the number of vertices", 0, graphVertexMaxCount));
    } else if (header.length === 1) {
      const edgeMaxCount = Math.floor(graphEdgeMaxCount / 2);
      header.push(scanner.integer("the number of edges", 0, edgeMaxCount));
    } else if (header.length === 2) {
      const begin = scanner.at;
      const word = scanner.word();
      if (!/^[01]{1,3}$/.test(word)) {
        throw scanner.expected("FMT, one to three digits that are 0 or 1", begin);
      }
      header.push(Number(word));
    } else if (header.length === 3) {
      header.push(scanner.integer("NCON, the weights of a vertex,", 0, Number.MAX_SAFE_INTEGER));
    } else {
      throw scanner.expected("the end of the header N M FMT NCON", scanner.at);
    }
  }

  #endLine(at: number): void {
    if (this.#isComment) this.#isComment = false;
    else if (this.#hasHeader) this.#endVertex(at);
    else if (this.#header.length > 0) this.#endHeader(at);
    this.#fieldsOfLine = 0;
    this.#line++;
    this.#column = 1;
  }

  #endHeader(at: number): void {
    const [vertexCount = 0, edgeCount, format = 0, weightCount = 1] = this.#header;
    if (edgeCount === undefined) throw this.#scanner.expected("the number of edges", at);
    const [hasSizes, hasWeights] = [format >= 100, format % 100 >= 10];
    this.#vertexCount = vertexCount;
    this.#neighbourCount = 2 * edgeCount;
    this.#vertexWeightCount = (hasSizes ? 1 : 0) + (hasWeights ? weightCount : 0);
    this.#hasEdgeWeights = format % 10 === 1;
    this.#hasHeader = true;
  }

  #takeField(): void {
    const scanner = this.#scanner;
    if (this.#vertex === this.#vertexCount) {
      throw scanner.expected(
        `the end of the file after the lines of ${this.#vertexCount} vertices`,
        scanner.at,
      );
    }
    const field = this.#fieldsOfLine - this.#vertexWeightCount;
    if (field < 0) scanner.number("a weight of the vertex", "real");
    else if (this.#hasEdgeWeights && field % 2 === 1)
      scanner.number("a weight of the edge", "real");
    else {
      const begin = scanner.at;
      const neighbour = scanner.integer("a neighbour", 1, this.#vertexCount);
      if (this.#edges.edgeCount === this.#neighbourCount) {
        throw scanner.fail(
          begin,
          `expected at most ${this.#neighbourCount} neighbours, two for each edge that the ` +
            "header counts, found another one",
        );
      }
      this.#edges.add(this.#vertex, neighbour - 1);
      this.#imbalance = (this.#imbalance + signedHash(this.#vertex, neighbour - 1)) | 0;
    }
  }

  #endVertex(at: number): void {
    // What is left of the file after the last vertex may only be blank.
    if (this.#vertex === this.#vertexCount) return;
    const field = this.#fieldsOfLine - this.#vertexWeightCount;
    if (field < 0) throw this.#scanner.expected("a weight of the vertex", at);
    if (this.#hasEdgeWeights && field % 2 === 1) {
      throw this.#scanner.expected("a weight of the edge", at);
    }
    this.#vertex++;
  }

  #atEnd(what: string, after = ""): Error {
    const { line, column } = this.place;
    return this.#errors.at(line, column, `expected ${what}, found the end of the file${after}`);
  }
}

/** 32 bits of an edge, those of its reverse with the other sign; a self-loop is its own reverse. */
function signedHash(from: number, to: number): number {
  if (from === to) return 0;
  const [low, high] = from < to ? [from, to] : [to, from];
  let hash = Math.imul(low, 0x9e3779b1) ^ high;
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  hash ^= hash >>> 16;
  return from < to ? hash : -hash;
}
