/** What the common parts of this room need to know of a kind of fault. */
interface FaultKind {
  /** Its target stands still at times, and its end is ours to bring about. */
  readonly suspends: boolean;
}

/** Every kind of fault on the process that listens on a port, one a line. */
export const faultKinds = {
  crash: { suspends: false },
  stall: { suspends: true },
  limp: { suspends: true },
} as const satisfies Readonly<Record<string, FaultKind>>;

export type FaultName = keyof typeof faultKinds;
