import { type FileErrors, foundAt, quoted } from "./file-errors.ts";

const tab = 9;
const lineFeed = 10;
const carriageReturn = 13;
const blank = 32;
const point = 46;
const zero = 48;

const numberForm = /^[+-]?(\d+\.?\d*|\.\d+)([eEdD][+-]?\d+)?$|^[+-]?(nan|inf|infinity)$/i;
const integerForm = /^[+-]?\d+$/;

/**
 * Reads the fields of a line, or of a piece of one, for formats that are made of numbers: fields
 * with blanks between them. `at` is where it has come to.
 */
export class NumberScanner {
  readonly #errors: FileErrors;
  #bytes: Uint8Array = new Uint8Array(0);
  #lineStart = 0;
  #columnsBefore = 0;
  #line = 0;
  at = 0;

  constructor(errors: FileErrors) {
    this.#errors = errors;
  }

  /**
   * Goes to `at` in `bytes`, which end in a blank or line feed. `columnsBefore` are those of the
   * line that `bytes` do not hold.
   */
  open(bytes: Uint8Array, at: number, line: number, columnsBefore = 0): void {
    this.#bytes = bytes;
    this.#lineStart = at;
    this.#columnsBefore = columnsBefore;
    this.#line = line;
    this.at = at;
  }

  /** Whether nothing but blanks is left of the line; `at` is its line feed then. */
  get isAtEnd(): boolean {
    this.skipBlanks();
    return this.#bytes[this.at] === lineFeed;
  }

  /** The byte at `at`; blanks are skipped first. */
  get next(): number {
    this.skipBlanks();
    return this.#bytes[this.at]!;
  }

  skipBlanks(): void {
    const bytes = this.#bytes;
    for (;;) {
      const byte = bytes[this.at];
      if (byte === carriageReturn && bytes[this.at + 1] !== lineFeed) {
        throw this.fail(this.at, "a carriage return without the line feed that must follow it");
      }
      if (byte !== blank && byte !== tab && byte !== carriageReturn) return;
      this.at++;
    }
  }

  /** Goes to the line feed. */
  skipLine(): void {
    for (; this.#bytes[this.at] !== lineFeed; this.at++) {
      if (this.#bytes[this.at] === 0) throw this.expected("text", this.at);
    }
  }

  /** A field of digits that is at least `min` and at most `max`, which is at most 2^53 - 1. */
  integer(what: string, min: number, max: number): number {
    this.skipBlanks();
    const bytes = this.#bytes;
    const begin = this.at;
    let at = begin;
    let value = 0;
    let digit = bytes[at]! - zero;
    while (digit >>> 0 < 10) {
      value = 10 * value + digit;
      digit = bytes[++at]! - zero;
    }
    if (at === begin || !isFieldEnd(bytes[at]!)) {
      throw this.expected(`${what}, a whole number from ${min} to ${max}`, begin);
    }
    if (value < min || value > max) {
      const found = quoted(bytes, begin, at);
      throw this.fail(begin, `expected ${what} from ${min} to ${max}, found ${found}`);
    }
    this.at = at;
    return value;
  }

  /** A field that is a number, whose value does not matter. */
  number(what: string, kind: "integer" | "real"): void {
    if (this.#skipPlainNumber(kind)) return;
    const begin = this.#skipField();
    const form = kind === "integer" ? integerForm : numberForm;
    if (begin === this.at || !form.test(this.#textFrom(begin))) {
      throw this.expected(
        kind === "integer" ? `${what}, a whole number` : `${what}, a number`,
        begin,
      );
    }
  }

  /** A field as it stands; empty at the end of the line. */
  word(): string {
    return this.#textFrom(this.#skipField());
  }

  /** Nothing more may stand on the line. */
  expectEnd(): void {
    if (!this.isAtEnd) throw this.expected("the end of the line", this.at);
  }

  expected(what: string, at: number): Error {
    const byte = this.#bytes[at];
    if (byte === 0)
      return this.fail(at, `expected ${what}, found a zero byte: is this a binary file?`);
    return this.fail(at, `expected ${what}, found ${foundAt(this.#bytes, at)}`);
  }

  fail(at: number, what: string): Error {
    if (this.#columnsBefore === 0) {
      return this.#errors.inLine(this.#bytes, this.#line, this.#lineStart, at, what);
    }
    return this.#errors.at(this.#line, this.#columnsBefore + at - this.#lineStart + 1, what);
  }

  /** Most numbers are digits with at most one point among them. */
  #skipPlainNumber(kind: "integer" | "real"): boolean {
    this.skipBlanks();
    const bytes = this.#bytes;
    let at = this.at;
    let digitCount = 0;
    let pointCount = 0;
    for (; !isFieldEnd(bytes[at]!); at++) {
      if ((bytes[at]! - zero) >>> 0 < 10) digitCount++;
      else if (bytes[at] === point) pointCount++;
      else return false;
    }
    if (digitCount === 0 || pointCount > (kind === "real" ? 1 : 0)) return false;
    this.at = at;
    return true;
  }

  /** Where the field begins; `at` is its end then. */
  #skipField(): number {
    this.skipBlanks();
    const begin = this.at;
    while (!isFieldEnd(this.#bytes[this.at]!)) this.at++;
    return begin;
  }

  #textFrom(begin: number): string {
    return new TextDecoder().decode(this.#bytes.subarray(begin, this.at));
  }
}

function isFieldEnd(byte: number): boolean {
  return byte === blank || byte === tab || byte === lineFeed || byte === carriageReturn;
}
