/** What a pacing thread runs: it is started by thread-pacer.ts and never imported. */
import { parentPort } from "node:worker_threads";
import { monotonicMs } from "../base/clock.ts";
import { limits } from "../base/limits.ts";
import type { PaceBoard, PaceNews } from "./pace-messages.ts";
import { askForShortSlices } from "./short-slices.ts";
import { yieldCompilers } from "./yield-compilers.ts";

function tell(news: PaceNews): void {
  parentPort?.postMessage(news);
}

/** Tells when each turn is due, until there are no more. */
function pace({ turn, times }: PaceBoard): void {
  let toldTurn = 0;
  let aheadMs = Number.POSITIVE_INFINITY;
  let yieldedMs = Number.NEGATIVE_INFINITY;
  for (;;) {
    const current = Atomics.load(turn, 0);
    if (current < 0) return;
    const [askedMs = 0, dueMs = 0] = times;
    const nowMs = monotonicMs();
    // Threads' clocks have origins of their own; woken at once, this one sees how far apart.
    aheadMs = Math.min(aheadMs, nowMs - askedMs);
    const delayMs = dueMs + aheadMs - nowMs;
    if (current === toldTurn) {
      Atomics.wait(turn, 0, current);
    } else if (delayMs > 0) {
      // Whatever ends it, the board is read anew: a notice may be that of a turn seen already.
      Atomics.wait(turn, 0, current, delayMs);
    } else {
      tell("due");
      toldTurn = current;
      // While the load is busy sending.
      if (nowMs - yieldedMs < limits.yieldCompilersMs) continue;
      yieldCompilers();
      yieldedMs = nowMs;
    }
  }
}

parentPort?.once("message", (board: PaceBoard) => {
  askForShortSlices();
  tell("ready");
  pace(board);
});
