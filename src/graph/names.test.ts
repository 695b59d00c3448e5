import { describe, expect, test } from "bun:test";
import { seededRandom } from "../base/random.ts";
import { IntegerNames } from "./integer-names.ts";
import type { TextNames } from "./text-names.ts";
import { TextNamesBuilder } from "./text-names-builder.ts";

function intern(builder: TextNamesBuilder, name: string): number {
  // Within other text, as in the lines of a file.
  const bytes = new TextEncoder().encode(`<${name}>`);
  return builder.intern(bytes, 1, bytes.length - 1);
}

function textNames(names: readonly string[]): TextNames {
  const builder = new TextNamesBuilder();
  for (const name of names) intern(builder, name);
  return builder.finish();
}

describe("IntegerNames", () => {
  const ids = [0, 3, 4, 1000, 2 ** 32, Number.MAX_SAFE_INTEGER];
  const names = new IntegerNames(Float64Array.from(ids));

  test("translates both ways", () => {
    for (const [vertex, id] of ids.entries()) {
      expect(names.nameOf(vertex)).toBe(String(id));
      expect(names.vertexOf(String(id))).toBe(vertex);
    }
    expect(names.vertexOf("003")).toBe(1);
  });

  test.each(["1", "2", "1001", "9007199254740992", "99999999999999999999", "-3", "3.0", "", " 3"])(
    "has no vertex %j",
    (name) => {
      expect(names.vertexOf(name)).toBeUndefined();
    },
  );

  test("may be empty", () => {
    expect(new IntegerNames(new Float64Array()).vertexOf("0")).toBeUndefined();
  });
});

describe("TextNames", () => {
  test("numbers names in the order in which they first come", () => {
    const builder = new TextNamesBuilder();
    const vertices = ["b", "a", "b", "", "é", "a", "e\u0301", ""].map((name) =>
      intern(builder, name),
    );
    expect(vertices).toEqual([0, 1, 0, 2, 3, 1, 4, 2]);
    expect(builder.nameCount).toBe(5);
  });

  test("translates both ways, over many growths, whatever the names", () => {
    const random = seededRandom(3);
    const letters = [..."ab-é漢🙂"];
    const all = Array.from({ length: 20_000 }, () =>
      Array.from(
        { length: Math.floor(random.next() * 12) },
        () => letters[Math.floor(random.next() * letters.length)],
      ).join(""),
    );
    const different = [...new Set(all)];
    const names = textNames(all);
    for (const [vertex, name] of different.entries()) {
      expect(names.nameOf(vertex)).toBe(name);
      expect(names.vertexOf(name)).toBe(vertex);
    }
    expect(names.vertexOf("c")).toBeUndefined();
    expect(names.vertexOf(`${different[1]}a-never`)).toBeUndefined();
  });

  test("lies in shared memory, also when it is empty", () => {
    for (const names of [textNames([]), textNames(["a"])]) {
      for (const column of [...names.columns, ...names.indexColumns]) {
        expect(column.buffer).toBeInstanceOf(SharedArrayBuffer);
      }
      expect(names.vertexOf("b")).toBeUndefined();
    }
  });
});
