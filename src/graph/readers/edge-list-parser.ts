import {
  type EdgeListKind,
  isHeading,
  misplacedColumns,
  separatorOf,
} from "./edge-list-dialect.ts";
import { EdgeListIds } from "./edge-list-ids.ts";
import { EdgeListLine, type IdField, type Separator } from "./edge-list-line.ts";
import { type FileErrors, quoted } from "./file-errors.ts";
import type { GraphBounds, GraphParser, ParsedGraph } from "./graph-parser.ts";

const lineFeed = 10;
const carriageReturn = 13;
/** With up to this many digits a number is below 2^31, which the fast way stays with. */
const fastMaxDigits = 9;

/**
 * Edge lists: one edge a line, two ids and whatever follows them, which is left alone. Lines that
 * are blank or begin with `#` or `%` say nothing. The first line decides what separates the fields.
 */
export class EdgeListParser implements GraphParser {
  readonly cuts = "line";
  readonly #errors: FileErrors;
  readonly #bounds: GraphBounds;
  readonly #kind: EdgeListKind;
  readonly #ids = new EdgeListIds();
  readonly #slow: EdgeListLine;
  readonly #notices: string[] = [];
  #separator: Separator | undefined;
  #headingLine = 0;
  #headingText = "";
  #line = 1;

  constructor(errors: FileErrors, bounds: GraphBounds, kind: EdgeListKind) {
    this.#errors = errors;
    this.#bounds = bounds;
    this.#kind = kind;
    this.#slow = new EdgeListLine(errors, bounds);
  }

  get place(): { readonly line: number; readonly column: number } {
    return { line: this.#line, column: 1 };
  }

  take(bytes: Uint8Array, from: number, to: number): void {
    let at = from;
    while (at < to) {
      // The fast way stops at the first line it cannot read, and goes on after it.
      if (this.#separator !== undefined && this.#ids.isPlain) {
        at = this.#takePlain(bytes, at, to, this.#separator);
      }
      if (at < to) {
        this.#takeLine(bytes, at);
        at = bytes.indexOf(lineFeed, at) + 1;
        this.#line++;
      }
    }
  }

  end(): ParsedGraph {
    const { edgeCount } = this.#ids;
    if (edgeCount === 0 && this.#separator === undefined) {
      throw this.#errors.at(this.#line, 1, "expected an edge, found the end of the file");
    }
    const { hasHeading, ...graph } = this.#ids.finish();
    if (hasHeading) this.#noteHeading();
    if (graph.edges.edgeCount === 0) {
      throw this.#errors.at(
        this.#line,
        1,
        "expected an edge after the heading, found the end of the file",
      );
    }
    this.#checkVertexCount(graph.vertexCount);
    return { ...graph, directions: "asked", notices: this.#notices };
  }

  /**
   * Takes lines `12 34` or `12 34 whatever` of plain numbers, with one separator between them;
   * returns where the first other line begins.
   */
  #takePlain(bytes: Uint8Array, from: number, to: number, separator: Separator): number {
    const ids = this.#ids;
    const space = separator === "blank" ? 32 : separator.charCodeAt(0);
    const otherSpace = separator === "blank" ? 9 : space;
    const edgeMaxCount = this.#bounds.graphEdgeMaxCount - ids.edgeCount;
    let lineStart = from;
    let lineCount = 0;
    while (lineStart < to && lineCount < edgeMaxCount) {
      let at = lineStart;
      let source = 0;
      let digit = bytes[at]! - 48;
      while (digit >>> 0 < 10) {
        source = (10 * source + digit) | 0;
        digit = bytes[++at]! - 48;
      }
      if (!isFast(bytes, lineStart, at)) break;
      if (bytes[at] !== space && bytes[at] !== otherSpace) break;
      const second = ++at;
      let target = 0;
      digit = bytes[at]! - 48;
      while (digit >>> 0 < 10) {
        target = (10 * target + digit) | 0;
        digit = bytes[++at]! - 48;
      }
      if (!isFast(bytes, second, at)) break;
      if (bytes[at] !== lineFeed) {
        const isEnded =
          bytes[at] === space || bytes[at] === otherSpace || bytes[at] === carriageReturn;
        at = isEnded ? lineEnd(bytes, at) : -1;
        if (at < 0) break;
      }
      ids.addPlain(source, target);
      lineStart = at + 1;
      lineCount++;
    }
    this.#line += lineCount;
    return lineStart;
  }

  /** Takes any line. */
  #takeLine(bytes: Uint8Array, start: number): void {
    const line = this.#slow;
    line.open(bytes, start, this.#line);
    if (line.isEmpty) return;
    const isFirst = this.#separator === undefined;
    this.#separator ??= this.#chooseSeparator(start);
    const source = line.first(this.#separator);
    const target = line.second(source, this.#separator);
    if (isFirst && this.#takeHeading(source, target)) return;
    if (this.#ids.edgeCount >= this.#bounds.graphEdgeMaxCount) {
      throw line.fail(
        start,
        `expected at most ${this.#bounds.graphEdgeMaxCount} edges, found more`,
      );
    }
    if (source.integer >= 0 && target.integer >= 0 && !this.#ids.isText) {
      this.#ids.addIntegers(source.integer, target.integer);
    } else {
      if (!this.#ids.isText) this.#noteText(source.integer < 0 ? source : target);
      this.#ids.addTexts(source, target);
    }
    this.#checkVertexCount(this.#ids.vertexCount);
  }

  #chooseSeparator(start: number): Separator {
    const separator = separatorOf(this.#slow.text, this.#kind);
    if (typeof separator === "string") return separator;
    throw this.#slow.fail(
      start,
      `expected an edge that can be read in one way, found both blanks and ${separator.unclear}; ` +
        "say which separate the ids by the format csv, tsv or edge-list (blanks)",
    );
  }

  /** Whether the first line is a heading for sure; one that only may be is remembered as such. */
  #takeHeading(source: IdField, target: IdField): boolean {
    if (source.integer >= 0 || target.integer >= 0) return false;
    const names = [source, target].map(({ bytes, begin, end }) => bytes.slice(begin, end));
    const [first = new Uint8Array(0), second = new Uint8Array(0)] = names;
    const decoder = new TextDecoder();
    this.#headingLine = this.#line;
    this.#headingText = `${quoted(first, 0, first.length)}, ${quoted(second, 0, second.length)}`;
    if (isHeading(decoder.decode(first), decoder.decode(second))) {
      this.#noteHeading();
      return true;
    }
    const misplaced = misplacedColumns(this.#slow.text, this.#separator ?? "blank");
    if (misplaced !== undefined) {
      const [sourceColumn, targetColumn] = misplaced;
      throw this.#errors.at(
        this.#line,
        1,
        "expected the ids of an edge in the first two columns, found a heading that has them in " +
          `columns ${sourceColumn} and ${targetColumn}`,
      );
    }
    this.#ids.addPossibleHeading(first, second);
    return true;
  }

  #noteHeading(): void {
    this.#notices.push(`Line ${this.#headingLine} is taken as a heading: ${this.#headingText}.`);
  }

  /** Said only where integers came before: then one id may have changed what all others mean. */
  #noteText({ bytes, begin, end }: IdField): void {
    if (this.#ids.edgeCount === 0) return;
    this.#notices.push(
      `Line ${this.#line} has the id ${quoted(bytes, begin, end)}, which is not a plain number, ` +
        "so all ids are taken as text and numbered in the order in which they come.",
    );
  }

  #checkVertexCount(vertexCount: number): void {
    const { graphVertexMaxCount } = this.#bounds;
    if (vertexCount <= graphVertexMaxCount) return;
    throw this.#errors.at(
      this.#line,
      1,
      `expected at most ${graphVertexMaxCount} vertices, found more`,
    );
  }
}

/** Whether the digits from `begin` to `end` are a number without leading zeros, not too long. */
function isFast(bytes: Uint8Array, begin: number, end: number): boolean {
  const digitCount = end - begin;
  return digitCount === 1 || (digitCount <= fastMaxDigits && digitCount > 0 && bytes[begin] !== 48);
}

/** The line feed at or after `at`; -1: what lies before it is not fit for text. */
function lineEnd(bytes: Uint8Array, from: number): number {
  let at = from;
  for (;;) {
    const byte = bytes[at]!;
    if (byte === lineFeed) return at;
    if (byte === 0 || (byte === carriageReturn && bytes[at + 1] !== lineFeed)) return -1;
    at++;
  }
}
