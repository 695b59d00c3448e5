import { describe, expect, test } from "bun:test";
import { modularGraph } from "./modular-graph.ts";

function neighboursOf(graph: ReturnType<typeof modularGraph>, vertex: number): number[] {
  return [...graph.targets.subarray(graph.offsets[vertex], graph.offsets[vertex + 1])];
}

describe("modularGraph()", () => {
  test("gives vertex i its 2 + (i mod 3) edges to (7 i + 13 j) mod N", () => {
    const graph = modularGraph(100);
    // i = 0: 13, 26. i = 1: 7 + 13 j = 20, 33, 46. i = 2: 14 + 13 j = 27, 40, 53, 66.
    expect(neighboursOf(graph, 0)).toEqual([13, 26]);
    expect(neighboursOf(graph, 1)).toEqual([20, 33, 46]);
    expect(neighboursOf(graph, 2)).toEqual([27, 40, 53, 66]);
    expect(graph.spec).toBe("modular:100");
    expect(graph.offsets[100]).toBe(graph.edgeCount);
    expect(graph.targets.length).toBe(graph.edgeCount);
  });

  test("drops self-loops and keeps repeats", () => {
    // N = 13: (7 i + 13 j) mod 13 = 7 i mod 13 for every j. i = 0 leads to 0 alone; i = 1 three
    // times to 7.
    const graph = modularGraph(13);
    expect(neighboursOf(graph, 0)).toEqual([]);
    expect(neighboursOf(graph, 1)).toEqual([7, 7, 7]);
  });

  test("makes graphs of no, one and two vertices", () => {
    expect(modularGraph(0)).toMatchObject({ vertexCount: 0, edgeCount: 0 });
    expect(modularGraph(1)).toMatchObject({ vertexCount: 1, edgeCount: 0 });
    // N = 2: vertex 0 has 13, 26 -> 1, (0 dropped); vertex 1 has 20, 33, 46 -> 0, (1 dropped), 0.
    expect([...modularGraph(2).targets]).toEqual([1, 0, 0]);
  });
});
