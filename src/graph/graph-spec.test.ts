import { describe, expect, test } from "bun:test";
import { DfsError } from "../base/errors.ts";
import { formatGraphSpec, parseGraphSpec } from "./graph-spec.ts";

describe("parseGraphSpec()", () => {
  test.each([
    ["modular:50000", { kind: "modular", vertexCount: 50_000 }],
    ["modular:1e6", { kind: "modular", vertexCount: 1_000_000 }],
    ["path:10_000_000", { kind: "path", vertexCount: 10_000_000 }],
    ["cycle:1", { kind: "cycle", vertexCount: 1 }],
    ["grid:2000x3000", { kind: "grid", rowCount: 2000, columnCount: 3000 }],
    ["tree:7", { kind: "tree", vertexCount: 7, branching: 2 }],
    ["tree:7,branching=3", { kind: "tree", vertexCount: 7, branching: 3 }],
    ["gnm:10,90", { kind: "gnm", vertexCount: 10, edgeCount: 90, seed: 1 }],
    ["gnm:1,0,seed=0", { kind: "gnm", vertexCount: 1, edgeCount: 0, seed: 0 }],
    ["rmat:20", { kind: "rmat", scale: 20, edgeFactor: 16, seed: 1 }],
    [
      "rmat:26,seed=4294967295,edgefactor=2",
      { kind: "rmat", scale: 26, edgeFactor: 2, seed: 4_294_967_295 },
    ],
    ["-", { kind: "stdin" }],
    ["roads.gr.gz", { kind: "file", path: "roads.gr.gz" }],
    ["./path:3", { kind: "file", path: "./path:3" }],
    ["data/a:b,c=d", { kind: "file", path: "data/a:b,c=d" }],
    ["C:\\graphs\\roads.gr", { kind: "file", path: "C:\\graphs\\roads.gr" }],
    ["2024:edges", { kind: "file", path: "2024:edges" }],
  ] as const)("reads %j", (text, spec) => {
    expect(parseGraphSpec(text)).toEqual(spec);
  });

  test.each([
    ["", /must be one of modular:N path:N .* or - for standard input: it is empty/],
    ["rmta:20", /"rmta:20": .* given as \.\/rmta:20; did you mean "rmat"\?/],
    ["https://example.com/g", /a file of this name is given as/],
    ["Modular:5", /did you mean "modular"\?/],
    ["rmat", /\(rmat:SCALE,edgefactor=16,seed=1\): SCALE is missing/],
    ["modular:", /N is missing/],
    ["modular:0", /N must be a whole number in 1\.\.357913941: .* "0"; the nearest is 1$/],
    ["modular:-5", /current value is "-5"$/],
    ["modular:5.5", /N must be a whole number in .*: current value is "5.5"$/],
    ["modular: 5", /current value is " 5"$/],
    ["modular:0x10", /current value is "0x10"$/],
    ["modular:5,6", /"6" is one value too many/],
    ["path:536870913", /N must be .* in 1\.\.536870912: .*; the nearest is 536870912$/],
    ["path:1e99", /the nearest is 536870912$/],
    ["path:5,seed=1", /it has no options: "seed" is none of them/],
    ["grid:20", /C is missing/],
    ["grid:20,30", /R must be a whole number in .*: current value is "20,30"/],
    ["grid:20x30x40", /C must be a whole number in .*: current value is "30x40"/],
    ["grid:1e6x1e6", /C must be a whole number in 1\.\.268: .*; the nearest is 268$/],
    ["tree:7,brnaching=3", /has the options branching: "brnaching" .*; did you mean "branching"\?/],
    ["tree:7,branching=0", /branching must be .*; the nearest is 1$/],
    ["tree:7,branching=", /branching must be .*: current value is ""/],
    ["tree:7,branching=2,branching=3", /branching is given twice/],
    ["gnm:10", /M is missing/],
    ["gnm:10,91", /M must be a whole number in 0\.\.90: .*; the nearest is 90$/],
    ["gnm:10,seed=1,5", /M is missing/],
    ["gnm:10,5,seed=1,5", /seed must be .*: current value is "1,5"/],
    ["gnm:10,5,seed=4294967296", /the nearest is 4294967295$/],
    ["rmat:30", /SCALE must be a whole number in 1\.\.29: .*; the nearest is 29$/],
    ["rmat:28", /edgefactor must be a whole number in 1\.\.4: .* "16"; the nearest is 4$/],
  ])("refuses %j", (text, message) => {
    const refusal = refusalOf(text);
    expect(refusal.message).toMatch(message);
    expect(refusal.code).toBe("usage");
  });
});

function refusalOf(text: string): DfsError {
  try {
    parseGraphSpec(text);
  } catch (error) {
    if (error instanceof DfsError) return error;
  }
  throw new Error(`"${text}" was not refused`);
}

describe("formatGraphSpec()", () => {
  test.each([
    ["modular:1e6", "modular:1000000"],
    ["path:3", "path:3"],
    ["cycle:3", "cycle:3"],
    ["grid:2x3", "grid:2x3"],
    ["tree:7", "tree:7,branching=2"],
    ["gnm:10,5", "gnm:10,5,seed=1"],
    ["rmat:20,seed=7", "rmat:20,edgefactor=16,seed=7"],
    ["-", "-"],
    ["./path:3", "./path:3"],
    ["roads.gr", "roads.gr"],
  ])("of %j is %j, which is read back as the same", (text, canonical) => {
    const spec = parseGraphSpec(text);
    expect(formatGraphSpec(spec)).toBe(canonical);
    expect(parseGraphSpec(canonical)).toEqual(spec);
  });

  test("marks a file whose name would be taken for something else", () => {
    for (const path of ["-", "rmat", "path:3", "foo:bar"]) {
      const text = formatGraphSpec({ kind: "file", path });
      expect(text).toBe(`./${path}`);
      expect(parseGraphSpec(text).kind).toBe("file");
    }
  });
});
