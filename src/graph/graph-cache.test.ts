import { expect, test } from "bun:test";
import { limits } from "../base/limits.ts";
import type { CsrGraph } from "./csr-graph.ts";
import { GraphCache } from "./graph-cache.ts";
import { modularGraph } from "./modular-graph.ts";

test("GraphCache keeps a graph while it is used and forgets the one used longest ago", () => {
  const forgotten: string[] = [];
  const cache = new GraphCache<CsrGraph>(({ spec }) => forgotten.push(spec));
  const graphs = Array.from({ length: limits.graphCacheMaxCount }, (_, at) =>
    modularGraph(10 + at),
  );
  for (const graph of graphs) cache.add(graph);
  expect(forgotten).toEqual([]);
  // 10 is used again, so 11 is the oldest when one more arrives.
  expect(cache.find(10)).toBe(graphs[0]);
  cache.add(modularGraph(99));
  expect(forgotten).toEqual(["modular:11"]);
  expect(cache.find(11)).toBeUndefined();
  expect(cache.find(10)).toBe(graphs[0]);
});
