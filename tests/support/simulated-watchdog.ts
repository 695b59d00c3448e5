import type { Clock } from "../../src/base/clock.ts";
import type { WatchdogLink } from "../../src/fault/watchdog-process.ts";
import type { Order, Word } from "../../src/fault/watchdog-words.ts";

/** What an injector sees of a watchdog, which does as a test tells it. */
export class SimulatedWatchdog implements WatchdogLink {
  readonly orders: Order[] = [];
  readonly ended: Promise<string>;
  isKilled = false;
  readonly #clock: Clock;
  readonly #hear: (word: Word) => void;
  readonly #end: (how: string) => void;
  #readyAfterMs: number | undefined;

  constructor(clock: Clock, hear: (word: Word) => void) {
    this.#clock = clock;
    this.#hear = hear;
    const ended = Promise.withResolvers<string>();
    this.ended = ended.promise;
    this.#end = ended.resolve;
  }

  /** It answers an order to guard after so long; without this it never does. */
  isReadyAfterMs(delayMs: number): void {
    this.#readyAfterMs = delayMs;
  }

  says(word: Word): void {
    this.#hear(word);
  }

  dies(how = "it ended with SIGKILL"): void {
    this.#end(how);
  }

  get isReleased(): boolean {
    return this.orders.some(({ order }) => order === "release");
  }

  tell(order: Order): void {
    this.orders.push(order);
    if (order.order === "release") this.#end("it ended with status 0");
    if (order.order !== "guard" || this.#readyAfterMs === undefined) return;
    this.#clock.after(this.#readyAfterMs, () => this.#hear({ word: "ready" }));
  }

  close(): void {
    this.#end("it ended with status 0");
  }

  kill(): void {
    this.isKilled = true;
    this.#end("it ended with SIGKILL");
  }
}
