import { type Clock, sleep, waitUntil } from "../base/clock.ts";
import { DfsError } from "../base/errors.ts";
import { limits } from "../base/limits.ts";
import type { RunningFault } from "./running-fault.ts";
import type { StartWatchdog, WatchdogLink } from "./watchdog-process.ts";
import type { UndoReason, Word } from "./watchdog-words.ts";

export interface GuardianOptions {
  readonly startWatchdog: StartWatchdog;
  readonly clock: Clock;
  /** The ledger that takes the end's record should we be killed. */
  readonly ledgerPath: string | undefined;
  /** Told in one line what people should know. */
  readonly warn: (reason: "watchdog-replaced" | "not-listed", message: string) => void;
}

/** Why a fault ends before its time: a request, its watchdog's own doing, or no watchdog at all. */
export type EndingCause = "asked" | UndoReason | DfsError;

/** The injector's side of a watchdog, which is replaced when it dies while the fault lasts. */
export class Guardian {
  readonly #options: GuardianOptions;
  readonly #ending = new AbortController();
  readonly #begun = new Map<number, number>();
  /** When the watchdog saw each pid running, once it has undone the fault itself. */
  readonly #resumed = new Map<number, number>();
  #isUndone = false;
  #link: WatchdogLink;
  #fault: RunningFault | undefined;
  #ready = Promise.withResolvers<void>();
  #isGuarding = false;
  #isReleased = false;

  /** Starts a watchdog at once, so that it is up by the blow. */
  constructor(options: GuardianOptions) {
    this.#options = options;
    this.#link = this.#start();
  }

  /** Aborted when the fault must end before its time, with an EndingCause as its reason. */
  get ending(): AbortSignal {
    return this.#ending.signal;
  }

  /** Resolves once the fault is guarded and may begin; a `fault` error when it cannot be. */
  async guard(fault: RunningFault): Promise<void> {
    this.#fault = fault;
    const first = await this.#tellGuard();
    if (first === undefined) return;
    // It may have died during a long delay: one more is tried, and then nothing is suspended.
    this.#link.kill();
    this.#link = this.#start();
    const second = await this.#tellGuard();
    if (second === undefined) return;
    this.#link.kill();
    throw new DfsError(
      "fault",
      `Cannot ${fault.fault} the listener of port ${fault.port} as no watchdog can be started, ` +
        `which would resume it should dfs be killed: ${second}; nothing was suspended`,
    );
  }

  /** The effect on `pid` is on record; it is to be undone at `untilUs` of the wall clock. */
  begun(pid: number, untilUs: number): void {
    this.#begun.set(pid, untilUs);
    this.#link.tell({ order: "begun", pid, untilUs });
  }

  /**
   * When the watchdog saw `pid` running, if it has undone the fault itself. `mayBeUnread`: this
   * process was held up, and the watchdog's word may still wait to be read.
   */
  async resumedUs(pid: number, mayBeUnread: boolean): Promise<number | undefined> {
    const { clock } = this.#options;
    const everyMs = limits.watchdogWordLookMs;
    const isHeard = () => this.#isUndone;
    if (mayBeUnread) await waitUntil(clock, isHeard, { withinMs: limits.watchdogWordMs, everyMs });
    if (!this.#isUndone) return undefined;
    const isSeen = () => this.#resumed.has(pid);
    await waitUntil(clock, isSeen, { withinMs: limits.watchdogLeaveMs, everyMs });
    return this.#resumed.get(pid);
  }

  /** The fault is undone, or never was: resolves when no watchdog is left. */
  async release(): Promise<void> {
    if (this.#isReleased) return;
    this.#isReleased = true;
    // One that guards nothing yet has nothing to tidy up either.
    if (this.#fault === undefined) {
      this.#link.kill();
      return;
    }
    this.#link.tell({ order: "release" });
    this.#link.close();
    const { clock } = this.#options;
    const left = new AbortController();
    const late = sleep(clock, limits.watchdogLeaveMs, left.signal).then(() => "late" as const);
    const first = await Promise.race([this.#link.ended, late]);
    left.abort();
    if (first === "late") this.#link.kill();
  }

  #start(): WatchdogLink {
    this.#ready = Promise.withResolvers<void>();
    // It may be refused before anybody waits for it.
    this.#ready.promise.catch(() => undefined);
    const ready = this.#ready;
    const link = this.#options.startWatchdog((word) => this.#hear(word, ready));
    void link.ended.then((how) => {
      ready.reject(new Error(how));
      if (link === this.#link) void this.#lost(how);
    });
    return link;
  }

  /** Resolves to why it does not guard; undefined when it does. */
  async #tellGuard(): Promise<string | undefined> {
    if (this.#fault === undefined) return "there is nothing to guard";
    const { clock, ledgerPath } = this.#options;
    const ready = this.#ready.promise;
    this.#link.tell({ order: "guard", fault: this.#fault, ledger: ledgerPath });
    const stop = new AbortController();
    const silence = `it was not ready within ${limits.watchdogReadyMs / 1000} s`;
    const late = sleep(clock, limits.watchdogReadyMs, stop.signal).then(() => silence);
    const answer = ready.then(
      () => undefined,
      (error: Error) => error.message,
    );
    const first = await Promise.race([answer, late]);
    stop.abort();
    if (first !== undefined) return first;
    this.#isGuarding = true;
    for (const [pid, untilUs] of this.#begun) this.#link.tell({ order: "begun", pid, untilUs });
    return undefined;
  }

  #hear(word: Word, ready: PromiseWithResolvers<void>): void {
    if (word.word === "ready") ready.resolve();
    else if (word.word === "refused") ready.reject(new Error(word.reason));
    else if (word.word === "asked") this.#endFor("asked");
    else if (word.word === "resumed") this.#resumed.set(word.pid, word.tUs);
    else if (word.word === "undone") {
      this.#isUndone = true;
      this.#endFor(word.reason);
    } else {
      const message = `${word.reason}; dfs fault list does not show it`;
      this.#options.warn("not-listed", message);
    }
  }

  #endFor(cause: EndingCause): void {
    this.#ending.abort(cause);
  }

  /** A watchdog ended while the fault lasts, and not because it undid it: another takes over. */
  async #lost(how: string): Promise<void> {
    if (!this.#isGuarding || this.#isReleased || this.#ending.signal.aborted) return;
    this.#isGuarding = false;
    this.#link = this.#start();
    const failure = await this.#tellGuard();
    if (failure === undefined) {
      const message = `The watchdog was lost (${how}); another guards the fault now`;
      this.#options.warn("watchdog-replaced", message);
      return;
    }
    this.#link.kill();
    const message =
      `Cannot go on without a watchdog: the first was lost (${how}), and another cannot be ` +
      `started: ${failure}; the fault was undone`;
    this.#endFor(new DfsError("fault", message));
  }
}
