/** What the common parts of this room need to know of a kind of fault. */
interface FaultKind {
  /** Its target stands still at times, and its end is ours to bring about. */
  readonly suspends: boolean;
  /** It does nothing to a target that somebody has suspended. */
  readonly needsRunning: boolean;
  /** It hits one process at a time, so that several owners of a port are always too many. */
  readonly onlyOne: boolean;
}

/** Every kind of fault on the process that listens on a port, one a line. */
export const faultKinds = {
  crash: { suspends: false, needsRunning: false, onlyOne: false },
  drain: { suspends: false, needsRunning: true, onlyOne: false },
  restart: { suspends: false, needsRunning: false, onlyOne: true },
  stall: { suspends: true, needsRunning: true, onlyOne: false },
  limp: { suspends: true, needsRunning: true, onlyOne: false },
} as const satisfies Readonly<Record<string, FaultKind>>;

export type FaultName = keyof typeof faultKinds;
