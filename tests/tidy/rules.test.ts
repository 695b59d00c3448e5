/** Every tidy rule is shown a tree that breaks it, and one that does not. */
import { describe, expect, test } from "bun:test";
import { capabilities, misusedCapabilities } from "./capabilities.ts";
import { allowedRooms, deadFiles, importCycles, upwardImports } from "./imports.ts";
import { scanCode } from "./scan.ts";
import { functionsOf, longFiles, longFunctions, longLines } from "./sizes.ts";
import { importsOf, moduleOf, type TreeFile } from "./tree.ts";
import { typeEscapes } from "./types.ts";
import { forbiddenWords, lockFileHosts, unnamedSubcommands } from "./wording.ts";

function file(path: string, text: string): TreeFile {
  return { path, text };
}

function module(path: string, text: string) {
  return moduleOf(file(path, text));
}

describe("importsOf()", () => {
  test("sees static, type, re-exported, bare, dynamic and URL imports, and no other strings", () => {
    const source = `
      import { a } from "./a.ts";
      import type { B } from './b.ts';
      export { c } from "./c.ts";
      import "./d.ts";
      const e = await import("./e.ts");
      new Worker(new URL("./f.ts", import.meta.url));
      // import { x } from "./comment.ts";
      const text = "from './string.ts'";
      call("./argument.ts");
    `;
    const specifiers = importsOf(scanCode(source)).map(({ specifier }) => specifier);
    expect(specifiers).toEqual(["./a.ts", "./b.ts", "./c.ts", "./d.ts", "./e.ts", "./f.ts"]);
    expect(importsOf(scanCode(source)).map(({ by }) => by)).toContain("url");
  });
});

describe("upwardImports()", () => {
  test("refuses a room above, beside, unknown, or outside src", () => {
    const bad = [
      module("src/report/a.ts", 'import { x } from "../load/b.ts";'),
      module("src/fault/a.ts", 'import type { X } from "../rpc/b.ts";'),
      module("src/base/a.ts", 'import { x } from "../ledger/b.ts";'),
      module("src/graph/a.ts", 'import { x } from "../../tests/b.ts";'),
      module("src/cli/a.ts", 'await import("../main.ts");'),
      module("src/attic/a.ts", ""),
    ];
    expect(upwardImports(bad)).toEqual([
      "src/report/a.ts:1: report must not import load",
      "src/fault/a.ts:1: fault must not import rpc",
      "src/base/a.ts:1: base must not import ledger",
      "src/graph/a.ts:1: graph must not import tests/b.ts",
      "src/cli/a.ts:1: cli must not import main",
      'src/attic/a.ts: no room is named "attic"',
    ]);
  });

  test("allows the same room, a room below, base, packages, and anything to tests", () => {
    const good = [
      module("src/load/a.ts", 'import { x } from "./b.ts"; import y from "../failover/c.ts";'),
      module("src/cli/a.ts", 'import { x } from "../graph/b.ts"; import fs from "node:fs";'),
      module("src/base/a.ts", 'import p from "../../package.json";'),
      module("src/graph/a.test.ts", 'import { x } from "../load/b.ts";'),
    ];
    expect(upwardImports(good)).toEqual([]);
  });

  test("keeps the invariants the layout promises", () => {
    expect(allowedRooms("report").has("load")).toBe(false);
    expect([...allowedRooms("fault")].sort()).toEqual(["base", "fault", "ledger"]);
    expect([...allowedRooms("failover")].sort()).toEqual(["base", "failover", "rpc"]);
    expect([...allowedRooms("graph")].sort()).toEqual(["base", "graph"]);
  });
});

describe("importCycles()", () => {
  const a = module("src/base/a.ts", 'import { b } from "./b.ts";');
  const b = module("src/base/b.ts", 'import type { C } from "./c.ts";');

  test("names a cycle through type imports once", () => {
    const c = module("src/base/c.ts", 'import { a } from "./a.ts";');
    expect(importCycles([a, b, c])).toEqual([
      "cycle: src/base/a.ts -> src/base/b.ts -> src/base/c.ts -> src/base/a.ts",
    ]);
  });

  test("takes a file that starts another by its URL for no importer of it", () => {
    const starts = module("src/base/c.ts", 'new URL("./a.ts", import.meta.url);');
    expect(importCycles([a, b, starts])).toEqual([]);
    expect(upwardImports([module("src/base/d.ts", 'new URL("../main.ts", x);')])).toEqual([]);
  });

  test("takes two ways to one file for no cycle", () => {
    const c = module("src/base/c.ts", "");
    const d = module("src/base/d.ts", 'import "./a.ts"; import "./b.ts"; import "./c.ts";');
    expect(importCycles([a, b, c, d])).toEqual([]);
  });
});

describe("deadFiles()", () => {
  test("names files that only tests, or only dead files, import", () => {
    const tree = [
      module("src/main.ts", 'import { a } from "./base/a.ts";'),
      module("src/base/a.ts", 'await import("./b.ts");'),
      module("src/base/b.ts", 'new Worker(new URL("./worker.ts", import.meta.url));'),
      module("src/base/b.test.ts", 'import "./b.ts"; import "./dead.ts";'),
      module("src/base/dead.ts", 'import "./dead-too.ts";'),
      module("src/base/dead-too.ts", ""),
      module("src/base/ambient.d.ts", ""),
      module("src/base/worker.ts", ""),
    ];
    expect(deadFiles(tree, ["src/main.ts"])).toEqual([
      "src/base/dead.ts: nothing that runs imports it",
      "src/base/dead-too.ts: nothing that runs imports it",
    ]);
  });
});

describe("misusedCapabilities()", () => {
  const uses: readonly (readonly [name: string, code: string])[] = [
    ["gRPC", 'import { Server } from "@grpc/grpc-js";'],
    ["gRPC", 'const grpc = await import("@grpc/grpc-js");'],
    ["child processes", 'import { spawn } from "node:child_process";'],
    ["child processes", "Bun.spawn(['x']);"],
    ["child processes", "const { stdout } = Bun.spawnSync(['x']);"],
    ["child processes", "await Bun.$`ls`;"],
    ["child processes", 'import { $ } from "bun";'],
    ["ending this process", "process.exit(1);"],
    ["ending this process", "process\n  .exit(1);"],
    ["time", "const t = Date.now();"],
    ["time", "const t = performance.now();"],
    ["time", "const t = new Date();"],
    ["time", "const t = new Date;"],
    ["time", "setTimeout(f, 1);"],
    ["time", "setInterval(f, 1);"],
    ["time", "await Bun.sleep(1);"],
    ["time", "process.hrtime();"],
    ["time", "AbortSignal.timeout(1);"],
    ["time", 'import { setTimeout as sleep } from "node:timers/promises";'],
    ["calendar time", "const t = new Date(0);"],
    ["unseeded randomness", "const x = Math.random();"],
    ["entropy", "crypto.getRandomValues(bytes);"],
    ["the terminal", "console.log(1);"],
    ["the terminal", "process.stdout.write(text);"],
    ["the terminal", 'import { consola } from "consola";'],
  ];

  test.each(uses)("%s: %s is refused in a room that may not", (name, code) => {
    const found = misusedCapabilities([module("src/graph/a.ts", `\n${code}`)]);
    const { places } = capabilities.find((capability) => capability.name === name) ?? {};
    expect(found).toContainEqual(`src/graph/a.ts:2: ${name} may be used only in: ${places}`);
  });

  test("every capability is shown misused above", () => {
    const shown = new Set(uses.map(([name]) => name));
    expect(capabilities.map(({ name }) => name).filter((name) => !shown.has(name))).toEqual([]);
  });

  test("allows each in its places", () => {
    const good = [
      module("src/rpc/a.ts", 'import { Server } from "@grpc/grpc-js";'),
      module("src/fault/a.ts", "Bun.spawn(['x']);"),
      module("src/main.ts", "process.exit(0);"),
      module("src/base/clock.ts", "Date.now(); performance.now(); setTimeout(f, 1);"),
      module("src/base/local-time.ts", "new Date(0);"),
      module("src/base/random.ts", "crypto.getRandomValues(bytes);"),
      module("src/cli/a.ts", "process.stdout.write(text);"),
      module("src/graph/a.test.ts", "Bun.spawn(['x']); Date.now();"),
    ];
    expect(misusedCapabilities(good)).toEqual([]);
  });

  test("is not fooled by comments, strings and longer names", () => {
    const source = `
      // Date.now() and Math.random()
      const text = "process.exit(1)";
      const hint = \`setTimeout(f)\`;
      clock.setTimeout(f);
      const myDate = new DateRange();
      child.process.exitCode;
    `;
    expect(misusedCapabilities([module("src/graph/a.ts", source)])).toEqual([]);
  });

  test("refuses Math.random even in a test", () => {
    expect(misusedCapabilities([module("src/graph/a.test.ts", "Math.random();")])).toHaveLength(1);
  });
});

describe("sizes", () => {
  test("longFiles() counts lines with and without a last line end", () => {
    expect(longFiles([file("a.ts", "\n".repeat(401))])).toEqual(["a.ts: 401 lines; at most 400"]);
    expect(longFiles([file("a.ts", "\n".repeat(400)), file("b.ts", "x")])).toEqual([]);
  });

  test("longLines() counts characters, not bytes", () => {
    const files = [file("a.ts", `ok\n${"x".repeat(101)}`), file("b.ts", "→".repeat(100))];
    expect(longLines(files)).toEqual(["a.ts:2: 101 columns; at most 100"]);
  });

  test("longLines() lets a literal that cannot be broken run on, but no comment", () => {
    // 7 columns before the quotes, 2 quotes, the text, 2 columns after it.
    const call = (length: number) => `call(a,"${"x".repeat(length)}");`;
    expect(longLines([file("a.ts", call(129))])).toEqual([]);
    expect(longLines([file("a.ts", call(130))])).toEqual(["a.ts:1: 141 columns; at most 140"]);
    const comments = [
      `// ${"x".repeat(98)}`,
      `/*\n * ${"x".repeat(98)}\n */`,
      `${call(80)} // comment`,
    ];
    for (const comment of comments) expect(longLines([file("a.ts", comment)])).toHaveLength(1);
  });

  const body = "\n  x();".repeat(70);
  const long: readonly (readonly [name: string, source: string])[] = [
    ["function", `function f() {${body}\n}`],
    ["async function with a return type", `async function f(a: B): Promise<{ c: D }> {${body}\n}`],
    ["method", `class A {\n  f(a: string): string[] {${body}\n  }\n}`],
    ["arrow function", `const f = (a: number) => {${body}\n};`],
    ["arrow function with a return type", `const f = (a: number): B => {${body}\n};`],
    ["arrow function of a bare parameter", `g(a => {${body}\n});`],
    ["method of an object", `const o = {\n  f() {${body}\n  },\n};`],
    ["function holding braces in text", `function f() {\n  g("}}", /}/, \`}\`);${body}\n}`],
  ];

  test.each(long)("longFunctions() sees a long %s", (_name, source) => {
    const found = longFunctions([file("a.ts", source)]);
    expect(found).toHaveLength(1);
    expect(found[0]).toMatch(/a function of 7[23] lines; at most 70$/);
  });

  test("longFunctions() counts a header over several lines", () => {
    const inside = "\n  x();".repeat(66);
    const source = `function f(\n  a: A,\n  b: B,\n): C {${inside}\n}`;
    expect(longFunctions([file("a.ts", source)])).toEqual([
      "a.ts:1: a function of 71 lines; at most 70",
    ]);
  });

  test("longFunctions() counts each test of a group, not the group", () => {
    const group = (inside: string) =>
      `describe("a", () => {\n  test("b", () => {${inside}\n  });\n});`;
    const twoTests = `describe("a", () => {${'\n  test("b", () => {});'.repeat(80)}\n});`;
    expect(longFunctions([file("a.test.ts", twoTests)])).toEqual([]);
    expect(longFunctions([file("a.test.ts", group(body))])).toHaveLength(1);
  });

  test("longFunctions() leaves classes, objects, types and blocks alone", () => {
    const members = "\n  a: 1,".repeat(80);
    const sources = [
      `class A {\n${members}\n}`,
      `const a = {${members}\n};`,
      `type A = {${members}};`,
    ];
    for (const source of sources) expect(longFunctions([file("a.ts", source)])).toEqual([]);
    expect(functionsOf(scanCode(`if (a) {\n}\nfor (;;) {\n}\ntry {\n} catch (e) {\n}`))).toEqual(
      [],
    );
  });
});

describe("typeEscapes()", () => {
  const bad: readonly string[] = [
    "const a: any = b;",
    "f<any>();",
    "const a = b as unknown as C;",
    "const a = b!;",
    "const a = b[0]!.c;",
    "f(a)!.b;",
    "// @ts-ignore\n",
    "// @ts-expect-error because\n",
    "/* biome-ignore lint: because */",
  ];

  test.each(bad)("refuses %j", (source) => {
    expect(typeEscapes([file("src/load/a.ts", source)])).toHaveLength(1);
  });

  test("allows negation, names, words in text, and non-null assertions in src/graph", () => {
    const good = "if (!a && b !== c) return !d; list.any(e); const any1 = 'any'; // any!";
    expect(typeEscapes([file("src/load/a.ts", good)])).toEqual([]);
    expect(typeEscapes([file("src/graph/a.ts", "const a = b[0]!;")])).toEqual([]);
  });
});

describe("wording", () => {
  const slash = "/";
  const bad: readonly string[] = [
    ["TO", "DO later"].join(""),
    ["FIX", "ME"].join(""),
    `cd ${slash}work${slash}main`,
    `${slash}tmp${slash}x`,
    `"${slash}root${slash}.cache"`,
    ["https://registry", "example.com"].join("."),
    ["files.", "pypi", ".org"].join(""),
    ["see issue", "2"].join(" "),
    ["closes ", "#", "12"].join(""),
  ];

  test.each(bad)("forbiddenWords() refuses %j", (line) => {
    expect(forbiddenWords([file("a.md", `good\n${line}\n`)])).toHaveLength(1);
  });

  test("forbiddenWords() allows relative paths, substitutions and the terminal's request numbers", () => {
    const good = "src/work/a.ts, $HOME/tmp/b, Request #1 → localhost:50051, grpc/grpc-node#2785";
    expect(forbiddenWords([file("a.md", good)])).toEqual([]);
  });

  test("lockFileHosts() refuses an address", () => {
    const text = `{\n  "a": ["a@1", "${["https", "//host/a.tgz"].join(":")}"]\n}`;
    expect(lockFileHosts({ path: "bun.lock", text })).toEqual(["bun.lock:2: an address"]);
  });

  test("unnamedSubcommands() wants each as a call", () => {
    expect(unnamedSubcommands("Run `dfs serve`, then load it.", ["serve", "load"])).toEqual([
      'README.md does not show "dfs load"',
    ]);
  });
});
