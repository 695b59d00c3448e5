/** What a searching thread runs: it is started by search-thread.ts and never imported. */
import { parentPort } from "node:worker_threads";
import { systemClock } from "../base/clock.ts";
import { limits } from "../base/limits.ts";
import { makeGraph } from "./make-graph.ts";
import { SearchDesk } from "./search-desk.ts";
import type { ThreadNews, ThreadOrder } from "./search-messages.ts";

function tell(news: ThreadNews, transfer: readonly ArrayBuffer[] = []): void {
  parentPort?.postMessage(news, [...transfer]);
}

const desk = new SearchDesk({ clock: systemClock, turnMs: limits.searchTurnMs, tell });

parentPort?.on("message", (order: ThreadOrder) => {
  if (order.kind === "make") void makeGraph(order, tell);
  else desk.take(order);
});
