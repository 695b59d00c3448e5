import { type Clock, sleep } from "../base/clock.ts";
import { messageOf } from "../base/errors.ts";
import { limits } from "../base/limits.ts";
import type { LedgerRecord } from "../ledger/record.ts";
import { faultRecord } from "./fault-record.ts";
import type { ProcessFacts } from "./process-facts.ts";
import { observe } from "./prove.ts";
import type { Roster } from "./roster.ts";
import { factsOf, type RunningFault, refOf } from "./running-fault.ts";
import type { Suspension, System } from "./system.ts";
import { nextStep, type WatchdogSituation } from "./watchdog-step.ts";
import type { Order, UndoReason, Word } from "./watchdog-words.ts";

export interface WatchdogOptions {
  readonly system: System;
  readonly clock: Clock;
  /** The wall clock, which goes on while the machine sleeps. */
  readonly wallUs: () => number;
  readonly roster: Roster;
  readonly say: (word: Word) => void;
  /** Appends to the ledger at `path`, and says nothing when that fails: nobody is left to tell. */
  readonly record: (path: string, record: LedgerRecord) => void;
  /** Aborted: undo and leave. */
  readonly signal: AbortSignal;
}

interface Guarded {
  readonly process: ProcessFacts;
  readonly claim: Suspension;
}

/**
 * Undoes one fault in its injector's stead, once that is gone: a process of its own, so that it
 * outlives a SIGKILL. It takes orders, and leaves as soon as there is nothing to undo.
 */
export class Watchdog {
  readonly #options: WatchdogOptions;
  readonly #orders: Order[] = [];
  readonly #begunPids = new Set<number>();
  #wake = new AbortController();
  #self: Promise<ProcessFacts | undefined> = Promise.resolve(undefined);
  #fault: RunningFault | undefined;
  #ledger: string | undefined;
  #guarded: readonly Guarded[] = [];
  /** The planned end on the monotonic clock, as it was when the order came. */
  #dueUs = 0;
  #durationUs = 0;
  #isStoppedSeen = false;
  #isReleased = false;
  #isInjectorGone = false;
  #askedUs: number | undefined;
  #runningSinceUs: number | undefined;

  constructor(options: WatchdogOptions) {
    this.#options = options;
    options.signal.addEventListener("abort", () => this.#wake.abort());
  }

  hear(order: Order): void {
    this.#orders.push(order);
    this.#wake.abort();
  }

  injectorGone(): void {
    this.#isInjectorGone = true;
    this.#wake.abort();
  }

  /** Resolves when nothing is left to guard. */
  async run(): Promise<void> {
    // Where that takes a second it is over by the blow.
    this.#self = this.#inspectSelf();
    for (;;) {
      this.#wake = new AbortController();
      for (const order of this.#orders.splice(0)) await this.#obey(order);
      this.#heedRequests();
      if (this.#isInjectorGone || !this.#isBegun()) await this.#look();
      const step = nextStep(this.#situation(), this.#options.system.pollEveryMs);
      if (step.kind === "undo") await this.#undo(step.reason);
      else if (step.kind === "leave") this.#forget();
      if (step.kind !== "wait") return;
      await sleep(this.#options.clock, step.forMs, this.#wake.signal);
    }
  }

  async #inspectSelf(): Promise<ProcessFacts | undefined> {
    try {
      return (await this.#options.system.inspect([process.pid])).get(process.pid);
    } catch {
      // It guards all the same; a list then takes it for dead.
      return undefined;
    }
  }

  async #obey(order: Order): Promise<void> {
    switch (order.order) {
      case "guard":
        await this.#guard(order.fault, order.ledger);
        break;
      case "begun":
        this.#begunPids.add(order.pid);
        this.#planEnd(order.untilUs);
        break;
      case "release":
        this.#isReleased = true;
    }
  }

  async #guard(fault: RunningFault, ledger: string | undefined): Promise<void> {
    const { system, roster, say } = this.#options;
    try {
      this.#guarded = fault.targets.map((target) => {
        const process = factsOf(target);
        return { process, claim: system.claim(process) };
      });
    } catch (error) {
      say({ word: "refused", reason: messageOf(error) });
      return;
    }
    const self = await this.#self;
    this.#fault = { ...fault, watchdog: self === undefined ? undefined : refOf(self) };
    this.#durationUs = fault.untilUs - fault.sinceUs;
    this.#ledger = ledger;
    this.#planEnd(fault.untilUs);
    try {
      roster.put(this.#fault);
    } catch (error) {
      say({ word: "unlisted", reason: messageOf(error) });
    }
    say({ word: "ready" });
  }

  #planEnd(untilUs: number): void {
    const { clock, wallUs } = this.#options;
    if (this.#fault === undefined) return;
    this.#fault = { ...this.#fault, untilUs };
    this.#dueUs = clock.nowUs() + untilUs - wallUs();
  }

  /** Notices that an undo is asked for, and tells the injector, whose part it is. */
  #heedRequests(): void {
    const { roster, clock, say } = this.#options;
    if (this.#fault === undefined || this.#askedUs !== undefined) return;
    if (!roster.isUndoAsked(this.#fault.id)) return;
    this.#askedUs = clock.nowUs();
    say({ word: "asked" });
  }

  async #look(): Promise<void> {
    const { system, clock } = this.#options;
    const states = await Promise.all(this.#guarded.map(({ process }) => system.glance(process)));
    // Where a look is dear it says nothing of a live process: that may be suspended.
    const isOver = states.every((state) => state === "running" || state === "gone");
    this.#runningSinceUs = isOver ? (this.#runningSinceUs ?? clock.nowUs()) : undefined;
    if (this.#isBegun() || !states.includes("stopped")) return;
    // Its injector may be killed before it can tell.
    this.#isStoppedSeen = true;
    this.#planEnd(this.#options.wallUs() + this.#durationUs);
  }

  #isBegun(): boolean {
    return this.#isStoppedSeen || this.#begunPids.size === this.#guarded.length;
  }

  #situation(): WatchdogSituation {
    const { clock, wallUs, signal } = this.#options;
    const nowUs = clock.nowUs();
    const sinceMs = (startUs: number) => (nowUs - startUs) / 1000;
    // The wall clock knows of a sleep; the monotonic one is not fooled when somebody sets it back.
    const remainingUs = Math.min((this.#fault?.untilUs ?? 0) - wallUs(), this.#dueUs - nowUs);
    return {
      guarded: this.#fault?.fault,
      isBegun: this.#isBegun(),
      remainingMs: remainingUs / 1000,
      isReleased: this.#isReleased,
      isInjectorGone: this.#isInjectorGone,
      isTerminated: signal.aborted,
      askedForMs: this.#askedUs === undefined ? undefined : sinceMs(this.#askedUs),
      runningForMs: this.#runningSinceUs === undefined ? 0 : sinceMs(this.#runningSinceUs),
    };
  }

  async #undo(reason: UndoReason): Promise<void> {
    // Said first, so that an injector that lives does not take it for a stranger's doing.
    if (!this.#isInjectorGone) this.#options.say({ word: "undone", reason });
    const ends = await Promise.all(this.#guarded.map((guarded) => this.#resume(guarded)));
    // An entry whose target would not resume stays, so that a list still shows it.
    if (ends.every((isOver) => isOver)) this.#forget();
  }

  /** Resumes one target if it is suspended; whether it is seen running, or gone. */
  async #resume({ process, claim }: Guarded): Promise<boolean> {
    const { system, clock } = this.#options;
    let current = claim;
    for (let round = 0; ; round++) {
      const startUs = clock.nowUs();
      const state = await system.glance(process);
      const mayStandStill = state === "stopped" || (state === undefined && round === 0);
      try {
        if (round > 0) current = system.claim(process);
        if (mayStandStill) current.resume();
      } catch {
        // The proof below tells.
      }
      const seen = await observe(process, ["running", "gone"], { system, clock });
      if (seen === undefined) return false;
      const tUs = system.actsAtOnce && mayStandStill ? startUs : seen.tUs;
      if (round === 0) this.#tellEnd(process, tUs);
      // A suspension that its injector asked for as it died may still come into effect.
      if (seen.state === "gone" || round > 0 || this.#fault?.fault === "stall") return true;
      await sleep(clock, limits.watchdogSettleMs / 4);
    }
  }

  /** To the injector, or to the ledger as that would have, had it lived. */
  #tellEnd(process: ProcessFacts, tUs: number): void {
    const { fault, run, port } = this.#fault ?? {};
    if (!this.#isInjectorGone) this.#options.say({ word: "resumed", pid: process.pid, tUs });
    if (!this.#isInjectorGone || this.#ledger === undefined) return;
    // It was late, but has put the end on record itself, told us so, and only then left.
    if (this.#orders.some(({ order }) => order === "release")) return;
    if (fault === undefined || run === undefined || port === undefined) return;
    if (!this.#begunPids.has(process.pid)) return;
    const record = faultRecord(fault, { phase: "end", tUs, run, port, process });
    this.#options.record(this.#ledger, record);
  }

  #forget(): void {
    if (this.#fault !== undefined) this.#options.roster.remove(this.#fault.id);
  }
}
