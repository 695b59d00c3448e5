import { systemClock } from "../../src/base/clock.ts";
import { createSearchScratch, DepthFirstSearch } from "../../src/graph/depth-first-search.ts";
import type { Graph } from "../../src/graph/graph.ts";
import { wholeGraph } from "../../src/graph/search-plan.ts";
import { regenerate } from "../../src/workload/regenerate.ts";

const sliceStepCount = 65_536;

/** The graph, here. */
export function graphOf(spec: string): Graph {
  const graph = regenerate(spec, 2 ** 30);
  if (graph === undefined) throw new Error(`${spec} is made by no rule`);
  return graph;
}

/** The search alone, as a replica runs it, in microseconds; the median of some. */
export function bareSearchUs(graph: Graph, target = -1, roundCount = 5): number {
  const scratch = createSearchScratch();
  const timesUs: number[] = [];
  for (let round = 0; round <= roundCount; round++) {
    const startUs = systemClock.nowUs();
    const run = new DepthFirstSearch(graph, scratch, { ...wholeGraph, target });
    while (!run.advance(sliceStepCount));
    // The first touches the memory and compiles the code.
    if (round > 0) timesUs.push(systemClock.nowUs() - startUs);
  }
  return medianOf(timesUs);
}

export function medianOf(values: readonly number[]): number {
  const sorted = [...values].sort((one, other) => one - other);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}
