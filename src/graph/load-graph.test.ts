import { describe, expect, test } from "bun:test";
import {
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { tempDir } from "../../tests/support/temp-dir.ts";
import { sectionAlignmentBytes } from "./cache/cache-header.ts";
import { mapGraph } from "./cache/open-cache.ts";
import { csrGraphFromNeighbours } from "./csr-graph.ts";
import type { Graph } from "./graph.ts";
import type { ReadGraphFile } from "./graph-file.ts";
import { formatGraphSpec, parseGraphSpec } from "./graph-spec.ts";
import { IntegerNames } from "./integer-names.ts";
import { type LoadGraphOptions, loadGraph } from "./load-graph.ts";
import { OffsetNames } from "./offset-names.ts";
import { TextNamesBuilder } from "./text-names-builder.ts";

/** Reads a line for each vertex: its name, and the numbers of its neighbours. */
function testReader(): { readonly read: ReadGraphFile; readonly count: () => number } {
  let count = 0;
  const read: ReadGraphFile = async (source, { isUndirected, format }) => {
    count++;
    const text = source.kind === "stdin" ? "a 0\n" : readFileSync(source.path, "utf8");
    const lines = text
      .trim()
      .split("\n")
      .map((line) => line.split(" "));
    const neighbours = lines.map(([, ...rest]) => rest.map(Number));
    if (isUndirected) neighbours.push([]);
    const csr = csrGraphFromNeighbours(neighbours, formatGraphSpec(source));
    if (format === "offset") return { csr, names: new OffsetNames(5, csr.vertexCount) };
    if (format === "integer") {
      return { csr, names: new IntegerNames(Float64Array.from(neighbours.keys(), (v) => 10 * v)) };
    }
    const names = new TextNamesBuilder();
    for (const [name = ""] of lines) names.intern(new TextEncoder().encode(name), 0, name.length);
    return { csr, names: names.finish() };
  };
  return { read, count: () => count };
}

/** A directory with a graph, its cache, and what was noticed. */
function bench() {
  const dir = tempDir();
  const cacheDir = dir.file("cache");
  const notices: string[] = [];
  const reader = testReader();
  writeFileSync(dir.file("graph.txt"), "a 1 2\nb 0\nc\n");
  const load = (over: Partial<LoadGraphOptions> = {}, text = dir.file("graph.txt")) =>
    loadGraph(parseGraphSpec(text), {
      isUndirected: false,
      format: undefined,
      cacheDir,
      verifyCache: false,
      readFile: reader.read,
      onNotice: (notice) => notices.push(notice),
      ...over,
    });
  return {
    dir,
    cacheDir,
    notices,
    load,
    readCount: reader.count,
    cacheFiles: () => readdirSync(cacheDir).map((name) => join(cacheDir, name)),
    onlyCacheFile() {
      const [path = "", ...others] = this.cacheFiles();
      expect(others).toEqual([]);
      return path;
    },
    [Symbol.dispose]: () => dir[Symbol.dispose](),
  };
}

function contentOf({ vertexCount, edgeCount, offsets, targets, names, fingerprint }: Graph) {
  const vertices = Array.from({ length: vertexCount }, (_, vertex) => vertex);
  const called = vertices.map((vertex) => names?.nameOf(vertex));
  const found = called.map((name) => (name === undefined ? -1 : names?.vertexOf(name)));
  const columns = [[...offsets], [...targets], called, found];
  return { vertexCount, edgeCount, columns, fingerprint };
}

describe("loadGraph() without a cache", () => {
  test("makes generators and reads files, in shared memory", async () => {
    using at = bench();
    const made = await at.load({ cacheDir: undefined }, "path:3");
    expect(made).toMatchObject({ spec: "path:3", vertexCount: 3, storage: { kind: "shared" } });
    const read = await at.load({ cacheDir: undefined });
    expect(read).toMatchObject({ vertexCount: 3, edgeCount: 3, storage: { kind: "shared" } });
    expect(read.names?.vertexOf("b")).toBe(1);
    expect(at.readCount()).toBe(1);
  });

  test.each([
    [{ isUndirected: true }, /^--undirected is for graphs that are read from a file: path:3 is/],
    [{ format: "gr" }, /^--graph-format is for graphs that are read from a file/],
    [{ cacheDir: undefined, verifyCache: true }, /^--verify-cache .* --graph-cache DIR too$/],
  ])("refuses %j with a generator", async (over, message) => {
    using at = bench();
    await expect(at.load(over, "path:3")).rejects.toThrow(message);
  });
});

describe.each(["map", "read"] as const)("loadGraph() with a cache, access %s", (cacheAccess) => {
  const kind = cacheAccess === "map" ? "file" : "shared";

  test.each([undefined, "integer", "offset"])(
    "finds again what it has read, format %p",
    async (format) => {
      using at = bench();
      const first = await at.load({ cacheAccess, format });
      for (const verifyCache of [false, true]) {
        const again = await at.load({ cacheAccess, format, verifyCache });
        expect(again.storage.kind).toBe(kind);
        expect(again.spec).toBe(first.spec);
        expect(contentOf(again)).toEqual(contentOf(first));
      }
      expect(at.readCount()).toBe(1);
      expect(at.notices).toEqual([]);
    },
  );

  test.each(["path:1", "gnm:5,0", "rmat:8", "grid:3x4"])("keeps %s", async (text) => {
    using at = bench();
    const first = await at.load({ cacheAccess }, text);
    const again = await at.load({ cacheAccess, verifyCache: true }, text);
    expect([first.storage.kind, again.storage.kind]).toEqual(["shared", kind]);
    expect(contentOf(again)).toEqual(contentOf(first));
  });

  test("keeps graphs of different sources and options apart", async () => {
    using at = bench();
    writeFileSync(at.dir.file("other.txt"), "a 1 2\nb 0\nc\n");
    await at.load({ cacheAccess });
    await at.load({ cacheAccess, isUndirected: true });
    await at.load({ cacheAccess, format: "integer" });
    await at.load({ cacheAccess }, at.dir.file("other.txt"));
    await at.load({ cacheAccess }, "path:3");
    await at.load({ cacheAccess }, "path:4");
    expect(at.cacheFiles().length).toBe(6);
    expect(at.readCount()).toBe(4);
  });

  test("reads a file again once it has changed", async () => {
    using at = bench();
    await at.load({ cacheAccess });
    writeFileSync(at.dir.file("graph.txt"), "a 1 2\nb 0\nd\n");
    utimesSync(at.dir.file("graph.txt"), 1, 1);
    const changed = await at.load({ cacheAccess });
    expect(changed.names?.vertexOf("d")).toBe(2);
    expect(at.notices).toEqual([expect.stringMatching(/is made anew: its file has changed since/)]);
    expect((await at.load({ cacheAccess })).storage.kind).toBe(kind);
    expect(at.readCount()).toBe(2);
  });

  test("is not deceived by a time that was set back, or another file of the same time", async () => {
    using at = bench();
    const path = at.dir.file("graph.txt");
    utimesSync(path, 1, 1);
    await at.load({ cacheAccess });
    writeFileSync(path, "a 1 2\nb 0\nd\n");
    utimesSync(path, 1, 1);
    expect((await at.load({ cacheAccess })).names?.vertexOf("d")).toBe(2);
    writeFileSync(`${path}.new`, "a 1 2\nb 0\ne\n");
    utimesSync(`${path}.new`, 1, 1);
    renameSync(`${path}.new`, path);
    expect((await at.load({ cacheAccess })).names?.vertexOf("e")).toBe(2);
    expect(at.readCount()).toBe(3);
  });
});

describe.each(["map", "read"] as const)("a cache that cannot be used, access %s", (cacheAccess) => {
  test("notices every changed byte of the header, and makes the file anew", async () => {
    using at = bench();
    const first = await at.load({ cacheAccess });
    const path = at.onlyCacheFile();
    const good = readFileSync(path);
    const headerBytes = good.readUInt32LE(16);
    for (let position = 0; position < headerBytes; position += position < 104 ? 1 : 7) {
      const bad = Buffer.from(good);
      bad[position]! ^= 0x10;
      writeFileSync(path, bad);
      at.notices.length = 0;
      expect(contentOf(await at.load({ cacheAccess }))).toEqual(contentOf(first));
      expect(at.notices).toEqual([expect.stringContaining("is made anew: ")]);
      expect(readFileSync(path).equals(good)).toBe(true);
    }
    // Each file is written through to the disk, and disks are shared.
  }, 60_000);

  test("notices a changed byte of any section when it is to verify", async () => {
    using at = bench();
    const first = await at.load({ cacheAccess });
    const path = at.onlyCacheFile();
    const good = readFileSync(path);
    for (let section = 1; section <= 5; section++) {
      const bad = Buffer.from(good);
      bad[section * sectionAlignmentBytes + 1]! ^= 1;
      writeFileSync(path, bad);
      at.notices.length = 0;
      const again = await at.load({ cacheAccess, verifyCache: true });
      expect(contentOf(again)).toEqual(contentOf(first));
      expect(at.notices).toEqual([
        expect.stringContaining(`the checksum of its section ${section} does not match`),
      ]);
    }
  });

  test("makes what is cut short, empty, foreign or of another version anew", async () => {
    using at = bench();
    await at.load({ cacheAccess });
    const path = at.onlyCacheFile();
    const good = readFileSync(path);
    const cases: readonly (readonly [Buffer, string])[] = [
      [good.subarray(0, good.length - 1), "it is shorter than its sections"],
      [good.subarray(0, 100), "it ends within its header"],
      [good.subarray(0, 20), "it ends within its header"],
      [Buffer.alloc(0), "it is no graph cache"],
      [Buffer.from("SQLite format 3\0"), "it is no graph cache"],
      [changed(good, 8, 3), "it is of version 3, and 2 is what is read here"],
      [changed(good, 12, 1), "it is of a machine with another order of bytes"],
    ];
    for (const [bytes, why] of cases) {
      // As another program would put it there: by another name first.
      writeFileSync(`${path}.new`, bytes);
      renameSync(`${path}.new`, path);
      at.notices.length = 0;
      await at.load({ cacheAccess });
      expect(at.notices).toEqual([`Graph cache ${path} is made anew: ${why}.`]);
      expect(readFileSync(path).equals(good)).toBe(true);
    }
  });
});

describe.each(["map", "read"] as const)("keeping a graph, access %s", (cacheAccess) => {
  test("does not take the file of another graph", async () => {
    using at = bench();
    await at.load({ cacheAccess }, "path:3");
    const three = at.onlyCacheFile();
    await at.load({ cacheAccess }, "path:4");
    const four = at.cacheFiles().find((path) => path !== three) ?? "";
    renameSync(three, four);
    expect((await at.load({ cacheAccess }, "path:4")).vertexCount).toBe(4);
    expect(at.notices).toEqual([expect.stringContaining("it is of another graph")]);
  });

  test("lets several write at once, and leaves nothing else behind", async () => {
    using at = bench();
    const graphs = await Promise.all(Array.from({ length: 8 }, () => at.load({ cacheAccess })));
    expect(new Set(graphs.map(({ fingerprint }) => fingerprint)).size).toBe(1);
    at.onlyCacheFile();
    expect((await at.load({ cacheAccess })).storage.kind).toBe(
      cacheAccess === "map" ? "file" : "shared",
    );
    expect(at.notices).toEqual([]);
  });

  test("removes what a killed writer left, once nobody can be writing it any more", async () => {
    using at = bench();
    await at.load({ cacheAccess });
    const path = at.onlyCacheFile();
    writeFileSync(`${path}.0123456789.tmp`, "half");
    utimesSync(`${path}.0123456789.tmp`, 1, 1);
    writeFileSync(`${path}.abcdefghij.tmp`, "being written");
    writeFileSync(path, "");
    await at.load({ cacheAccess });
    expect(at.cacheFiles().sort()).toEqual([path, `${path}.abcdefghij.tmp`]);
  });

  test("serves although the cache cannot be written", async () => {
    using at = bench();
    writeFileSync(at.cacheDir, "a file where the directory should be");
    expect((await at.load({ cacheAccess })).vertexCount).toBe(3);
    const why = `The graph is not kept in the cache: ${at.cacheDir} is, or is below, a file.`;
    expect(at.notices).toEqual([why]);
  });

  test("says when a cache can be neither opened nor replaced", async () => {
    using at = bench();
    await at.load({ cacheAccess });
    const path = at.onlyCacheFile();
    rmSync(path);
    mkdirSync(path);
    expect((await at.load({ cacheAccess })).vertexCount).toBe(3);
    expect(at.notices).toEqual([
      expect.stringContaining(`Graph cache ${path} cannot be opened: `),
      expect.stringContaining("The graph is not kept in the cache: "),
    ]);
  });

  test("does not keep what cannot be told again, or changes while it is read", async () => {
    using at = bench();
    expect((await at.load({ cacheAccess }, "-")).vertexCount).toBe(1);
    expect(at.notices.splice(0)).toEqual([expect.stringMatching(/^Standard input is not kept/)]);
    const reader = testReader();
    const readFile: ReadGraphFile = async (source, options) => {
      const parts = await reader.read(source, options);
      writeFileSync(at.dir.file("graph.txt"), "a 0\n");
      return parts;
    };
    expect((await at.load({ cacheAccess, readFile })).vertexCount).toBe(3);
    expect(at.notices).toEqual([expect.stringMatching(/graph\.txt was changed while it was read/)]);
  });
});

describe("mapGraph()", () => {
  test("maps the same file for another thread, and refuses any other graph", async () => {
    using at = bench();
    await at.load();
    const path = at.onlyCacheFile();
    const graph = await at.load({ cacheAccess: "map" });
    if (graph.storage.kind !== "file") throw new Error("it is not mapped");
    expect(contentOf(mapGraph(graph.storage.path, graph.fingerprint))).toEqual(contentOf(graph));
    // Another graph comes into its place, as when its source has changed.
    await at.load({}, "path:3");
    renameSync(at.cacheFiles().find((other) => other !== path) ?? "", path);
    expect(() => mapGraph(path, graph.fingerprint)).toThrow(/ now holds .* instead of /);
    expect(contentOf(graph).columns[2]).toEqual(["a", "b", "c"]);
    if (process.platform !== "linux") return;
    expect(contentOf(mapGraph(graph.storage.path, graph.fingerprint))).toEqual(contentOf(graph));
  });

  test("a write to a mapped graph stays in this process", async () => {
    using at = bench();
    await at.load();
    const graph = await at.load({ cacheAccess: "map" });
    graph.targets[0] = 7;
    expect((await at.load({ cacheAccess: "map", verifyCache: true })).targets[0]).toBe(1);
    expect(at.notices).toEqual([]);
  });
});

function changed(bytes: Buffer, position: number, value: number): Buffer {
  const copy = Buffer.from(bytes);
  copy[position] = value;
  return copy;
}
