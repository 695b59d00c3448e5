import {
  createSearchScratch,
  depthFirstSearch,
  type SearchResult,
} from "../graph/depth-first-search.ts";
import type { DecidedQuestion } from "./dfs-question.ts";

/** The answer found here; undefined when the graph is not known here. */
export function rightAnswer({ graph, search }: DecidedQuestion): SearchResult | undefined {
  if (graph === undefined) return undefined;
  return depthFirstSearch(graph, createSearchScratch(), search.target);
}
