/** What is said of files that are wrong, word for word. */
import { describe, expect, test } from "bun:test";
import { chmodSync, mkdirSync, writeFileSync } from "node:fs";
import { gzipSync, zstdCompressSync } from "node:zlib";
import { readGraphText } from "../../../tests/support/read-graph-text.ts";
import { tempDir } from "../../../tests/support/temp-dir.ts";
import { DfsError } from "../../base/errors.ts";
import { readGraphFile } from "./read-graph-file.ts";

const banner = "%%MatrixMarket matrix coordinate";

/** File, text, place, what is said of it. */
const wrongTexts: readonly (readonly [string, string | Uint8Array, string, string])[] = [
  ["g.txt", "", "1, 1", "expected a graph, found an empty file"],
  ["g.mtx", "", "1, 1", "expected a graph, found an empty file"],
  ["g.txt", "# a\n\n", "3, 1", "expected an edge, found the end of the file"],
  [
    "g.csv",
    "source,target\n",
    "2, 1",
    "expected an edge after the heading, found the end of the file",
  ],
  ["g.txt", "1 2\n3\n", "2, 2", "expected the second id, found the end of the line"],
  ["g.csv", "1,2\n3\n", "2, 2", "expected a comma and the second id, found the end of the line"],
  ["g.csv", "1,2\n,3\n", "2, 1", "expected the first id, found a comma"],
  ["g.csv", "1;2\n3;;4\n", "2, 3", "expected the second id, found a semicolon"],
  ["g.tsv", "a b\tc\nd\t\te\n", "2, 3", "expected the second id, found a blank"],
  ["g.txt", "1 2\n3 -4\n", "2, 3", 'expected an id that is not negative, found "-4"'],
  ["g.txt", "a b\n-0 b\n", "2, 1", 'expected an id that is not negative, found "-0"'],
  [
    "g.txt",
    "1 9007199254740992",
    "1, 3",
    'expected an id of at most 9007199254740991, found "9007199254740992"',
  ],
  [
    "g.txt",
    "a 123456789012345678901234567890",
    "1, 3",
    'expected an id of at most 9007199254740991, found "123456789012345678901234567890"',
  ],
  [
    "g.txt",
    "1 2\n1, 2\n",
    "2, 2",
    "expected the first id and a blank, as in the first edge of the file, found a comma",
  ],
  [
    "g.txt",
    "New York,Rome\n",
    "1, 1",
    "expected an edge that can be read in one way, found both blanks and commas; say which separate the ids by the format csv, tsv or edge-list (blanks)",
  ],
  [
    "g.csv",
    "1 2,5\n",
    "1, 1",
    "expected an edge that can be read in one way, found both blanks and commas; say which separate the ids by the format csv, tsv or edge-list (blanks)",
  ],
  [
    "g.csv",
    "id,source,target\n0,1,2\n",
    "1, 1",
    "expected the ids of an edge in the first two columns, found a heading that has them in columns 2 and 3",
  ],
  ["g.csv", 'a,"b\nc",d\n', "1, 3", "expected a quote that closes this one on the same line"],
  ["g.csv", '"a"b,c\n', "1, 4", 'expected the end of the field after its closing quote, found "b"'],
  ["g.csv", '"",c\n', "1, 1", 'expected an id, found the empty text ""'],
  ["g.txt", "1 2\0\n", "1, 4", "a zero byte; expected text: is this a binary file?"],
  ["g.txt", "1 2 x\0\n", "1, 6", "a zero byte; expected text: is this a binary file?"],
  ["g.txt", "1 2\r3 4\r", "1, 4", "a carriage return without the line feed that must follow it"],
  [
    "g.txt",
    "é b\né\u0007 c\n",
    "2, 1",
    "expected an id of text, found the control character 0x07 in it",
  ],
  [
    "g.txt",
    Uint8Array.of(0xc3, 0xa9, 32, 97, 0xff, 10),
    "1, 3",
    'expected an id in UTF-8, found bytes that are none: "a\uFFFD"',
  ],
  ["g.txt", "1 2\n\uFEFF3 4\n", "2, 1", "expected an id, found a byte order mark inside the file"],
  [
    "g.txt",
    `${"x".repeat(5000)} b`,
    "1, 1",
    "expected an id of at most 4096 bytes, found one of 5000",
  ],
  ["g.txt", "1 2\n2 3\n3 4\n4 5\n", "4, 1", "expected at most 3 edges, found more"],
  ["g.txt", "1 2\n3 4\n5 6\n", "4, 1", "expected at most 4 vertices, found more"],
  ["g.txt", "a b\nc d\ne f\n", "3, 1", "expected at most 4 vertices, found more"],
  ["g.txt", "PK\u0003\u0004...", "1, 1", "expected text, found a zip archive; unpack it first"],
  [
    "g.txt",
    Uint8Array.of(0xff, 0xfe, 49, 0),
    "1, 1",
    "expected text, found text in UTF-16; UTF-8 is read",
  ],

  ["g.mtx", "1 1 0\n", "1, 1", 'expected the banner %%MatrixMarket, found "1"'],
  [
    "g.mtx",
    `${banner} complex general\n`,
    "1, 34",
    'expected a field that is pattern, integer or real, found "complex"',
  ],
  [
    "g.mtx",
    "%%MatrixMarket matrix array real general\n",
    "1, 23",
    'expected the format coordinate, found "array"',
  ],
  [
    "g.mtx",
    `${banner} real hermitian\n`,
    "1, 39",
    'expected a symmetry that is general, symmetric or skew-symmetric, found "hermitian"',
  ],
  [
    "g.mtx",
    `${banner} real\n`,
    "1, 38",
    "expected a symmetry that is general, symmetric or skew-symmetric, found the end of the line",
  ],
  [
    "g.mtx",
    `${banner} real general\n% x\n`,
    "3, 1",
    "expected rows, columns, entries, found the end of the file",
  ],
  [
    "g.mtx",
    `${banner} real general\n2 3 1\n`,
    "2, 3",
    "expected a square matrix, which a graph needs, found 2 rows and 3 columns",
  ],
  [
    "g.mtx",
    `${banner} real general\n5 5 1\n`,
    "2, 1",
    'expected the number of rows from 0 to 4, found "5"',
  ],
  [
    "g.mtx",
    `${banner} real general\n4 4\n`,
    "2, 4",
    "expected the number of entries, a whole number from 0 to 3, found the end of the line",
  ],
  [
    "g.mtx",
    `${banner} real general\n2 2 1\n1 3 1\n`,
    "3, 3",
    'expected a column from 1 to 2, found "3"',
  ],
  [
    "g.mtx",
    `${banner} real general\n2 2 1\n0 1 1\n`,
    "3, 1",
    'expected a row from 1 to 2, found "0"',
  ],
  [
    "g.mtx",
    `${banner} real general\n2 2 1\n-1 1 1\n`,
    "3, 1",
    'expected a row, a whole number from 1 to 2, found "-1"',
  ],
  [
    "g.mtx",
    `${banner} real general\n2 2 1\n1 2\n`,
    "3, 4",
    "expected a value, a number, found the end of the line",
  ],
  [
    "g.mtx",
    `${banner} integer general\n2 2 1\n1 2 1.5\n`,
    "3, 5",
    'expected a value, a whole number, found "1.5"',
  ],
  [
    "g.mtx",
    `${banner} pattern general\n2 2 1\n1 2 1\n`,
    "3, 5",
    'expected the end of the line, found "1"',
  ],
  [
    "g.mtx",
    `${banner} pattern general\n2 2 2\n1 2\n`,
    "4, 1",
    "expected 2 entries, as many as the header says, found the end of the file after 1",
  ],
  [
    "g.mtx",
    `${banner} pattern general\n2 2 1\n1 2\n2 1\n`,
    "4, 1",
    'expected the end of the file after 1 entries, as many as the header says, found "2"',
  ],
  [
    "g.mtx",
    `${banner} pattern symmetric\n3 3 2\n2 1\n1 3\n`,
    "4, 1",
    "expected an entry of the lower triangle, the one that this symmetric matrix stores, found (1, 3)",
  ],
  [
    "g.mtx",
    `${banner} real skew-symmetric\n2 2 1\n1 1 1\n`,
    "3, 1",
    "expected no entry on the diagonal of a skew-symmetric matrix, found (1, 1)",
  ],

  ["g.gr", "c x\n", "2, 1", "expected the line p sp N M, found the end of the file"],
  ["g.gr", "a 1 2 3\n", "1, 1", 'expected the line p sp N M before the first arc, found "a"'],
  [
    "g.gr",
    "p tw 3 2\n",
    "1, 3",
    'expected sp, the kind of DIMACS file that is read (p sp N M), found "tw"',
  ],
  ["g.gr", "p sp 2 1\np sp 2 1\n", "2, 1", "expected one line p sp N M, found a second one"],
  ["g.gr", "p sp 2 1\ne 1 2\n", "2, 1", 'expected a line that begins with a, c or p, found "e"'],
  [
    "g.gr",
    "p sp 2 1\na 1 2\n",
    "2, 6",
    "expected the length of an arc, a number, found the end of the line",
  ],
  [
    "g.gr",
    "p sp 2 1\na 1 3 1\n",
    "2, 5",
    'expected the vertex an arc enters from 1 to 2, found "3"',
  ],
  [
    "g.gr",
    "p sp 2 2\na 1 2 1",
    "3, 1",
    "expected 2 arcs, as many as the header says, found the end of the file after 1",
  ],
  [
    "g.gr",
    "p sp 2 0\na 1 2 1\n",
    "2, 1",
    "expected the end of the file after 0 arcs, as many as the header says, found another one",
  ],
  [
    "g.gr",
    "p sp 2 1\na 1 2 1\0\n",
    "2, 7",
    'expected the length of an arc, a number, found "1\\u0000"',
  ],

  ["g.graph", "% x\n", "2, 1", "expected the header N M, found the end of the file"],
  ["g.graph", "3\n", "1, 2", "expected the number of edges, found the end of the line"],
  ["g.graph", "3 1 2\n", "1, 5", 'expected FMT, one to three digits that are 0 or 1, found "2"'],
  ["g.graph", "3 1 0 1 5\n", "1, 9", 'expected the end of the header N M FMT NCON, found "5"'],
  ["g.graph", "3 2\n", "1, 3", 'expected the number of edges from 0 to 1, found "2"'],
  [
    "g.graph",
    "3 1\n2\n",
    "3, 1",
    "expected a line for each of 3 vertices, as many as the header says, found the end of the file after 1",
  ],
  [
    "g.graph",
    "2 1\n2\n\n",
    "4, 1",
    "expected 2 neighbours, two for each edge that the header counts, found the end of the file after 1",
  ],
  [
    "g.graph",
    "2 1\n2\n1 2\n",
    "3, 3",
    "expected at most 2 neighbours, two for each edge that the header counts, found another one",
  ],
  [
    "g.graph",
    "2 1\n2\n1\n1\n",
    "4, 1",
    'expected the end of the file after the lines of 2 vertices, found "1"',
  ],
  ["g.graph", "2 1\n3\n1\n", "2, 1", 'expected a neighbour from 1 to 2, found "3"'],
  ["g.graph", "2 1\nx\n1\n", "2, 1", 'expected a neighbour, a whole number from 1 to 2, found "x"'],
  [
    "g.graph",
    "2 1 10\n\n1 1\n",
    "2, 1",
    "expected a weight of the vertex, found the end of the line",
  ],
  [
    "g.graph",
    "2 1 1\n2 5\n1\n",
    "3, 2",
    "expected a weight of the edge, found the end of the line",
  ],
  ["g.graph", "2 1\n2\r1\n", "2, 2", "a carriage return without the line feed that must follow it"],
];

const bounds = {
  graphVertexMaxCount: 4,
  graphEdgeMaxCount: 3,
  graphLineMaxBytes: 10_000,
};

describe("a text that is wrong", () => {
  test.each(wrongTexts)("%s %j: line, column %s: %s", (file, text, place, what) => {
    const [line, column] = place.split(", ");
    const message = `Cannot read the graph "${file}": line ${line}, column ${column}: ${what}`;
    const bytes = typeof text === "string" ? new TextEncoder().encode(text) : text;
    const bytewise = Array.from(bytes, (byte) => Uint8Array.of(byte));
    for (const chunks of [[bytes], bytewise]) {
      expect(() => readGraphText(chunks, { file, bounds })).toThrow(
        new DfsError("cannot-run", message),
      );
    }
  });
});

test("a line that is longer than is read is refused, wherever its chunks end", () => {
  const text = `1 2\n# ${"x".repeat(20_000)}\n`;
  const chunks = text.match(/.{1,999}|\n/g) ?? [];
  expect(() => readGraphText(chunks, { file: "g.txt", bounds })).toThrow(
    'Cannot read the graph "g.txt": line 2, column 1: the line is longer than 10000 bytes, ' +
      "the most that is read",
  );
});

async function messageOf(path: string, format?: string): Promise<string> {
  const options = { format, isUndirected: false, onNotice: () => undefined };
  const error = await readGraphFile({ kind: "file", path }, options).catch((thrown) => thrown);
  expect(error).toBeInstanceOf(DfsError);
  return error.message.replaceAll(path, "PATH");
}

describe("a file that cannot be read", () => {
  test("is missing: the nearest name there is, is named", async () => {
    using dir = tempDir();
    writeFileSync(dir.file("roads.gr"), "");
    const missing = 'Cannot read the graph "PATH": there is no such file';
    expect(await messageOf(dir.file("road.gr"))).toBe(`${missing}; did you mean "roads.gr"?`);
    expect(await messageOf(dir.file("nowhere/road.gr"))).toBe(missing);
  });

  test("is a directory, or may not be read", async () => {
    using dir = tempDir();
    mkdirSync(dir.file("graphs"));
    expect(await messageOf(dir.file("graphs"))).toBe(
      'Cannot read the graph "PATH": expected a file, it is a directory',
    );
    if (process.getuid?.() === 0 || process.platform === "win32") return;
    writeFileSync(dir.file("secret.txt"), "0 1\n");
    chmodSync(dir.file("secret.txt"), 0);
    expect(await messageOf(dir.file("secret.txt"))).toContain("it cannot be opened: EACCES");
  });

  test("is of a format that does not exist", async () => {
    expect(await messageOf("g.txt", "matrix")).toBe(
      "A graph's format must be one of edge-list, csv, tsv, matrix-market, dimacs, metis: " +
        '"matrix" is none; did you mean "matrix-market"?',
    );
  });
});

describe("compressed data that are wrong", () => {
  const text = "0 1\n1 2\n";
  const damaged = (bytes: Uint8Array, at: number) =>
    bytes.map((byte, index) => (index === at ? byte ^ 0x55 : byte));
  const gz = gzipSync(text);
  const zst = zstdCompressSync(text);

  test.each([
    ["g.gz", gz.subarray(0, gz.length - 4), "the gzip data end too early, here or further on"],
    ["g.gz", gz.subarray(0, 10), "the gzip data end too early, here or further on"],
    [
      "g.gz",
      Buffer.concat([gz, gz.subarray(0, 1)]),
      "the gzip data end too early, here or further on",
    ],
    [
      "g.gz",
      Buffer.concat([gz, Buffer.from("hello")]),
      "the gzip data are damaged, here or further on",
    ],
    ["g.gz", damaged(gz, gz.length - 6), "the gzip data are damaged, here or further on"],
    ["g.zst", zst.subarray(0, zst.length - 2), "the zstd data end too early, here or further on"],
    [
      "g.zst",
      Buffer.concat([zst, zst.subarray(0, 2)]),
      "the zstd data are damaged, here or further on",
    ],
    ["g.zst", damaged(zst, 6), "the zstd data are damaged, here or further on"],
    [
      "g.gz",
      Buffer.from(text),
      "expected gzip data, as the name of the file says, found other data",
    ],
    ["g.gz", zst, "expected gzip data, as the name of the file says, found zstd data"],
    [
      "g.zst",
      Buffer.alloc(0),
      "expected zstd data, as the name of the file says, found an empty file",
    ],
    ["g.txt", gzipSync(gz), "expected text, found gzip data inside compressed data"],
    ["g.txt", gzipSync(""), "expected a graph, found an empty file"],
  ])("%s, case %#: %s", async (name, bytes, what) => {
    using dir = tempDir();
    writeFileSync(dir.file(name), bytes);
    expect(await messageOf(dir.file(name))).toMatch(
      new RegExp(`^Cannot read the graph "PATH": line \\d, column \\d: ${what}$`),
    );
  });
});
