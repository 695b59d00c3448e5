/** Which search an order claims to be the answer of. */
export interface OrderClaim {
  readonly vertexCount: number;
  /** Where the search begins; undefined: not known, any vertex may be the first. */
  readonly source: number | undefined;
  /** The vertex that ends it; undefined: none, or not known. */
  readonly target: number | undefined;
  /** Without restarts. */
  readonly reachableOnly: boolean;
}

/** Columns of equal length, of unsigned 32-bit numbers read as signed ones. */
export interface SignedColumns {
  readonly vertices: Int32Array;
  /** -1 for a root. */
  readonly parents: Int32Array;
  readonly depths: Int32Array;
}

/** What stands for the parent of a root, read as a signed number. */
const rootParent = -1;

/**
 * Whether an order, told batch by batch, can be that of a depth-first search, by all that is to be
 * seen without the graph: every vertex is one, and comes once; its parent is the vertex above it on
 * the path that the search is on; a restart is at the lowest vertex left; nothing follows the
 * target.
 *
 * Costs a bit for each vertex of the graph, and 4 to 8 bytes for each level of the deepest path.
 */
export class OrderCheck {
  /** Vertices taken. */
  count = 0;
  rootCount = 0;
  depthMax = 0;
  isTargetFound = false;
  readonly #claim: OrderClaim;
  readonly #seen: Int32Array;
  /** The path from the root to the latest vertex; what lies deeper is left over. */
  #path = new Int32Array(0);
  /** Of the latest vertex; -1 before the first. */
  #depth = -1;
  /** Every vertex below has been taken. */
  #lowest = 0;

  constructor(claim: OrderClaim) {
    this.#claim = claim;
    this.#seen = new Int32Array(Math.ceil(claim.vertexCount / 32));
  }

  /**
   * Takes the next vertices; a text says what is wrong with them, and nothing may be taken after
   * that.
   */
  take({ vertices, parents, depths }: SignedColumns): string | undefined {
    const { vertexCount } = this.#claim;
    const target = this.#claim.target ?? -1;
    if (this.isTargetFound && vertices.length > 0) return `a vertex after the target ${target}`;
    this.#reserve(vertices.length);
    const seen = this.#seen;
    const path = this.#path;
    let depth = this.#depth;
    let depthMax = this.depthMax;
    const n = vertices.length;
    for (let at = 0; at < n; at++) {
      const vertex = vertices[at]!;
      if (vertex >>> 0 >= vertexCount) {
        return this.#at(at, `vertex ${vertex >>> 0} is not in 0..${vertexCount - 1}`);
      }
      const word = vertex >>> 5;
      const bit = 1 << vertex;
      if ((seen[word]! & bit) !== 0) return this.#at(at, `vertex ${vertex} comes a second time`);
      const claimed = depths[at]!;
      if (claimed === 0) {
        const fault = this.#rootFault(vertex, parents[at]!);
        if (fault !== undefined) return this.#at(at, fault);
      } else if (claimed >>> 0 > depth + 1 || path[claimed - 1] !== parents[at]!) {
        this.#depth = depth;
        return this.#at(at, this.#parentFault(vertex, parents[at]! >>> 0, claimed >>> 0));
      }
      seen[word] = seen[word]! | bit;
      path[claimed] = vertex;
      depth = claimed;
      if (depth > depthMax) depthMax = depth;
      if (vertex === target) {
        if (at < n - 1) return this.#at(at + 1, `a vertex after the target ${target}`);
        this.isTargetFound = true;
      }
    }
    this.#depth = depth;
    this.depthMax = depthMax;
    this.count += n;
    return undefined;
  }

  /** What is wrong with the order ending here; `found`: it is said to end at the target. */
  endFault(found: boolean): string | undefined {
    const { target, reachableOnly, vertexCount } = this.#claim;
    if (target !== undefined && found !== this.isTargetFound) {
      const what = this.isTargetFound ? "was among the vertices" : "was not among the vertices";
      return `the summary says found=${found}, but the target ${target} ${what}`;
    }
    if (found || reachableOnly || this.count === vertexCount) return undefined;
    return `the order ends after ${this.count} of ${vertexCount} vertices`;
  }

  /** Counts the root when nothing is wrong with it. */
  #rootFault(vertex: number, parent: number): string | undefined {
    const { source, reachableOnly } = this.#claim;
    if (parent !== rootParent) return `vertex ${vertex} has depth 0 and the parent ${parent >>> 0}`;
    if (this.rootCount === 0) {
      if (source !== undefined && vertex !== source) {
        return `the order begins at vertex ${vertex}, not at ${source}`;
      }
    } else if (reachableOnly) {
      return `vertex ${vertex} begins another tree, though restarts were not asked for`;
    } else {
      const seen = this.#seen;
      let lowest = this.#lowest;
      // The vertex itself is not seen yet, so this ends there at the latest.
      while ((seen[lowest >>> 5]! & (1 << lowest)) !== 0) lowest++;
      this.#lowest = lowest;
      if (vertex !== lowest) return `the search restarts at vertex ${vertex}, not at ${lowest}`;
    }
    this.rootCount++;
    return undefined;
  }

  #parentFault(vertex: number, parent: number, depth: number): string {
    if (parent === rootParent >>> 0) return `vertex ${vertex} has no parent and depth ${depth}`;
    const isVertex = parent < this.#claim.vertexCount;
    if (!isVertex || (this.#seen[parent >>> 5]! & (1 << parent)) === 0) {
      return `the parent ${parent} of vertex ${vertex} was not discovered before it`;
    }
    const level = this.#path.subarray(0, this.#depth + 1).indexOf(parent);
    if (level < 0) {
      return `the search had left ${parent}, the parent of vertex ${vertex}, before`;
    }
    return `vertex ${vertex} has depth ${depth}, but its parent ${parent} has ${level}`;
  }

  /** Of the vertex at `index` of this batch. */
  #at(index: number, fault: string): string {
    return `place ${this.count + index} of the order: ${fault}`;
  }

  /** Each vertex goes one level deeper at most, and no path is longer than the graph. */
  #reserve(more: number): void {
    const needed = Math.min(this.#depth + 1 + more, this.#claim.vertexCount);
    if (needed <= this.#path.length) return;
    const path = new Int32Array(Math.min(2 * needed, this.#claim.vertexCount));
    path.set(this.#path);
    this.#path = path;
  }
}
