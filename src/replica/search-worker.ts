/** What a searching thread runs: it is started by search-thread.ts and never imported. */
import { parentPort } from "node:worker_threads";
import { systemClock } from "../base/clock.ts";
import { limits } from "../base/limits.ts";
import { buildModular } from "./build-modular.ts";
import { SearchDesk } from "./search-desk.ts";
import type { ThreadNews, ThreadOrder } from "./search-messages.ts";

function tell(news: ThreadNews, transfer: readonly ArrayBuffer[] = []): void {
  parentPort?.postMessage(news, [...transfer]);
}

const desk = new SearchDesk({ clock: systemClock, turnMs: limits.searchTurnMs, tell });

parentPort?.on("message", (order: ThreadOrder) => {
  if (order.kind === "build") tell({ kind: "built", graph: buildModular(order.vertexCount) });
  else desk.take(order);
});
