import type { Clock } from "../base/clock.ts";
import type { CsrGraph } from "../graph/csr-graph.ts";
import {
  createSearchScratch,
  depthFirstSearch,
  type SearchScratch,
} from "../graph/depth-first-search.ts";
import type { RunRequest, RunResponse } from "../rpc/dfs-service.ts";
import { type GraphCatalog, isRefusal, type Refusal } from "./graph-source.ts";

/** Answers RunDFS requests one after the other over one catalog, reusing the search's memory. */
export class SearchRunner {
  readonly #catalog: GraphCatalog;
  readonly #clock: Clock;
  readonly #scratch: SearchScratch = createSearchScratch();

  constructor(catalog: GraphCatalog, clock: Clock) {
    this.#catalog = catalog;
    this.#clock = clock;
    // The first request should not pay for memory never touched before.
    depthFirstSearch(catalog.defaultGraph, this.#scratch);
  }

  run(request: RunRequest): RunResponse | Refusal {
    const graph = this.#catalog.graphOf(request.numVertices);
    if (isRefusal(graph)) return graph;
    const { target } = request;
    if (target !== undefined && (target < 0 || target >= graph.vertexCount)) {
      return {
        status: "INVALID_ARGUMENT",
        message: `target must be ${vertexRange(graph)}: current value is ${target}`,
      };
    }
    const startedUs = this.#clock.nowUs();
    const { found, visitedCount } = depthFirstSearch(graph, this.#scratch, target);
    return { found, visitedCount, runtimeMs: (this.#clock.nowUs() - startedUs) / 1000 };
  }
}

function vertexRange({ vertexCount, spec }: CsrGraph): string {
  if (vertexCount === 0) return `absent, as ${spec} has no vertices`;
  return `a vertex of ${spec}, in 0..${vertexCount - 1}`;
}
