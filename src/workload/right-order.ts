import { OrderChecksum } from "../graph/order-checksum.ts";
import { createWalkMemory, Walk } from "../graph/walk.ts";
import { walkBuffer, walkColumns } from "../graph/walk-columns.ts";
import type { DecidedQuestion } from "./dfs-question.ts";
import type { KnownOrder } from "./order-reference.ts";
import { searchPlan } from "./right-answer.ts";

/** Which order is streamed, of which graph. */
export type TraverseQuestion = Pick<DecidedQuestion, "search" | "vertexCount" | "graph"> & {
  /** Undefined: whatever graph the replicas have. */
  readonly fingerprint: string | undefined;
};

const batchLength = 65_536;
const allSteps = 2 ** 31 - 1;

/** Everything that can be said of the right order; undefined when the graph is not known here. */
export function rightOrder({ graph, search }: TraverseQuestion): KnownOrder | undefined {
  if (graph === undefined) return undefined;
  const walk = new Walk(graph, createWalkMemory(), searchPlan(search, graph));
  const columns = walkColumns(walkBuffer(batchLength));
  const checksum = new OrderChecksum();
  while (!walk.isOver) checksum.add(columns, walk.fill(columns, 0, batchLength, allSteps));
  const { visitedCount, found, rootCount, depthMax } = walk;
  return {
    fingerprint: graph.fingerprint,
    totals: {
      ...{ visitedCount, found, rootCount, depthMax },
      verticesCrc32: checksum.vertices,
      parentsCrc32: checksum.parents,
      depthsCrc32: checksum.depths,
    },
  };
}
