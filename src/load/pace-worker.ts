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

parentPort?.once("message", ({ turn, times }: PaceBoard) => {
  askForShortSlices();
  tell("ready");
  let yieldedMs = Number.NEGATIVE_INFINITY;
  let turnSeen = 0;
  let aheadMs = Number.POSITIVE_INFINITY;
  while (turnSeen >= 0) {
    Atomics.wait(turn, 0, turnSeen);
    turnSeen = Atomics.load(turn, 0);
    const [askedMs = 0, dueMs = 0] = times;
    const nowMs = monotonicMs();
    // Threads' clocks have origins of their own; woken at once, this one sees how far apart.
    aheadMs = Math.min(aheadMs, nowMs - askedMs);
    const delayMs = dueMs + aheadMs - nowMs;
    const isDue = delayMs <= 0 || Atomics.wait(turn, 0, turnSeen, delayMs) === "timed-out";
    if (!isDue || turnSeen < 0) continue;
    tell("due");
    // While the load is busy sending.
    if (nowMs - yieldedMs < limits.yieldCompilersMs) continue;
    yieldCompilers();
    yieldedMs = nowMs;
  }
});
