import { DfsError } from "../base/errors.ts";
import type { Graph } from "../graph/graph.ts";
import { receiveGraph } from "./posted-graph.ts";
import type { MakeNews, MakeOrder } from "./search-messages.ts";
import { createWorker, postOrder } from "./search-thread.ts";

/**
 * The graph of a rule, made by a thread of its own, which then ends: a large one takes seconds.
 * Rejects with the reason (`cannot-run`) when the thread does not come to an end of it, for want of
 * memory say.
 */
export function makeElsewhere(order: MakeOrder, onRemark: (text: string) => void): Promise<Graph> {
  const { promise, resolve, reject } = Promise.withResolvers<Graph>();
  const fail = (failure: string) => reject(new DfsError("cannot-run", failure));
  const worker = createWorker();
  // Whoever waits for the graph keeps the process alive; a message may be all that is to come.
  worker.ref();
  worker.on("message", (news: MakeNews) => {
    if (news.kind === "remark") {
      onRemark(news.text);
      return;
    }
    if (news.kind === "not-made") fail(news.failure);
    else resolve(receiveGraph(news.notice));
    void worker.terminate();
  });
  worker.on("error", ({ message }) => fail(message));
  worker.on("exit", (code) => fail(`The thread that made the graph has ended with code ${code}`));
  postOrder(worker, { kind: "make", ...order });
  return promise;
}
