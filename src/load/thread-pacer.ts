import { Worker } from "node:worker_threads";
import { type Clock, monotonicMs } from "../base/clock.ts";
import { limits } from "../base/limits.ts";
import { createPaceBoard, type PaceNews } from "./pace-messages.ts";
import type { Pacer } from "./pacer.ts";
import { askForShortSlices } from "./short-slices.ts";

/** As of a searching thread (replica/search-thread.ts). */
const workerUrl = Bun.isStandaloneExecutable
  ? new URL("./load/pace-worker.ts", import.meta.url)
  : new URL("./pace-worker.ts", import.meta.url);

/**
 * Late by a tenth of a millisecond: a thread of its own sleeps as finely as the system can, and
 * wakes this one. Timers stand in until it is up, should it die, and when it is kept from running.
 */
export class ThreadPacer implements Pacer, Disposable {
  readonly #clock: Clock;
  readonly #guardMs: number;
  readonly #worker = new Worker(workerUrl);
  readonly #board = createPaceBoard();
  #isUp = false;
  #endSleep: () => void = () => undefined;

  constructor(clock: Clock, guardMs: number = limits.paceGuardMs) {
    this.#clock = clock;
    this.#guardMs = guardMs;
    this.#worker.on("message", (news: PaceNews) => {
      if (news === "ready") this.#isUp = true;
      else this.wake();
    });
    const onDeath = () => {
      this.#isUp = false;
      this.wake();
    };
    this.#worker.on("error", onDeath);
    this.#worker.on("exit", onDeath);
    this.#worker.postMessage(this.#board);
    askForShortSlices();
  }

  get isUp(): boolean {
    return this.#isUp;
  }

  sleep(delayMs: number): Promise<void> {
    if (this.#isUp) this.#post(delayMs);
    const guardMs = this.#isUp ? this.#guardMs : 0;
    return new Promise((resolve) => {
      const cancel = this.#clock.after(delayMs + guardMs, resolve);
      this.#endSleep = () => {
        cancel();
        resolve();
      };
    });
  }

  wake(): void {
    this.#endSleep();
  }

  [Symbol.dispose](): void {
    Atomics.store(this.#board.turn, 0, -1);
    Atomics.notify(this.#board.turn, 0);
    void this.#worker.terminate();
  }

  #post(delayMs: number): void {
    const { turn, times } = this.#board;
    const nowMs = monotonicMs();
    times[0] = nowMs;
    times[1] = nowMs + delayMs;
    Atomics.add(turn, 0, 1);
    Atomics.notify(turn, 0);
  }
}
