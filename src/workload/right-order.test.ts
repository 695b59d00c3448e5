import { expect, test } from "bun:test";
import { orderOf, summaryOf } from "../../tests/support/order-messages.ts";
import { regenerate } from "./regenerate.ts";
import { rightOrder } from "./right-order.ts";

test("rightOrder() is what recursion over the same graph finds", () => {
  const graph = regenerate("modular:500");
  if (graph === undefined) throw new Error("a small graph can be made here");
  const neighbours = Array.from({ length: 500 }, (_, vertex) => [
    ...graph.targets.subarray(graph.offsets[vertex], graph.offsets[vertex + 1]),
  ]);
  const questions = [{}, { source: 7 }, { target: 420 }, { source: 3, reachableOnly: true }];
  for (const question of questions) {
    const search = { numVertices: 500, ...question };
    const right = rightOrder({ search, vertexCount: 500, graph, fingerprint: undefined });
    const { runtimeMs: _, ...totals } = summaryOf(orderOf(neighbours, question));
    expect(right).toEqual({ fingerprint: graph.fingerprint, totals });
  }
});

test("rightOrder() is not known of a graph that is not known here", () => {
  const search = { numVertices: 5 };
  expect(
    rightOrder({ search, vertexCount: 5, graph: undefined, fingerprint: "f" }),
  ).toBeUndefined();
});
