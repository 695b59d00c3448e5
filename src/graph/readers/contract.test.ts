/** What every format must do, whatever it is: the same graphs, written in each of them. */
import { describe, expect, test } from "bun:test";
import { writeFileSync } from "node:fs";
import { gzipSync, zstdCompressSync } from "node:zlib";
import {
  type GraphWriting,
  graphWritings,
  type Neighbours,
} from "../../../tests/support/graph-files.ts";
import { readGraphText } from "../../../tests/support/read-graph-text.ts";
import { tempDir } from "../../../tests/support/temp-dir.ts";
import { readGraphFile } from "./read-graph-file.ts";

/** Both directions of each edge, since METIS can say no others; every vertex has an edge. */
const graphs: Readonly<Record<string, Neighbours>> = {
  edge: [[1], [0]],
  path: [[1], [0, 2], [3, 1], [2]],
  wheel: [
    [1, 2, 3, 4, 5],
    [5, 0, 2],
    [1, 3, 0],
    [4, 0, 2],
    [3, 5, 0],
    [0, 4, 1],
  ],
  repeats: [
    [1, 1, 2],
    [0, 2, 0],
    [0, 1],
  ],
  star: [
    Array.from({ length: 1200 }, (_, at) => at + 1),
    ...Array.from({ length: 1200 }, () => [0]),
  ],
};

interface Plain {
  readonly offsets: number[];
  readonly targets: number[];
}

function expectedOf(neighbours: Neighbours): Plain {
  const offsets = [0];
  for (const list of neighbours) offsets.push(offsets.at(-1)! + list.length);
  return { offsets, targets: neighbours.flat() };
}

function parse({ file }: GraphWriting, chunks: readonly Uint8Array[]): Plain {
  const { offsets, targets } = readGraphText(chunks, { file });
  return { offsets, targets };
}

function chunksOf(bytes: Uint8Array, byteCount: number): Uint8Array[] {
  const chunks: Uint8Array[] = [];
  for (let at = 0; at < bytes.length; at += byteCount) chunks.push(bytes.slice(at, at + byteCount));
  return chunks;
}

const encode = (text: string) => new TextEncoder().encode(text);

describe.each(graphWritings.map((writing) => [writing.name, writing] as const))(
  "%s",
  (_, writing) => {
    for (const [name, neighbours] of Object.entries(graphs)) {
      const expected = expectedOf(neighbours);
      const written = writing.write(neighbours);

      test(`reads the ${name}`, () => {
        expect(parse(writing, [encode(written)])).toEqual(expected);
      });

      test(`reads the ${name} with CRLF, without a last line end, with a byte order mark`, () => {
        const crlf = written.replaceAll("\n", "\r\n");
        expect(parse(writing, [encode(crlf)])).toEqual(expected);
        expect(parse(writing, [encode(written.replace(/\n$/, ""))])).toEqual(expected);
        expect(parse(writing, [encode(crlf.replace(/\r\n$/, ""))])).toEqual(expected);
        expect(parse(writing, [encode(`\uFEFF${crlf}`)])).toEqual(expected);
      });

      test(`reads the ${name} the same in chunks of 1, 2, 3 and 7 bytes`, () => {
        for (const text of [written, written.replaceAll("\n", "\r\n")]) {
          for (const byteCount of [1, 2, 3, 7]) {
            expect(parse(writing, chunksOf(encode(text), byteCount))).toEqual(expected);
          }
        }
      });
    }

    test("reads the wheel cut in two at every byte", () => {
      const bytes = encode(writing.write(graphs["wheel"]!).replaceAll("\n", "\r\n"));
      // So much before it that the format is settled by then and the rest comes as it is cut.
      const comment = encode(`${commentOf(writing)}${"x".repeat(5000)}\r\n`);
      const [first, rest] = splitAfterBanner(writing, bytes);
      for (let at = 0; at <= rest.length; at++) {
        const chunks = [first, comment, rest.slice(0, at), rest.slice(at)];
        expect(parse(writing, chunks)).toEqual(expectedOf(graphs["wheel"]!));
      }
    });

    test("comes in gzip and zstd, of one member and of several", async () => {
      using dir = tempDir();
      const neighbours = graphs["star"]!;
      const bytes = encode(writing.write(neighbours));
      const halves = [bytes.slice(0, 100), bytes.slice(100)];
      const files = {
        "": bytes,
        ".gz": gzipSync(bytes),
        ".GZ": Buffer.concat(halves.map((half) => gzipSync(half))),
        ".zst": zstdCompressSync(bytes),
        ".ZST": Buffer.concat(halves.map((half) => zstdCompressSync(half))),
      };
      for (const [extension, content] of Object.entries(files)) {
        const path = dir.file(
          `${extension.length}${extension.toLowerCase()}-${writing.file}${extension}`,
        );
        writeFileSync(path, content);
        const options = { format: undefined, isUndirected: false, onNotice: () => undefined };
        const { csr } = await readGraphFile({ kind: "file", path }, options);
        expect({ offsets: [...csr.offsets], targets: [...csr.targets] }).toEqual(
          expectedOf(neighbours),
        );
      }
    });
  },
);

function commentOf({ format }: GraphWriting): string {
  return format === "dimacs" ? "c " : "%";
}

/** A banner must be the first line; a heading is one before which comments may stand. */
function splitAfterBanner({ format }: GraphWriting, bytes: Uint8Array): [Uint8Array, Uint8Array] {
  const at = format === "matrix-market" ? bytes.indexOf(10) + 1 : 0;
  return [bytes.slice(0, at), bytes.slice(at)];
}
