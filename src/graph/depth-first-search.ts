import type { CsrGraph } from "./csr-graph.ts";
import { type SearchPlan, wholeGraph } from "./search-plan.ts";

export interface SearchResult {
  /** Whether `target` was asked for and discovered. */
  readonly found: boolean;
  /** Vertices discovered, the target included. */
  readonly visitedCount: number;
}

/**
 * Memory that searches reuse, one after the other, of graphs of any size: 12 bytes a vertex of the
 * largest. A vertex's stamp is its place in the order of discovery plus `base`, the highest stamp
 * of all earlier searches: so older stamps mean "not yet discovered" and nothing needs clearing
 * between searches.
 */
export interface SearchScratch {
  base: number;
  stamps: Int32Array;
  /**
   * The edges still to follow of each vertex on the path from the root: next, end, next, end, ...
   */
  stack: Int32Array;
}

export function createSearchScratch(): SearchScratch {
  return { base: 0, stamps: new Int32Array(0), stack: new Int32Array(0) };
}

/** What DepthFirstSearch needs of memory, in bytes. */
export function searchMemoryBytes(vertexCount: number): number {
  return 12 * vertexCount;
}

const stampMax = 2 ** 31 - 1;
/** More steps than any search takes before a slice of this many is over. */
const unboundedStepCount = 2 ** 31 - 1;

/**
 * Explores `graph` depth first from vertex 0, neighbours in stored order, restarting at the lowest
 * undiscovered vertex, until `target` is discovered or every vertex is. A target that is no vertex
 * is never found. Keeps its path on a stack of its own, so a path of any length fits.
 */
export function depthFirstSearch(
  graph: CsrGraph,
  scratch: SearchScratch,
  target = -1,
): SearchResult {
  return searchAtOnce(graph, scratch, { ...wholeGraph, target });
}

/** The search that `plan` asks for, from its beginning to its end. */
export function searchAtOnce(
  graph: CsrGraph,
  scratch: SearchScratch,
  plan: SearchPlan,
): SearchResult {
  const search = new DepthFirstSearch(graph, scratch, plan);
  while (!search.advance(unboundedStepCount));
  return search.result;
}

/** Where a search stands between two slices. */
interface Standing {
  /** The stamp given last. */
  stamp: number;
  /** The edges still to follow of the vertex that is being explored. */
  edge: number;
  end: number;
  /** Entries of the stack. */
  depth: number;
  /** Vertices below it are discovered. */
  nextRoot: number;
  isOver: boolean;
  found: boolean;
}

/** A search that is taken to its end in slices. Its scratch is its own until it is over. */
export class DepthFirstSearch {
  readonly #graph: CsrGraph;
  readonly #scratch: SearchScratch;
  readonly #plan: SearchPlan;
  readonly #base: number;
  readonly #standing: Standing;

  /** The source must be a vertex of the graph, unless it has none. */
  constructor(graph: CsrGraph, scratch: SearchScratch, plan: SearchPlan) {
    prepare(scratch, graph.vertexCount);
    this.#graph = graph;
    this.#scratch = scratch;
    this.#plan = plan;
    this.#base = scratch.base;
    this.#standing = begin(graph, scratch, plan);
  }

  /** Looks at `stepCount` edges and candidate roots at most; true: the search is over. */
  advance(stepCount: number): boolean {
    const standing = this.#standing;
    if (!standing.isOver) explore(this.#graph, this.#scratch, this.#plan, standing, stepCount);
    // Leaving `base` behind the last stamp is what clears the marks of this search for the next.
    if (standing.isOver) this.#scratch.base = standing.stamp;
    return standing.isOver;
  }

  /** Gives the scratch back before the end. */
  abandon(): void {
    this.#standing.isOver = true;
    this.#scratch.base = this.#standing.stamp;
  }

  /** What has been discovered so far. */
  get result(): SearchResult {
    const { found, stamp } = this.#standing;
    return { found, visitedCount: stamp - this.#base };
  }
}

/** Makes room for `vertexCount` vertices; starts the stamps over when they would run out. */
function prepare(scratch: SearchScratch, vertexCount: number): void {
  if (scratch.stamps.length < vertexCount) {
    scratch.stamps = new Int32Array(vertexCount);
    // Each vertex is on the path at most once; pages never touched cost nothing.
    scratch.stack = new Int32Array(2 * vertexCount);
    scratch.base = 0;
  } else if (scratch.base > stampMax - vertexCount) {
    scratch.stamps.fill(0);
    scratch.base = 0;
  }
}

/** Discovers the source. */
function begin(graph: CsrGraph, scratch: SearchScratch, { source, target }: SearchPlan): Standing {
  const { base, stamps } = scratch;
  const standing = { edge: 0, end: 0, depth: 0, nextRoot: 0, isOver: false, found: false };
  if (graph.vertexCount === 0) return { ...standing, stamp: base, isOver: true };
  stamps[source] = base + 1;
  standing.found = source === target;
  standing.isOver = standing.found;
  standing.edge = graph.offsets[source]!;
  standing.end = graph.offsets[source + 1]!;
  return { ...standing, stamp: base + 1 };
}

/**
 * The hot loop. bench/search.cpp holds the same loop in C++. A vertex is pushed only while it has
 * edges left, so chains cost no stack.
 */
function explore(
  graph: CsrGraph,
  scratch: SearchScratch,
  plan: SearchPlan,
  standing: Standing,
  stepCount: number,
): void {
  const { vertexCount, offsets, targets } = graph;
  const { stamps, stack, base } = scratch;
  const { target } = plan;
  let { stamp, edge, end, depth, nextRoot } = standing;
  let steps = stepCount | 0;
  for (;;) {
    while (edge !== end && steps > 0) {
      steps = (steps - 1) | 0;
      const vertex = targets[edge]!;
      edge = (edge + 1) | 0;
      if (stamps[vertex]! > base) continue;
      stamp = (stamp + 1) | 0;
      stamps[vertex] = stamp;
      if (vertex === target) {
        standing.found = true;
        standing.isOver = true;
        break;
      }
      if (edge !== end) {
        stack[depth] = edge;
        stack[(depth + 1) | 0] = end;
        depth = (depth + 2) | 0;
      }
      edge = offsets[vertex]!;
      end = offsets[(vertex + 1) | 0]!;
    }
    if (standing.isOver || steps <= 0) break;
    if (depth !== 0) {
      depth = (depth - 2) | 0;
      edge = stack[depth]!;
      end = stack[(depth + 1) | 0]!;
      continue;
    }
    standing.isOver = plan.reachableOnly;
    if (standing.isOver) break;
    const scanEnd = Math.min(vertexCount, nextRoot + steps);
    steps = (steps + nextRoot) | 0;
    while (nextRoot < scanEnd && stamps[nextRoot]! > base) nextRoot = (nextRoot + 1) | 0;
    steps = (steps - nextRoot) | 0;
    if (nextRoot < scanEnd) {
      stamp = (stamp + 1) | 0;
      stamps[nextRoot] = stamp;
      standing.found = nextRoot === target;
      standing.isOver = standing.found;
      if (standing.isOver) break;
      edge = offsets[nextRoot]!;
      end = offsets[(nextRoot + 1) | 0]!;
      continue;
    }
    standing.isOver = nextRoot === vertexCount;
    if (standing.isOver || steps <= 0) break;
  }
  standing.stamp = stamp;
  standing.edge = edge;
  standing.end = end;
  standing.depth = depth;
  standing.nextRoot = nextRoot;
}

/** The vertices that the last search of `scratch` discovered, in order of discovery. */
export function discoveryOrder(scratch: SearchScratch, result: SearchResult): Uint32Array {
  const base = scratch.base - result.visitedCount;
  const order = new Uint32Array(result.visitedCount);
  for (const [vertex, stamp] of scratch.stamps.entries()) {
    if (stamp > base) order[stamp - base - 1] = vertex;
  }
  return order;
}
