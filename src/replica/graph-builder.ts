import type { Graph } from "../graph/graph.ts";
import type { ThreadNews } from "./search-messages.ts";
import { createWorker, postOrder } from "./search-thread.ts";

/**
 * The graph modular:N, made by a thread of its own, which then ends: a large one takes seconds.
 * Rejects with the reason when the thread does not come to an end of it, for want of memory say.
 */
export function buildModularElsewhere(vertexCount: number): Promise<Graph> {
  const { promise, resolve, reject } = Promise.withResolvers<Graph>();
  const worker = createWorker();
  worker.on("message", (news: ThreadNews) => {
    if (news.kind === "built") resolve(news.graph);
    void worker.terminate();
  });
  worker.on("error", reject);
  worker.on("exit", (code) => reject(new Error(`the thread has ended with code ${code}`)));
  postOrder(worker, { kind: "build", vertexCount });
  return promise;
}
