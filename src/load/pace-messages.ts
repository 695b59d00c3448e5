/**
 * What a load and its pacing thread share. The thread waits on `turn`, so a new turn ends its
 * present wait, and then until it is time to tell.
 */
export interface PaceBoard {
  /** One number: counts what the thread was asked for; negative: it may end. */
  readonly turn: Int32Array;
  /** Two numbers, by the load's monotonicMs(): when the turn began, and when to tell. */
  readonly times: Float64Array;
}

/** `ready` comes once, before the first `due`, which may be that of a turn that is over. */
export type PaceNews = "ready" | "due";

export function createPaceBoard(): PaceBoard {
  return {
    turn: new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT)),
    times: new Float64Array(new SharedArrayBuffer(2 * Float64Array.BYTES_PER_ELEMENT)),
  };
}
