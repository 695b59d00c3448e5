import { describe, expect, test } from "bun:test";
import { noParent } from "../rpc/dfs-service.ts";
import { orderText } from "./order-rows.ts";

const rows = {
  vertices: Uint32Array.of(0, 13, 4_294_967_294, 10, 9),
  parents: Uint32Array.of(noParent, 0, 13, noParent, 10),
  depths: Uint32Array.of(0, 1, 2, 0, 1),
  names: undefined,
};
const named = { ...rows, names: ["a", "b c", 'q"', "t\tab\\", ""] };

const text = (...args: Parameters<typeof orderText>) => Buffer.from(orderText(...args)).toString();

describe("orderText()", () => {
  test("writes a vertex a line", () => {
    expect(text(rows, "lines")).toBe("0\n13\n4294967294\n10\n9\n");
  });

  test("writes vertex, parent and depth, and no parent for a root", () => {
    expect(text(rows, "tsv")).toBe("0\t\t0\n13\t0\t1\n4294967294\t13\t2\n10\t\t0\n9\t10\t1\n");
  });

  test("writes names in place of vertices, or beside them; none can break a line or hide", () => {
    expect(text(named, "lines")).toBe('a\nb c\nq"\nt\\tab\\\\\n\n');
    expect(text(named, "tsv").split("\n")[3]).toBe("10\t\t0\tt\\tab\\\\");
  });

  test("writes an object a line", () => {
    const objects = text(named, "json")
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line));
    expect(objects[0]).toEqual({ vertex: 0, parent: null, depth: 0, name: "a" });
    expect(objects[2]).toEqual({ vertex: 4_294_967_294, parent: 13, depth: 2, name: 'q"' });
    expect(JSON.parse(text(rows, "json").split("\n")[1] ?? "")).toEqual({
      vertex: 13,
      parent: 0,
      depth: 1,
    });
  });

  test("spells every length of number, at its edges", () => {
    const edges = Array.from({ length: 10 }, (_, power) => 10 ** power).flatMap((ten) => [
      ten - 1,
      ten,
    ]);
    const vertices = Uint32Array.from([...edges, 2 ** 32 - 1]);
    const lines = text({ ...rows, vertices }, "lines")
      .trimEnd()
      .split("\n");
    expect(lines).toEqual(Array.from(vertices, String));
  });
});
