import { type FileErrors, foundAt, quoted } from "./file-errors.ts";
import type { GraphBounds } from "./graph-parser.ts";

/** What separates the fields of a line; `blank`: any number of blanks and tabs. */
export type Separator = "blank" | "\t" | "," | ";";

/** One id of an edge. */
export interface IdField {
  /** The integer that stands there; -1: it is text. */
  readonly integer: number;
  /** Its content is `bytes[begin]` to `bytes[end - 1]`. */
  readonly bytes: Uint8Array;
  readonly begin: number;
  readonly end: number;
  /** Where in the line it goes on after it. */
  readonly next: number;
}

const tab = 9;
const lineFeed = 10;
const carriageReturn = 13;
const blank = 32;
const quote = 34;
const hash = 35;
const percent = 37;
const comma = 44;
const minus = 45;
const semicolon = 59;

const textMaxBytes = 65_536;
const separatorNames = { "\t": "a tab", ",": "a comma", ";": "a semicolon" } as const;
const strictDecoder = new TextDecoder("utf-8", { fatal: true });

/**
 * Reads lines of an edge list with all they may hold: quotes, blanks round a field, text. It is not
 * the fast way; EdgeListParser has one for plain numbers.
 */
export class EdgeListLine {
  readonly #errors: FileErrors;
  readonly #nameMaxBytes: number;
  #bytes: Uint8Array = new Uint8Array(0);
  #start = 0;
  #end = 0;
  #line = 0;

  constructor(errors: FileErrors, bounds: GraphBounds) {
    this.#errors = errors;
    this.#nameMaxBytes = bounds.vertexNameMaxBytes;
  }

  /** Turns to line `line`, from `start` up to its line feed; checks what every line must be. */
  open(bytes: Uint8Array, start: number, line: number): void {
    this.#bytes = bytes;
    this.#start = start;
    this.#line = line;
    let at = start;
    for (;;) {
      const byte = bytes[at]!;
      if (byte === lineFeed) break;
      if (byte === 0) throw this.fail(at, "a zero byte; expected text: is this a binary file?");
      if (byte === carriageReturn && bytes[at + 1] !== lineFeed) {
        throw this.fail(at, "a carriage return without the line feed that must follow it");
      }
      at++;
    }
    this.#end = at > start && bytes[at - 1] === carriageReturn ? at - 1 : at;
  }

  /** Whether it has no fields: it is blank, or a comment. */
  get isEmpty(): boolean {
    const at = this.#skipBlanks(this.#start, "blank");
    if (at === this.#end) return true;
    return this.#bytes[at] === hash || this.#bytes[at] === percent;
  }

  /** The line as text, or how it begins if it is very long; for what is looked at once a file. */
  get text(): string {
    const end = Math.min(this.#end, this.#start + textMaxBytes);
    return new TextDecoder().decode(this.#bytes.subarray(this.#start, end));
  }

  first(separator: Separator): IdField {
    return this.#field(this.#start, "the first id", separator);
  }

  second({ next }: IdField, separator: Separator): IdField {
    if (separator === "blank") return this.#field(next, "the second id", separator);
    if (next === this.#end) {
      const expected = `${separatorNames[separator]} and the second id`;
      throw this.fail(next, `expected ${expected}, found the end of the line`);
    }
    return this.#field(next + 1, "the second id", separator);
  }

  fail(at: number, what: string): Error {
    return this.#errors.inLine(this.#bytes, this.#line, this.#start, at, what);
  }

  #field(from: number, what: string, separator: Separator): IdField {
    const at = this.#skipBlanks(from, separator);
    const isMissing = at === this.#end || this.#bytes[at] === codeOf(separator);
    if (isMissing) throw this.fail(at, `expected ${what}, found ${foundAt(this.#bytes, at)}`);
    return this.#bytes[at] === quote
      ? this.#quotedField(at, separator)
      : this.#plainField(at, what, separator);
  }

  #plainField(begin: number, what: string, separator: Separator): IdField {
    const bytes = this.#bytes;
    const code = codeOf(separator);
    let next = begin;
    while (next < this.#end && !ends(bytes[next]!, code)) next++;
    let end = next;
    while (isBlankByte(bytes[end - 1]!)) end--;
    if (separator === "blank") {
      // A comma that sticks to an id shows that blanks are not what separates this line.
      const stray = [begin, end - 1].find((at) => bytes[at] === comma || bytes[at] === semicolon);
      if (stray !== undefined) {
        throw this.fail(
          stray,
          `expected ${what} and a blank, as in the first edge of the file, ` +
            `found ${bytes[stray] === comma ? "a comma" : "a semicolon"}`,
        );
      }
    }
    return { ...this.#content(bytes, begin, end, begin), next };
  }

  /** Doubled quotes stand for one; what follows must be a separator or the end of the line. */
  #quotedField(begin: number, separator: Separator): IdField {
    const bytes = this.#bytes;
    const content: number[] = [];
    let at = begin + 1;
    for (; ; at++) {
      if (at >= this.#end) {
        throw this.fail(begin, "expected a quote that closes this one on the same line");
      }
      if (bytes[at] === quote && bytes[at + 1] !== quote) break;
      if (bytes[at] === quote) at++;
      content.push(bytes[at]!);
    }
    const after = at + 1;
    const next = this.#skipBlanks(after, separator);
    const isEnded = next === this.#end || bytes[next] === codeOf(separator);
    if (!isEnded && !(separator === "blank" && next > after)) {
      throw this.fail(
        after,
        `expected the end of the field after its closing quote, found ${foundAt(bytes, next)}`,
      );
    }
    if (content.length === 0) throw this.fail(begin, 'expected an id, found the empty text ""');
    const unescaped = Uint8Array.from(content);
    return { ...this.#content(unescaped, 0, unescaped.length, begin), next };
  }

  /** `at` is where the field stands in the line. */
  #content(bytes: Uint8Array, begin: number, end: number, at: number): Omit<IdField, "next"> {
    const integer = this.#integer(bytes, begin, end, at);
    if (integer < 0) this.#checkText(bytes, begin, end, at);
    return { integer, bytes, begin, end };
  }

  /** -1: it is text, as also numbers with leading zeros are, which must stay what they are. */
  #integer(bytes: Uint8Array, begin: number, end: number, at: number): number {
    const isNegative = bytes[begin] === minus && end - begin > 1;
    let value = 0;
    for (let digit = isNegative ? begin + 1 : begin; digit < end; digit++) {
      const code = bytes[digit]! - 48;
      if (code < 0 || code > 9) return -1;
      value = 10 * value + code;
    }
    if (isNegative) {
      const found = quoted(bytes, begin, end);
      throw this.fail(at, `expected an id that is not negative, found ${found}`);
    }
    if (bytes[begin] === 48 && end - begin > 1) return -1;
    if (value > Number.MAX_SAFE_INTEGER) {
      const found = quoted(bytes, begin, end);
      throw this.fail(at, `expected an id of at most ${Number.MAX_SAFE_INTEGER}, found ${found}`);
    }
    return value;
  }

  #checkText(bytes: Uint8Array, begin: number, end: number, at: number): void {
    if (end - begin > this.#nameMaxBytes) {
      const most = `expected an id of at most ${this.#nameMaxBytes} bytes`;
      throw this.fail(at, `${most}, found one of ${end - begin}`);
    }
    if (bytes[begin] === 0xef && bytes[begin + 1] === 0xbb && bytes[begin + 2] === 0xbf) {
      throw this.fail(at, "expected an id, found a byte order mark inside the file");
    }
    let isAscii = true;
    for (let index = begin; index < end; index++) {
      const byte = bytes[index]!;
      if (byte >= 0x80) isAscii = false;
      if ((byte < blank && byte !== tab) || byte === 0x7f) {
        const code = `0x${byte.toString(16).padStart(2, "0")}`;
        throw this.fail(at, `expected an id of text, found the control character ${code} in it`);
      }
    }
    if (isAscii) return;
    try {
      strictDecoder.decode(bytes.subarray(begin, end));
    } catch {
      const found = quoted(bytes, begin, end);
      throw this.fail(at, `expected an id in UTF-8, found bytes that are none: ${found}`);
    }
  }

  #skipBlanks(from: number, separator: Separator): number {
    let at = from;
    while (at < this.#end) {
      const byte = this.#bytes[at];
      if (byte !== blank && (byte !== tab || separator === "\t")) break;
      at++;
    }
    return at;
  }
}

/** 0: no single byte separates. */
function codeOf(separator: Separator): number {
  return separator === "blank" ? 0 : separator.charCodeAt(0);
}

function ends(byte: number, separatorCode: number): boolean {
  return separatorCode === 0 ? isBlankByte(byte) : byte === separatorCode;
}

function isBlankByte(byte: number): boolean {
  return byte === blank || byte === tab;
}
