/** Which search of a graph: all that its order of discovery depends on. */
export interface SearchPlan {
  /** The vertex to begin at. */
  readonly source: number;
  /** The vertex to stop at; -1, or any that is no vertex: none. */
  readonly target: number;
  /** Ends with the tree of the source instead of restarting at the lowest undiscovered vertex. */
  readonly reachableOnly: boolean;
}

/** The whole graph, from vertex 0. */
export const wholeGraph: SearchPlan = { source: 0, target: -1, reachableOnly: false };
