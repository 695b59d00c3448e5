/** What the vertices of a graph are called: the ids of the file it was read from. */
export interface VertexNames {
  /** The vertex must be one of the graph. */
  nameOf(vertex: number): string;
  /** Undefined: the graph has no such name. */
  vertexOf(name: string): number | undefined;
}
