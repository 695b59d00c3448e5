import type { CancelTimer } from "../base/clock.ts";
import type { Channel } from "../rpc/channel.ts";
import type { ReplicaState } from "./replica-state.ts";

/** An attempt that is open on a replica, as far as the replica's state concerns it. */
export interface OpenAttempt {
  /** Its replica has just become suspect. */
  onSuspect(): void;
  /** Its connection was given up for its silence, and the replica has answered over the next. */
  onAdrift(): void;
}

/**
 * `new`: it has yet to be admitted, and gets no requests. `member`: it serves like any other.
 * `leaving`: only while there is no other; forgotten once it is down and nothing is open on it.
 * `gone`: forgotten.
 */
export type Standing = "new" | "member" | "leaving" | "gone";

/** What a replica set knows of one replica. */
export interface Replica {
  readonly index: number;
  readonly channel: Channel;
  readonly open: Set<OpenAttempt>;
  /** How many of those are of streams. */
  openStreamCount: number;
  state: ReplicaState;
  standing: Standing;
  isProbed: boolean;
  /** Calls off the pause before the next probe. */
  cancelPause: CancelTimer;
  /** It has asked to be spared until then. */
  sparedUntilUs: number;
  /** It has refused a request, and comes last until then. */
  refusesUntilUs: number;
  /** Its last answer, to an attempt or to a probe. */
  heardUs: number;
  /** What was open when its connection was given up for its silence. */
  adrift: readonly OpenAttempt[];
}

/** One of which nothing is known yet. */
export function unknownReplica(index: number, channel: Channel, standing: Standing): Replica {
  return {
    ...{ index, channel, standing },
    open: new Set(),
    openStreamCount: 0,
    state: "probing",
    isProbed: false,
    cancelPause: () => undefined,
    sparedUntilUs: 0,
    refusesUntilUs: 0,
    heardUs: Number.NEGATIVE_INFINITY,
    adrift: [],
  };
}
