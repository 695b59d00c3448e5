import type { Clock } from "../base/clock.ts";
import type { LedgerSink } from "../ledger/writer.ts";
import type { FaultEvent } from "./fault-event.ts";
import type { ProcessFacts } from "./process-facts.ts";
import type { Roster } from "./roster.ts";
import type { System } from "./system.ts";
import type { Target } from "./target.ts";
import type { StartWatchdog } from "./watchdog-process.ts";

/** Whom to hit, and when. */
export interface FaultRequest {
  readonly port: number;
  /** Narrows to the listener that serves this address or name of this host. */
  readonly host?: string | undefined;
  /** Narrows to this owner of the port. */
  readonly pid?: number | undefined;
  /** Hit every owner where there are several, instead of refusing. */
  readonly all?: boolean | undefined;
  /** The only name (of process or program) a target may have. */
  readonly expect?: string | undefined;
  /** Hit what is not the server itself too, such as a proxy or the parent of other listeners. */
  readonly force?: boolean | undefined;
  /** Only these processes, or those that run the same command as one of them; empty: any. */
  readonly like?: readonly ProcessFacts[] | undefined;
  /** From the call to the blow. */
  readonly delayMs: number;
}

export interface StallRequest extends FaultRequest {
  /** From the instant the target was seen suspended until it is resumed. */
  readonly durationMs: number;
}

export interface LimpRequest extends StallRequest {
  /** Of each period the target is suspended for this share, in 0..1, and runs for the rest. */
  readonly dutyShare: number;
  readonly periodMs: number;
}

export interface FaultOptions {
  readonly clock: Clock;
  readonly ledger: LedgerSink;
  /** The run that the records belong to. */
  readonly run: string;
  /** Aborted: no blow any more, and a stall is undone at once. */
  readonly signal: AbortSignal;
  readonly notify: (event: FaultEvent) => void;
  /** Default: the one we run on. */
  readonly system?: System | undefined;
  /** The file that `ledger` writes to: a watchdog adds the end's record should we be killed. */
  readonly ledgerPath?: string | undefined;
  /** Default: a process of its own. */
  readonly startWatchdog?: StartWatchdog | undefined;
  /** Of the faults that run; default: this user's. */
  readonly roster?: Roster | undefined;
  /** Default: the wall clock, which goes on while the machine sleeps; microseconds. */
  readonly wallUs?: (() => number) | undefined;
}

export interface FaultResult {
  /**
   * `interrupted`: the signal came before the blow, or cut a stall short. `target-gone`: a target
   * died while it was suspended, so that nobody saw it run again. `undone`: it was resumed before
   * its time by `dfs fault undo`, or because its watchdog was told to end.
   */
  readonly outcome: "done" | "interrupted" | "undone" | "target-gone";
  /** Whom it hit, or in a dry run whom it would have hit. */
  readonly targets: readonly Target[];
  /** Who serves the port in their place, as far as the fault has seen to it. */
  readonly successors?: readonly ProcessFacts[];
}
