import type { SearchPlan } from "../../src/graph/search-plan.ts";
import { noParentVertex } from "../../src/graph/walk-columns.ts";

/** What a search tells of the vertices in the order of discovery, and of itself. */
export interface Told {
  readonly vertices: number[];
  readonly parents: number[];
  readonly depths: number[];
  readonly found: boolean;
  readonly rootCount: number;
}

/** The definition of the search: recursive, over lists of neighbours. */
export function oracle(neighbours: Neighbours, plan: SearchPlan): Told {
  const seen = new Set<number>();
  const told = { vertices: [] as number[], parents: [] as number[], depths: [] as number[] };
  const visit = (vertex: number, parent: number, depth: number): boolean => {
    seen.add(vertex);
    told.vertices.push(vertex);
    told.parents.push(parent);
    told.depths.push(depth);
    if (vertex === plan.target) return true;
    for (const next of neighbours[vertex] ?? []) {
      if (!seen.has(next) && visit(next, vertex, depth + 1)) return true;
    }
    return false;
  };
  const others = plan.reachableOnly ? [] : neighbours.keys();
  let rootCount = 0;
  for (const root of [plan.source, ...others]) {
    if (root >= neighbours.length || seen.has(root)) continue;
    rootCount++;
    if (visit(root, noParentVertex, 0)) return { ...told, found: true, rootCount };
  }
  return { ...told, found: false, rootCount };
}

type Neighbours = readonly (readonly number[])[];

/** A small graph and a search of it; `below(n)` draws from 0..n-1. */
export function randomQuestion(below: (bound: number) => number): {
  neighbours: Neighbours;
  plan: SearchPlan;
} {
  const vertexCount = 1 + below(16);
  const neighbours = Array.from({ length: vertexCount }, () =>
    Array.from({ length: below(below(8) + 1) }, () => below(vertexCount)),
  );
  const plan = {
    source: below(vertexCount),
    target: below(3) === 0 ? -1 : below(vertexCount),
    reachableOnly: below(2) === 0,
  };
  return { neighbours, plan };
}
