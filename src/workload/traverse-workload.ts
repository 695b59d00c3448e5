import { type SearchQuestion, traverse } from "../rpc/dfs-service.ts";
import { type KnownOrder, OrderReference } from "./order-reference.ts";
import { TraverseConsumer } from "./traverse-consumer.ts";
import type { StreamWorkload } from "./workload.ts";

export interface TraverseWorkloadOptions {
  readonly search: SearchQuestion;
  readonly vertexCount: number;
  /** Of the graph that must answer; undefined: not known. */
  readonly fingerprint: string | undefined;
  /** What every whole order has to be; undefined: all have to be like the first. */
  readonly right: KnownOrder | undefined;
  /** Vertices in a message at most; 0: the replica's choice. */
  readonly batchMax: number;
}

/** Traverse with one and the same question. */
export function traverseWorkload(options: TraverseWorkloadOptions): StreamWorkload {
  const { search, vertexCount, fingerprint, right, batchMax } = options;
  const reference = new OrderReference(right, fingerprint);
  return {
    path: traverse.path,
    isIdempotent: traverse.idempotency !== "unknown",
    openConsumer: () =>
      new TraverseConsumer({ question: search, vertexCount, batchMax, reference }),
  };
}
