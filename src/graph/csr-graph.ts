/**
 * A directed graph in compressed sparse row form: the out-neighbours of vertex v, in stored order,
 * are `targets[offsets[v]] .. targets[offsets[v + 1] - 1]`. Vertices are 0..vertexCount-1.
 */
export interface CsrGraph {
  readonly vertexCount: number;
  readonly edgeCount: number;
  /** vertexCount + 1 entries, rising from 0 to edgeCount. */
  readonly offsets: Uint32Array;
  /** edgeCount entries, each below vertexCount. */
  readonly targets: Uint32Array;
  /** What the graph was made from, such as `modular:50000`. */
  readonly spec: string;
}

/** A graph from each vertex's neighbours in order; for small graphs written out by hand. */
export function csrGraphFromNeighbours(
  neighbours: readonly (readonly number[])[],
  spec: string,
): CsrGraph {
  const targets = Uint32Array.from(neighbours.flat());
  const offsets = new Uint32Array(neighbours.length + 1);
  for (const [vertex, list] of neighbours.entries()) {
    offsets[vertex + 1] = offsets[vertex]! + list.length;
  }
  if (targets.some((target) => target >= neighbours.length)) {
    throw new RangeError(
      `Cannot make graph ${spec}: every neighbour must be below the vertex count`,
    );
  }
  return { vertexCount: neighbours.length, edgeCount: targets.length, offsets, targets, spec };
}
