/** The invariants of the tree. Each rule has its own tests on bad samples in tests/tidy/. */
import { describe, expect, test } from "bun:test";
import { misusedCapabilities } from "./tidy/capabilities.ts";
import { deadFiles, importCycles, upwardImports } from "./tidy/imports.ts";
import { repositoryFiles } from "./tidy/repository.ts";
import { longFiles, longFunctions, longLines } from "./tidy/sizes.ts";
import { moduleOf, type TreeFile } from "./tidy/tree.ts";
import { typeEscapes } from "./tidy/types.ts";
import { forbiddenWords, lockFileHosts, unnamedSubcommands } from "./tidy/wording.ts";

/** What `bun` starts directly; everything else of src must be reached from here. */
const entries = ["src/main.ts"];

const files = repositoryFiles();
const sources = files.filter(({ path }) => path.endsWith(".ts"));
const modules = sources.map(moduleOf);
const productModules = modules.filter(({ path }) => path.startsWith("src/"));

function fileAt(path: string): TreeFile {
  const file = files.find((candidate) => candidate.path === path);
  if (file === undefined) throw new Error(`The repository has no ${path}`);
  return file;
}

describe("the tree", () => {
  test("is read: the rules below see the product, the tests and the papers", () => {
    const paths = files.map(({ path }) => path);
    expect(paths).toContain("src/main.ts");
    expect(paths).toContain("tests/tidy.test.ts");
    expect(paths).toContain("README.md");
    expect(paths).toContain(".ci/run");
    expect(productModules.length).toBeGreaterThan(20);
  });

  test("imports downwards only", () => {
    expect(upwardImports(productModules)).toEqual([]);
  });

  test("has no cycle between files", () => {
    expect(importCycles(modules)).toEqual([]);
  });

  test("has no dead file", () => {
    expect(deadFiles(productModules, entries)).toEqual([]);
  });

  test("uses gRPC, processes, time, chance and the terminal only in their places", () => {
    expect(misusedCapabilities(productModules)).toEqual([]);
  });

  test("has no long file, function or line", () => {
    expect([...longFiles(sources), ...longFunctions(sources), ...longLines(sources)]).toEqual([]);
  });

  test("goes round no type check", () => {
    expect(typeEscapes(sources)).toEqual([]);
  });

  test("speaks of the product alone", () => {
    expect(forbiddenWords(files.filter(({ path }) => path !== "bun.lock"))).toEqual([]);
  });
});

describe("the papers", () => {
  test("bun.lock names no address", () => {
    const lockFile = fileAt("bun.lock");
    expect(lockFile.text).toContain('"packages"');
    expect(lockFileHosts(lockFile)).toEqual([]);
  });

  test("README shows every subcommand of dfs --help", () => {
    const main = new URL("../src/main.ts", import.meta.url).pathname;
    const help = Bun.spawnSync([process.execPath, main, "--help"], { timeout: 10_000 });
    const rows = help.stdout.toString().matchAll(/^ {2}dfs ([a-z]+(?: [a-z]+)?) {2,}\S/gm);
    const names = Array.from(rows, (row) => row[1] ?? "");
    expect(names).toContain("serve");
    expect(unnamedSubcommands(fileAt("README.md").text, names)).toEqual([]);
  });
});
