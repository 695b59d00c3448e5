import { traverse } from "../rpc/dfs-service.ts";
import { OrderReference } from "./order-reference.ts";
import { rightOrder, type TraverseQuestion } from "./right-order.ts";
import { TraverseConsumer } from "./traverse-consumer.ts";
import type { StreamWorkload } from "./workload.ts";

/**
 * Traverse with one and the same question, in batches of at most `batchMax` vertices (0: as the
 * replica likes). The right order is found here, once, when the graph is known here; else all
 * streams have to bring what the first did.
 */
export function traverseWorkload(question: TraverseQuestion, batchMax: number): StreamWorkload {
  const { search, vertexCount, fingerprint } = question;
  const reference = new OrderReference(rightOrder(question), fingerprint);
  return {
    path: traverse.path,
    isIdempotent: traverse.idempotency !== "unknown",
    openConsumer: () =>
      new TraverseConsumer({ question: search, vertexCount, batchMax, reference }),
  };
}
