import type { CancelTimer, Clock } from "../../src/base/clock.ts";
import { assert } from "../../src/base/errors.ts";

/** A timer of a SimulatedClock, to be called off with `cancel`. */
export interface SimulatedTimer {
  atUs: number;
  order: number;
  /** Its place in the heap; -1 once it has fired or was called off. */
  index: number;
  action: () => void;
  readonly owner: TimerOwner | undefined;
}

interface TimerOwner {
  timerCount: number;
}

/** As of systemClock: a timer cannot be set further ahead. */
const delayMaxMs = 2 ** 31 - 1;

/**
 * A clock that moves only when it is told to, from timer to timer, those of one instant in the
 * order they were set. All of it is synchronous: a binary heap and no promise, about a million
 * timers a second.
 */
export class SimulatedClock implements Clock {
  #nowUs: number;
  #order = 0;
  readonly #heap: SimulatedTimer[] = [];

  constructor(startUs = 1_000_000_000) {
    this.#nowUs = startUs;
  }

  nowUs(): number {
    return this.#nowUs;
  }

  get timerCount(): number {
    return this.#heap.length;
  }

  after(delayMs: number, action: () => void): CancelTimer {
    const timer = this.set(delayMs, action);
    return () => this.cancel(timer);
  }

  /** Like after(), without a closure to call it off. */
  set(delayMs: number, action: () => void, owner?: TimerOwner): SimulatedTimer {
    assert(!Number.isNaN(delayMs), "a delay is a number");
    const delayUs = Math.round(Math.min(Math.max(0, delayMs), delayMaxMs) * 1000);
    const index = this.#heap.length;
    const order = this.#order++;
    const timer: SimulatedTimer = { atUs: this.#nowUs + delayUs, order, index, action, owner };
    if (owner !== undefined) owner.timerCount++;
    this.#heap.push(timer);
    this.#rise(timer);
    return timer;
  }

  cancel(timer: SimulatedTimer): void {
    if (timer.index < 0) return;
    this.#remove(timer);
  }

  /** A clock of the same time whose own timers can be counted: those that one party has set. */
  share(): SharedClock {
    return new SharedClock(this);
  }

  /** Fires the next timer; false when there is none until `endUs`. */
  step(endUs = Number.POSITIVE_INFINITY): boolean {
    const next = this.#heap[0];
    if (next === undefined || next.atUs > endUs) return false;
    this.#remove(next);
    this.#nowUs = next.atUs;
    next.action();
    return true;
  }

  /** Moves time forward, firing what falls due on the way. */
  advanceMs(spanMs: number): void {
    const endUs = this.#nowUs + Math.round(spanMs * 1000);
    while (this.step(endUs));
    this.#nowUs = endUs;
  }

  #remove(timer: SimulatedTimer): void {
    const last = this.#heap.pop();
    if (last !== undefined && last !== timer) {
      last.index = timer.index;
      this.#heap[last.index] = last;
      this.#rise(last);
      this.#sink(last);
    }
    timer.index = -1;
    if (timer.owner !== undefined) timer.owner.timerCount--;
  }

  #rise(timer: SimulatedTimer): void {
    let { index } = timer;
    while (index > 0) {
      const parentIndex = (index - 1) >> 1;
      const parent = this.#heap[parentIndex];
      if (parent === undefined || !isBefore(timer, parent)) break;
      this.#heap[index] = parent;
      parent.index = index;
      index = parentIndex;
    }
    this.#heap[index] = timer;
    timer.index = index;
  }

  #sink(timer: SimulatedTimer): void {
    let { index } = timer;
    for (;;) {
      const left = this.#heap[2 * index + 1];
      const right = this.#heap[2 * index + 2];
      const child =
        right !== undefined && left !== undefined && isBefore(right, left) ? right : left;
      if (child === undefined || !isBefore(child, timer)) break;
      const childIndex = child.index;
      this.#heap[index] = child;
      child.index = index;
      index = childIndex;
    }
    this.#heap[index] = timer;
    timer.index = index;
  }
}

/** One party's view of a SimulatedClock. */
export class SharedClock implements Clock {
  /** Timers of this party that have neither fired nor been called off. */
  timerCount = 0;
  readonly #clock: SimulatedClock;

  constructor(clock: SimulatedClock) {
    this.#clock = clock;
  }

  nowUs(): number {
    return this.#clock.nowUs();
  }

  after(delayMs: number, action: () => void): CancelTimer {
    const timer = this.#clock.set(delayMs, action, this);
    return () => this.#clock.cancel(timer);
  }
}

function isBefore(a: SimulatedTimer, b: SimulatedTimer): boolean {
  return a.atUs < b.atUs || (a.atUs === b.atUs && a.order < b.order);
}
