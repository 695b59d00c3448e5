import type { WarningReason } from "./aim-event.ts";
import type { FaultName } from "./fault-kinds.ts";
import type { ParentOf } from "./lineage.ts";
import type { Listener } from "./listener.ts";
import type { ProcessFacts } from "./process-facts.ts";
import type { Target } from "./target.ts";

/** Everything a decision needs; nothing is looked up. */
export interface Situation {
  readonly fault: FaultName;
  readonly port: number;
  /** The addresses that --host names; undefined: any. */
  readonly addresses: readonly string[] | undefined;
  /** Only this owner; undefined: any. */
  readonly pid: number | undefined;
  readonly all: boolean;
  /** The only name a target may have; undefined: any. */
  readonly expect: string | undefined;
  /** Hit what is not the server itself too. */
  readonly force: boolean;
  readonly listeners: readonly Listener[];
  /** Facts of the processes that live, at least of those relevantPids() names. */
  readonly processes: ReadonlyMap<number, ProcessFacts>;
  readonly parentOf: ParentOf;
  readonly ownPid: number;
  /** Undefined where the system has no such number. */
  readonly ownUid: number | undefined;
  /** Our own pid and those of our ancestors. */
  readonly lineage: ReadonlySet<number>;
  /** Pids never touched, and what they are. */
  readonly reserved: ReadonlyMap<number, string>;
}

export type Resolution =
  | {
      readonly kind: "targets";
      readonly targets: readonly Target[];
      /** What whoever hits them should know. */
      readonly notices: readonly Notice[];
    }
  | {
      readonly kind: "refused";
      readonly reason: RefusalReason;
      readonly message: string;
      /** Whom it would have hit, where that is settled. */
      readonly targets?: readonly Target[];
    };

export interface Notice {
  readonly reason: WarningReason;
  /** One line for people. */
  readonly message: string;
}

export type RefusalReason =
  | "nothing-listens"
  | "owner-not-visible"
  | "several-owners"
  | "protected"
  | "unexpected"
  | "not-the-server"
  | "parent-of-listeners"
  | "already-stopped";
