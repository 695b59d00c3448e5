import { expect } from "bun:test";
import { DfsError } from "../../src/base/errors.ts";
import { readGraphText } from "./read-graph-text.ts";

/** File, text, "line, column", what is said of it. */
export type WrongText = readonly [string, string | Uint8Array, string, string];

/** So small that short texts are above them. */
export const tightBounds = {
  graphVertexMaxCount: 4,
  graphEdgeMaxCount: 3,
  graphLineMaxBytes: 10_000,
};

/** However the text is cut into chunks, it is refused with these words. */
export function expectRefusal(...[file, text, place, what]: WrongText): void {
  const [line, column] = place.split(", ");
  const message = `Cannot read the graph "${file}": line ${line}, column ${column}: ${what}`;
  const bytes = typeof text === "string" ? new TextEncoder().encode(text) : text;
  const bytewise = Array.from(bytes, (byte) => Uint8Array.of(byte));
  for (const chunks of [[bytes], bytewise]) {
    expect(() => readGraphText(chunks, { file, bounds: tightBounds })).toThrow(
      new DfsError("cannot-run", message),
    );
  }
}
