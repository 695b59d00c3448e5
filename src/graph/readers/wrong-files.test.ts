/** What is said of files that cannot be read or unpacked, word for word. */
import { describe, expect, test } from "bun:test";
import { chmodSync, mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { gzipSync, zstdCompressSync } from "node:zlib";
import { tempDir } from "../../../tests/support/temp-dir.ts";
import { DfsError } from "../../base/errors.ts";
import { readGraphFile } from "./read-graph-file.ts";

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

  test.skipIf(process.platform === "win32")("is a link that leads nowhere", async () => {
    using dir = tempDir();
    symlinkSync(dir.file("gone.gr"), dir.file("roads.gr"));
    expect(await messageOf(dir.file("roads.gr"))).toBe(
      'Cannot read the graph "PATH": it is a link to a file that does not exist',
    );
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
