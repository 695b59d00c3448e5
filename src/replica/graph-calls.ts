import type { ServerUnaryCall, sendUnaryData } from "@grpc/grpc-js";
import { limits } from "../base/limits.ts";
import type { Graph } from "../graph/graph.ts";
import type {
  DescribeGraphRequest,
  DescribeGraphResponse,
  LookUpNamesRequest,
  LookUpNamesResponse,
} from "../rpc/dfs-service.ts";
import type { GraphCatalog } from "./graph-source.ts";
import { isRefusal, type Refusal } from "./refusal.ts";
import { refusedCall } from "./refused-call.ts";
import { checkVertex, invalid, nameOfVertex, vertexNamed } from "./search-question.ts";

/** Answers what the graph itself is asked: DescribeGraph and LookUpNames. */
export class GraphCalls {
  readonly #catalog: GraphCatalog;

  constructor(catalog: GraphCatalog) {
    this.#catalog = catalog;
  }

  async describe(
    call: ServerUnaryCall<DescribeGraphRequest, DescribeGraphResponse>,
    callback: sendUnaryData<DescribeGraphResponse>,
  ): Promise<void> {
    const graph = await this.#catalog.graphOf(call.request.numVertices);
    if (isRefusal(graph)) callback(refusedCall(graph));
    else callback(null, descriptionOf(graph));
  }

  lookUp(
    call: ServerUnaryCall<LookUpNamesRequest, LookUpNamesResponse>,
    callback: sendUnaryData<LookUpNamesResponse>,
  ): void {
    const answer = lookUp(this.#catalog.defaultGraph, call.request);
    if (isRefusal(answer)) callback(refusedCall(answer));
    else callback(null, answer);
  }
}

function descriptionOf(graph: Graph): DescribeGraphResponse {
  return {
    vertices: graph.vertexCount,
    edges: graph.edgeCount,
    source: graph.spec,
    fingerprint: graph.fingerprint,
    hasNames: graph.names !== undefined,
  };
}

function lookUp(
  graph: Graph,
  { names, vertices }: LookUpNamesRequest,
): LookUpNamesResponse | Refusal {
  const count = names.length + vertices.length;
  if (count > limits.lookUpMaxCount) {
    return invalid(
      `names and vertices must be at most ${limits.lookUpMaxCount} together: ` +
        `current number is ${count}`,
    );
  }
  for (const vertex of vertices) {
    const checked = checkVertex(graph, "vertices", vertex);
    if (typeof checked === "object") return checked;
  }
  return {
    vertices: names.map((name) => vertexNamed(graph, name) ?? -1),
    names: vertices.map((vertex) => nameOfVertex(graph, vertex)),
  };
}
