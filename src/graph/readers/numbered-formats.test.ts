/** What the formats with a header have of their own. */
import { describe, expect, test } from "bun:test";
import { edgesByName, readGraphText } from "../../../tests/support/read-graph-text.ts";

const mtx = (kind: string, body: string, isUndirected = false) =>
  readGraphText([`%%MatrixMarket matrix coordinate ${kind}\n${body}`], {
    file: "g.mtx",
    isUndirected,
  });

describe("Matrix Market", () => {
  test("has the names of the file, and isolated vertices", () => {
    const graph = mtx("pattern general", "4 4 2\n2 4\n4 2\n");
    expect(graph).toEqual({
      offsets: [0, 0, 1, 1, 2],
      targets: [3, 1],
      names: ["1", "2", "3", "4"],
      notices: [],
    });
  });

  test("stores each edge of a symmetric matrix once, in either triangle, loops once", () => {
    const expected = ["1>1", "1>2", "1>3", "2>1", "3>1"];
    expect(edgesByName(mtx("pattern symmetric", "3 3 3\n1 1\n2 1\n3 1\n"))).toEqual(expected);
    expect(edgesByName(mtx("real symmetric", "3 3 3\n1 1 .1\n1 2 0\n1 3 2.\n"))).toEqual(expected);
    // Undirected is what it is already.
    expect(edgesByName(mtx("pattern symmetric", "3 3 3\n1 1\n2 1\n3 1\n", true))).toEqual(expected);
    expect(edgesByName(mtx("integer skew-symmetric", "2 2 1\n2 1 -4\n"))).toEqual(["1>2", "2>1"]);
  });

  test("has a banner in any case, and may be empty", () => {
    const banner = "%%matrixmarket MATRIX Coordinate Pattern General";
    expect(readGraphText([`${banner}\n\n3 3 0\n`], { file: "g" }).offsets).toEqual([0, 0, 0, 0]);
  });
});

describe("DIMACS", () => {
  const text = "c 9th challenge\n\np sp 3 2\nc arcs\na 1 3 7\na 3 1 0.5\n";

  test("has the names of the file, and isolated vertices", () => {
    const graph = readGraphText([text], { file: "g.gr" });
    expect(edgesByName(graph)).toEqual(["1>3", "3>1"]);
    expect(graph.names).toEqual(["1", "2", "3"]);
  });

  test("is known by its first lines, and undirected when asked", () => {
    const graph = readGraphText([text], { file: "-", isUndirected: true });
    expect(edgesByName(graph)).toEqual(["1>3", "1>3", "3>1", "3>1"]);
  });
});

describe("METIS", () => {
  test("has both directions already; the last vertex may have an empty line without an end", () => {
    for (const text of ["3 1\n2\n1\n\n", "3 1\n2\n1\n", "3 1\n2\n1\n\n\n \n% x\n"]) {
      const graph = readGraphText([text], { file: "g.graph", isUndirected: true });
      expect(edgesByName(graph)).toEqual(["1>2", "2>1"]);
      expect(graph.names).toEqual(["1", "2", "3"]);
    }
  });

  test("says so when an edge is on the line of one end alone", () => {
    const oneSided = [expect.stringMatching(/^Some edges stand on the line of one of their ends/)];
    const noticesOf = (text: string) => readGraphText([text], { file: "g.graph" }).notices;
    expect(noticesOf("3 1\n2 3\n\n\n")).toEqual(oneSided);
    expect(noticesOf("3 2\n2\n3\n1 2\n")).toEqual(oneSided);
    // Triangles, repeated edges and loops that are whole.
    expect(noticesOf("3 3\n2 3\n1 3\n1 2\n")).toEqual([]);
    expect(noticesOf("2 3\n2 2 1 1\n1 1\n")).toEqual([]);
  });

  test("takes lines longer than a line may be in other formats, in pieces", () => {
    const bounds = { graphLineMaxBytes: 64 };
    const others = Array.from({ length: 1000 }, (_, at) => at + 2);
    const text = `1001 1000\n${others.join(" ")}\n${others.map(() => "1\n").join("")}`;
    const chunks = text.match(/.{1,50}|\n/g) ?? [];
    expect(readGraphText(chunks, { file: "g.graph", bounds }).targets).toHaveLength(2000);
  });
});
