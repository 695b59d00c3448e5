import { charactersBetween, type FileErrors } from "./file-errors.ts";
import type { GraphBounds, GraphParser } from "./graph-parser.ts";

const lineFeed = 10;
const tab = 9;
const blank = 32;

/**
 * Hands a parser the text of a file up to the last cut of each chunk, and carries the rest over to
 * the next. Chunks are not copied, only what is carried.
 */
export class TextWindow {
  readonly #parser: GraphParser;
  readonly #errors: FileErrors;
  readonly #lineMaxBytes: number;
  #carry = new Uint8Array(256);
  #carried = 0;

  constructor(parser: GraphParser, errors: FileErrors, bounds: GraphBounds) {
    this.#parser = parser;
    this.#errors = errors;
    this.#lineMaxBytes = bounds.graphLineMaxBytes;
  }

  feed(chunk: Uint8Array): void {
    let from = 0;
    if (this.#carried > 0) {
      from = this.#firstCut(chunk);
      this.#keep(chunk, 0, from === 0 ? chunk.length : from);
      if (from === 0) return;
      this.#parser.take(this.#carry, 0, this.#carried);
      this.#carried = 0;
    }
    const to = this.#lastCut(chunk, from);
    if (to > from) this.#parser.take(chunk, from, to);
    this.#keep(chunk, to, chunk.length);
  }

  /** Where the text ends so far, for an end that comes too early. */
  get place(): { readonly line: number; readonly column: number } {
    const { line, column } = this.#parser.place;
    return { line, column: column + charactersBetween(this.#carry, 0, this.#carried) };
  }

  /** Ends a last line that has no line feed. */
  end(): void {
    if (this.#carried === 0) return;
    this.#keep(Uint8Array.of(lineFeed), 0, 1);
    this.#parser.take(this.#carry, 0, this.#carried);
    this.#carried = 0;
  }

  /** The index after the first cut of `chunk`; 0: it has none. */
  #firstCut(chunk: Uint8Array): number {
    if (this.#parser.cuts === "line") return chunk.indexOf(lineFeed) + 1;
    return chunk.findIndex(isBlank) + 1;
  }

  /** The index after the last cut of `chunk` from `from` on; `from`: there is none. */
  #lastCut(chunk: Uint8Array, from: number): number {
    let at = chunk.length;
    if (this.#parser.cuts === "line") {
      return Math.max(chunk.lastIndexOf(lineFeed) + 1, from);
    }
    while (at > from && !isBlank(chunk[at - 1]!)) at--;
    return at;
  }

  #keep(chunk: Uint8Array, from: number, to: number): void {
    const needed = this.#carried + to - from;
    if (needed > this.#lineMaxBytes) {
      const { line, column } = this.#parser.place;
      const unit = this.#parser.cuts === "line" ? "line" : "field";
      throw this.#errors.at(
        line,
        column,
        `the ${unit} is longer than ${this.#lineMaxBytes} bytes, the most that is read`,
      );
    }
    if (needed > this.#carry.length) {
      const larger = new Uint8Array(Math.max(needed, 2 * this.#carry.length));
      larger.set(this.#carry.subarray(0, this.#carried));
      this.#carry = larger;
    }
    this.#carry.set(chunk.subarray(from, to), this.#carried);
    this.#carried = needed;
  }
}

/** What ends a field; but a carriage return is left together with the line feed after it. */
function isBlank(byte: number): boolean {
  return byte === blank || byte === tab || byte === lineFeed;
}
