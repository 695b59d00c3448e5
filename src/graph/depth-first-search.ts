import type { CsrGraph } from "./csr-graph.ts";
import { type SearchPlan, wholeGraph } from "./search-plan.ts";

export interface SearchResult {
  /** Whether `target` was asked for and discovered. */
  readonly found: boolean;
  /** Vertices discovered, the target included. */
  readonly visitedCount: number;
}

/**
 * Memory that searches reuse, one after the other, of graphs of any size: 13 bytes a vertex of the
 * largest. What is looked at for every edge is the marks alone, as small as they are so that they
 * stay in a processor's cache; the rest is written in order.
 */
export interface SearchScratch {
  /** Of the last search; a vertex is discovered when it bears it. */
  mark: number;
  marks: Uint8Array;
  /** The vertices in order of discovery. */
  order: Int32Array;
  /**
   * The edges still to follow of each vertex on the path from the root: next, end, next, end, ...
   */
  stack: Int32Array;
}

export function createSearchScratch(): SearchScratch {
  return { mark: 0, marks: new Uint8Array(0), order: new Int32Array(0), stack: new Int32Array(0) };
}

/** What DepthFirstSearch needs of memory, in bytes. */
export function searchMemoryBytes(vertexCount: number): number {
  return 13 * vertexCount;
}

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

/**
 * The same arrays read as signed numbers, which need no test for those that are none: a graph's
 * limits are below 2^31.
 */
interface SignedGraph {
  readonly vertexCount: number;
  readonly offsets: Int32Array;
  readonly targets: Int32Array;
}

function signedGraph({ vertexCount, offsets, targets }: CsrGraph): SignedGraph {
  const signed = ({ buffer, byteOffset, length }: Uint32Array) =>
    new Int32Array(buffer, byteOffset, length);
  return { vertexCount, offsets: signed(offsets), targets: signed(targets) };
}

/** Where a search stands between two slices. */
interface Standing {
  /** Vertices discovered. */
  count: number;
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

/**
 * A search that is taken to its end in slices, or left before. Its scratch is its own until then.
 */
export class DepthFirstSearch {
  readonly #graph: SignedGraph;
  readonly #scratch: SearchScratch;
  readonly #plan: SearchPlan;
  readonly #standing: Standing;

  /** The source must be a vertex of the graph, unless it has none. */
  constructor(graph: CsrGraph, scratch: SearchScratch, plan: SearchPlan) {
    prepare(scratch, graph.vertexCount);
    this.#graph = signedGraph(graph);
    this.#scratch = scratch;
    this.#plan = plan;
    this.#standing = begin(graph, scratch, plan);
  }

  /**
   * Looks at some `stepCount` edges and candidate roots, at most twice as many; true: the search is
   * over.
   */
  advance(stepCount: number): boolean {
    const standing = this.#standing;
    if (!standing.isOver) explore(this.#graph, this.#scratch, this.#plan, standing, stepCount);
    return standing.isOver;
  }

  /** What has been discovered so far. */
  get result(): SearchResult {
    const { found, count } = this.#standing;
    return { found, visitedCount: count };
  }
}

const markMax = 255;

/** Makes room for `vertexCount` vertices, none of which bears the mark. */
function prepare(scratch: SearchScratch, vertexCount: number): void {
  if (scratch.order.length < vertexCount) {
    scratch.marks = new Uint8Array(vertexCount);
    scratch.order = new Int32Array(vertexCount);
    // Each vertex is on the path at most once; pages never touched cost nothing.
    scratch.stack = new Int32Array(2 * vertexCount);
    scratch.mark = 0;
  } else if (scratch.mark === markMax) {
    scratch.marks.fill(0);
    scratch.mark = 0;
  }
  // A mark of its own for each search spares clearing those of the one before.
  scratch.mark++;
}

/** Discovers the source. */
function begin(graph: CsrGraph, scratch: SearchScratch, { source, target }: SearchPlan): Standing {
  const { mark, marks, order } = scratch;
  const standing = { edge: 0, end: 0, depth: 0, nextRoot: 0, isOver: false, found: false };
  if (graph.vertexCount === 0) return { ...standing, count: 0, isOver: true };
  marks[source] = mark;
  order[0] = source;
  standing.found = source === target;
  standing.isOver = standing.found;
  standing.edge = graph.offsets[source]!;
  standing.end = graph.offsets[source + 1]!;
  return { ...standing, count: 1 };
}

/**
 * The hot loop. bench/search.cpp holds the same loop in C++. A vertex is pushed only while it has
 * edges left, so chains cost no stack; once every vertex is discovered, none is followed back. Two
 * edges a turn, as most lead to discovered vertices. Steps are paid where a row is left, so that
 * an edge costs none; a row that is longer than a slice is cut. The target ends a slice like steps
 * that have run out.
 */
function explore(
  { vertexCount, offsets, targets }: SignedGraph,
  scratch: SearchScratch,
  { target, reachableOnly }: SearchPlan,
  standing: Standing,
  stepCount: number,
): void {
  const { mark, marks, order, stack } = scratch;
  let { count, edge, end, depth, nextRoot } = standing;
  let steps = stepCount | 0;
  for (;;) {
    // The part of the row that is looked at before steps are paid for it.
    let first = edge;
    let stop = Math.min(end, edge + stepCount) | 0;
    while (edge !== stop) {
      let vertex = targets[edge]!;
      edge = (edge + 1) | 0;
      if (marks[vertex] === mark) {
        if (edge === stop) break;
        vertex = targets[edge]!;
        edge = (edge + 1) | 0;
        if (marks[vertex] === mark) continue;
      }
      marks[vertex] = mark;
      order[count] = vertex;
      count = (count + 1) | 0;
      steps = (steps - 1 - edge + first) | 0;
      if (vertex === target) steps = -1;
      if (edge !== end) {
        stack[depth] = edge;
        stack[(depth + 1) | 0] = end;
        depth = (depth + 2) | 0;
      }
      edge = offsets[vertex]!;
      end = offsets[(vertex + 1) | 0]!;
      first = edge;
      stop = Math.min(end, edge + stepCount) | 0;
      if (steps < 0) break;
    }
    steps = (steps - edge + first) | 0;
    if (steps < 0) break;
    if (edge === end) {
      standing.isOver = count === vertexCount || (depth === 0 && reachableOnly);
      if (standing.isOver) break;
      if (depth !== 0) {
        depth = (depth - 2) | 0;
        edge = stack[depth]!;
        end = stack[(depth + 1) | 0]!;
      } else {
        const candidate = nextRoot;
        nextRoot = nextUnmarked(scratch, nextRoot, Math.min(vertexCount, candidate + steps));
        steps = (steps + candidate - nextRoot) | 0;
        if (steps === 0) break;
        marks[nextRoot] = mark;
        order[count] = nextRoot;
        count = (count + 1) | 0;
        if (nextRoot === target) steps = -1;
        edge = offsets[nextRoot]!;
        end = offsets[(nextRoot + 1) | 0]!;
      }
    }
    if (steps < 0) break;
  }
  standing.found = order[(count - 1) | 0] === target;
  standing.isOver ||= standing.found;
  Object.assign(standing, { count, edge, end, depth, nextRoot });
}

/** The first vertex from `from` on that bears no mark of this search; `to` when there is none. */
function nextUnmarked({ mark, marks }: SearchScratch, from: number, to: number): number {
  let vertex = from;
  while (vertex < to && marks[vertex] === mark) vertex++;
  return vertex;
}

/** The vertices that the last search of `scratch` discovered, in order of discovery. */
export function discoveryOrder(scratch: SearchScratch, result: SearchResult): Uint32Array {
  return new Uint32Array(scratch.order.subarray(0, result.visitedCount));
}
