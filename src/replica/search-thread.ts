import { Worker } from "node:worker_threads";
import type { LaneEvents, SearchLane } from "./search-lane.ts";
import type { SearchNews, ThreadOrder } from "./search-messages.ts";

/**
 * In the executable the worker is an entry point beside main.ts, and every module's address is that
 * of the executable; the second form is for running from the sources.
 */
const workerUrl = Bun.isStandaloneExecutable
  ? new URL("./replica/search-worker.ts", import.meta.url)
  : new URL("./search-worker.ts", import.meta.url);

/** A worker that does not keep this process alive. */
export function createWorker(): Worker {
  const worker = new Worker(workerUrl);
  worker.unref();
  return worker;
}

export function postOrder(
  worker: Worker,
  order: ThreadOrder,
  transfer: readonly ArrayBuffer[] = [],
): void {
  worker.postMessage(order, [...transfer]);
}

/** A thread of its own that searches. */
export function threadLane({ onNews, onDeath }: LaneEvents): SearchLane {
  const worker = createWorker();
  let isOpen = true;
  const die = (reason: string) => {
    if (!isOpen) return;
    isOpen = false;
    void worker.terminate();
    onDeath(reason);
  };
  worker.on("message", (news: SearchNews) => {
    if (isOpen) onNews(news);
  });
  worker.on("error", ({ message }) => die(message));
  worker.on("exit", (code) => die(`exit code ${code}`));
  return {
    post(order, transfer) {
      if (isOpen) postOrder(worker, order, transfer);
    },
    close() {
      isOpen = false;
      void worker.terminate();
    },
  };
}
