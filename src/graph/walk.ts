import type { CsrGraph } from "./csr-graph.ts";
import type { SearchPlan } from "./search-plan.ts";
import { noParentVertex, type WalkColumns } from "./walk-columns.ts";

/**
 * Memory that walks reuse, one after the other, of graphs of any size: 8 1/8 bytes a vertex of the
 * largest, of which the 8 are touched only as far down as the path reaches.
 */
export interface WalkMemory {
  /** One bit a vertex: discovered. */
  marks: Int32Array;
  /** The path from the root: vertex, its next edge, vertex, its next edge, ... */
  stack: Int32Array;
}

export function createWalkMemory(): WalkMemory {
  return { marks: new Int32Array(0), stack: new Int32Array(0) };
}

/** What a walk needs of memory, in bytes. */
export function walkMemoryBytes(vertexCount: number): number {
  return 8 * vertexCount + Math.ceil(vertexCount / 8);
}

function prepare(memory: WalkMemory, vertexCount: number): void {
  if (memory.stack.length < 2 * vertexCount) {
    memory.marks = new Int32Array(Math.ceil(vertexCount / 32));
    memory.stack = new Int32Array(2 * vertexCount);
  } else {
    memory.marks.fill(0, 0, Math.ceil(vertexCount / 32));
  }
}

/** Where a walk stands between two slices. */
interface Standing {
  vertex: number;
  /** The edges still to follow of `vertex`. */
  edge: number;
  end: number;
  /** Edges from the root to `vertex`; -1: the tree is done. */
  depth: number;
  depthMax: number;
  /** Vertices below it are discovered. */
  nextRoot: number;
  rootCount: number;
  /** Entries of the columns that are filled. */
  filled: number;
  /** Edges, steps back and candidate roots that may still be looked at. */
  steps: number;
  isOver: boolean;
  found: boolean;
}

/**
 * The same search as DepthFirstSearch, told vertex by vertex. The whole path from the root is on
 * its stack, so a vertex's depth is the stack's height, its parent the vertex below it, and the
 * path to the target is what is on the stack when it is found.
 */
export class Walk {
  readonly #graph: CsrGraph;
  readonly #memory: WalkMemory;
  readonly #plan: SearchPlan;
  readonly #standing: Standing = {
    ...{ vertex: 0, edge: 0, end: 0, depth: -1, depthMax: 0, nextRoot: 0, rootCount: 0 },
    ...{ filled: 0, steps: 0, isOver: false, found: false },
  };
  #visitedCount = 0;

  /**
   * The source must be a vertex of the graph, unless that has none. `memory` is the walk's own
   * until it is over or given up.
   */
  constructor(graph: CsrGraph, memory: WalkMemory, plan: SearchPlan) {
    prepare(memory, graph.vertexCount);
    this.#graph = graph;
    this.#memory = memory;
    this.#plan = plan;
    this.#standing.isOver = graph.vertexCount === 0;
  }

  get isOver(): boolean {
    return this.#standing.isOver;
  }

  /** Whether the target was discovered. */
  get found(): boolean {
    return this.#standing.found;
  }

  /** Vertices told so far. */
  get visitedCount(): number {
    return this.#visitedCount;
  }

  /** Trees begun so far. */
  get rootCount(): number {
    return this.#standing.rootCount;
  }

  get depthMax(): number {
    return this.#standing.depthMax;
  }

  /**
   * Goes on, writing to `columns` from index `from`, until they are full up to index `to`, the
   * search is over, or `stepCount` edges, steps back and candidate roots have been looked at.
   * Returns the index behind the last entry written.
   */
  fill(columns: WalkColumns, from: number, to: number, stepCount: number): number {
    const standing = this.#standing;
    const { vertexCount } = this.#graph;
    // Once every vertex is told, none is followed back.
    const end = Math.min(to, from + vertexCount - this.#visitedCount);
    standing.filled = from;
    standing.steps = stepCount | 0;
    while (!standing.isOver && standing.filled < end && standing.steps > 0) {
      if (standing.depth < 0) plant(this.#graph, this.#memory, this.#plan, standing, columns, end);
      else grow(this.#graph, this.#memory, this.#plan, standing, columns, end);
    }
    this.#visitedCount += standing.filled - from;
    standing.isOver ||= this.#visitedCount === vertexCount;
    return standing.filled;
  }

  /** The vertices from the root of the present tree to the vertex told last. */
  path(): Uint32Array {
    const { stack } = this.#memory;
    const path = new Uint32Array(this.#standing.depth + 1);
    for (let height = 0; height < path.length; height++) path[height] = stack[2 * height]!;
    return path;
  }
}

/** Discovers the next root, and those after it as long as they lead nowhere. */
function plant(
  graph: CsrGraph,
  { marks, stack }: WalkMemory,
  { source, target, reachableOnly }: SearchPlan,
  standing: Standing,
  { vertices, parents, depths }: WalkColumns,
  to: number,
): void {
  const { vertexCount, offsets } = graph;
  let { nextRoot, rootCount, filled, steps } = standing;
  while (filled < to && steps > 0) {
    let root = source;
    if (rootCount > 0) {
      standing.isOver = reachableOnly || nextRoot === vertexCount;
      if (standing.isOver) break;
      steps = (steps - 1) | 0;
      root = nextRoot;
      nextRoot = (nextRoot + 1) | 0;
      if ((marks[root >>> 5]! & (1 << root)) !== 0) continue;
    }
    marks[root >>> 5]! |= 1 << root;
    rootCount = (rootCount + 1) | 0;
    stack[0] = root;
    vertices[filled] = root;
    parents[filled] = noParentVertex;
    depths[filled] = 0;
    filled = (filled + 1) | 0;
    standing.vertex = root;
    standing.edge = offsets[root]!;
    standing.end = offsets[(root + 1) | 0]!;
    standing.found = root === target;
    standing.isOver = standing.found;
    standing.depth = standing.found || standing.edge !== standing.end ? 0 : -1;
    if (standing.depth === 0) break;
  }
  standing.nextRoot = nextRoot;
  standing.rootCount = rootCount;
  standing.filled = filled;
  standing.steps = steps;
}

/** The hot loop: explores the present tree, to its end if it may. */
function grow(
  graph: CsrGraph,
  { marks, stack }: WalkMemory,
  { target }: SearchPlan,
  standing: Standing,
  { vertices, parents, depths }: WalkColumns,
  to: number,
): void {
  const { offsets, targets } = graph;
  let { vertex, edge, end, depth, depthMax, filled, steps } = standing;
  for (;;) {
    while (edge !== end && steps > 0) {
      steps = (steps - 1) | 0;
      const next = targets[edge]!;
      const mark = marks[next >>> 5]!;
      const bit = 1 << next;
      if ((mark & bit) !== 0) {
        edge = (edge + 1) | 0;
        continue;
      }
      // Full: the edge is looked at again when there is room.
      if (filled === to) break;
      marks[next >>> 5] = mark | bit;
      stack[(2 * depth + 1) | 0] = (edge + 1) | 0;
      depth = (depth + 1) | 0;
      stack[(2 * depth) | 0] = next;
      if (depth > depthMax) depthMax = depth;
      vertices[filled] = next;
      parents[filled] = vertex;
      depths[filled] = depth;
      filled = (filled + 1) | 0;
      vertex = next;
      edge = offsets[vertex]!;
      end = offsets[(vertex + 1) | 0]!;
      if (vertex !== target) continue;
      standing.found = true;
      standing.isOver = true;
      break;
    }
    if (edge !== end || steps <= 0 || filled === to || standing.isOver) break;
    steps = (steps - 1) | 0;
    depth = (depth - 1) | 0;
    if (depth < 0) break;
    vertex = stack[(2 * depth) | 0]!;
    edge = stack[(2 * depth + 1) | 0]!;
    end = offsets[(vertex + 1) | 0]!;
  }
  standing.vertex = vertex;
  standing.edge = edge;
  standing.end = end;
  standing.depth = depth;
  standing.depthMax = depthMax;
  standing.filled = filled;
  standing.steps = steps;
}
