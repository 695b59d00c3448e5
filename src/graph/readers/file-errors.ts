import { DfsError } from "../../base/errors.ts";
import { printable } from "../../base/printable.ts";

const foundMaxLength = 40;

/** Errors about one graph file, which all name it the same way. */
export class FileErrors {
  /** The path as the user gave it, or "standard input". */
  readonly file: string;

  constructor(file: string) {
    this.file = file;
  }

  /** About the file as a whole. */
  about(what: string, cause?: unknown): DfsError {
    const message = `Cannot read the graph ${this.file}: ${what}`;
    return new DfsError("cannot-run", message, cause === undefined ? {} : { cause });
  }

  /** Line and column count from 1. */
  at(line: number, column: number, what: string): DfsError {
    return this.about(`line ${line}, column ${column}: ${what}`);
  }

  /** `at` is where in `bytes` it went wrong, `lineStart` where its line begins. */
  inLine(bytes: Uint8Array, line: number, lineStart: number, at: number, what: string): DfsError {
    return this.at(line, charactersBetween(bytes, lineStart, at) + 1, what);
  }
}

/** Characters of UTF-8: bytes that do not continue one. */
export function charactersBetween(bytes: Uint8Array, from: number, to: number): number {
  let count = 0;
  for (let at = from; at < to; at++) if ((bytes[at]! & 0xc0) !== 0x80) count++;
  return count;
}

/** The field at `at` as an error shows it: quoted, or a word for what cannot be shown. */
export function foundAt(bytes: Uint8Array, at: number): string {
  let end = at;
  while (end < bytes.length && end - at < 4 * foundMaxLength && !isFieldEnd(bytes[end]!)) end++;
  if (end > at) return quoted(bytes, at, end);
  const byte = bytes[at];
  if (byte === 0x2c) return "a comma";
  if (byte === 0x3b) return "a semicolon";
  if (byte === 0x20 || byte === 0x09) return "a blank";
  return "the end of the line";
}

/** Text of the file in quotes, shortened, safe on a terminal. */
export function quoted(bytes: Uint8Array, from: number, to: number): string {
  const text = printable(new TextDecoder().decode(bytes.subarray(from, to)));
  const characters = [...text];
  if (characters.length <= foundMaxLength) return `"${text}"`;
  return `"${characters.slice(0, foundMaxLength).join("")}..."`;
}

function isFieldEnd(byte: number): boolean {
  return byte === 0x20 || (byte >= 0x09 && byte <= 0x0d) || byte === 0x2c || byte === 0x3b;
}
