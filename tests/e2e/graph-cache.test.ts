import { expect, test } from "bun:test";
import { readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { tempDir } from "../support/temp-dir.ts";

const loader = new URL("../../src/graph/load-graph.ts", import.meta.url).href;
const specs = new URL("../../src/graph/graph-spec.ts", import.meta.url).href;

/** Loads rmat:14 through the cache and prints how it came by it. */
const program = `
  import { loadGraph } from ${JSON.stringify(loader)};
  import { parseGraphSpec } from ${JSON.stringify(specs)};
  const notices = [];
  const { fingerprint, storage } = await loadGraph(parseGraphSpec("rmat:14"), {
    isUndirected: false,
    format: undefined,
    cacheDir: process.argv[1],
    verifyCache: true,
    readFile: () => Promise.reject(new Error("not needed")),
    onNotice: (text) => notices.push(text),
  });
  console.log(JSON.stringify({ fingerprint, kind: storage.kind, notices }));
`;

async function loadInProcess(cacheDir: string) {
  const child = Bun.spawn([process.execPath, "-e", program, cacheDir], {
    stdout: "pipe",
    stderr: "pipe",
    timeout: 60_000,
  });
  const [text, errors] = await Promise.all([
    new Response(child.stdout).text(),
    new Response(child.stderr).text(),
  ]);
  expect(errors).toBe("");
  return JSON.parse(text);
}

test("processes that start at once share one graph cache, also over a damaged one", async () => {
  using dir = tempDir();
  const cacheDir = dir.file("cache");
  for (let round = 0; round < 2; round++) {
    const loads = await Promise.all(Array.from({ length: 4 }, () => loadInProcess(cacheDir)));
    expect(new Set(loads.map(({ fingerprint }) => fingerprint)).size).toBe(1);
    const names = readdirSync(cacheDir);
    expect(names.length).toBe(1);
    const again = await loadInProcess(cacheDir);
    const kind = process.platform === "win32" ? "shared" : "file";
    expect(again).toEqual({ fingerprint: loads[0].fingerprint, kind, notices: [] });
    writeFileSync(join(cacheDir, names[0] ?? ""), "damaged");
  }
}, 120_000);
