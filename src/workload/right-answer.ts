import {
  createSearchScratch,
  type SearchResult,
  searchAtOnce,
} from "../graph/depth-first-search.ts";
import type { Graph } from "../graph/graph.ts";
import type { SearchPlan } from "../graph/search-plan.ts";
import type { SearchQuestion } from "../rpc/dfs-service.ts";
import type { DecidedQuestion } from "./dfs-question.ts";

/** The answer found here; undefined when the graph is not known here. */
export function rightAnswer({ graph, search }: DecidedQuestion): SearchResult | undefined {
  if (graph === undefined) return undefined;
  return searchAtOnce(graph, createSearchScratch(), searchPlan(search, graph));
}

/** The search that a question asks for; its names must be the graph's. */
export function searchPlan(question: SearchQuestion, { names }: Graph): SearchPlan {
  const { target, targetName, source, sourceName, reachableOnly = false } = question;
  const named = (name: string | undefined) =>
    name === undefined ? undefined : names?.vertexOf(name);
  return {
    target: target ?? named(targetName) ?? -1,
    source: source ?? named(sourceName) ?? 0,
    reachableOnly,
  };
}
