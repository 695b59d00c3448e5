import { type Clock, sleep } from "../base/clock.ts";

/** What a load waits with until its next request is due: one sleep at a time. */
export interface Pacer {
  /** Resolves after `delayMs`, or before, when it is to be called again for the rest. */
  sleep(delayMs: number): Promise<void>;
  /** Ends the sleep that is on. */
  wake(): void;
}

/** Timers count whole milliseconds: late by up to two. */
export function timerPacer(clock: Clock): Pacer {
  let awake = new AbortController();
  return {
    sleep(delayMs) {
      awake = new AbortController();
      return sleep(clock, delayMs, awake.signal);
    },
    wake: () => awake.abort(),
  };
}
