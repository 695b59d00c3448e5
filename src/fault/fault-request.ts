import type { Clock } from "../base/clock.ts";
import type { LedgerSink } from "../ledger/writer.ts";
import type { ProcessFacts } from "./process-facts.ts";
import type { System } from "./system.ts";

export type FaultName = "crash" | "stall";

/** Whom to hit, and when. */
export interface FaultRequest {
  readonly port: number;
  /** Narrows to the listener that serves this address or name of this host. */
  readonly host?: string | undefined;
  /** Narrows to this owner of the port. */
  readonly pid?: number | undefined;
  /** Hit every owner where there are several, instead of refusing. */
  readonly all?: boolean | undefined;
  /** From the call to the blow. */
  readonly delayMs: number;
}

export interface StallRequest extends FaultRequest {
  /** From the instant the target was seen suspended until it is resumed. */
  readonly durationMs: number;
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
}

/** A process that owns the port, and the addresses it listens at there. */
export interface Target {
  readonly process: ProcessFacts;
  readonly addresses: readonly string[];
}

export interface FaultResult {
  /**
   * `interrupted`: the signal came before the blow, or cut a stall short. `target-gone`: a target
   * died while it was suspended, so that nobody saw it run again.
   */
  readonly outcome: "done" | "interrupted" | "target-gone";
  /** Whom it hit, or in a dry run whom it would have hit. */
  readonly targets: readonly Target[];
}

interface Timed {
  readonly tUs: number;
  readonly fault: FaultName;
  readonly port: number;
}

/**
 * What happens during a fault, in order, for whoever shows it. Instants are those of observation.
 */
export type FaultEvent =
  /**
   * Whom the fault is going to hit, as known at its start (or at the blow, if nothing listened
   * before).
   */
  | (Timed & { readonly kind: "resolved"; readonly targets: readonly Target[] })
  | (Timed & {
      readonly kind: "warned";
      readonly reason: WarningReason;
      /** One line for people. */
      readonly message: string;
    })
  /** A crash took effect: the process is gone and does not listen any more. */
  | (Timed & { readonly kind: "injected"; readonly target: Target })
  /** A stall took effect: every thread is suspended. */
  | (Timed & { readonly kind: "started"; readonly target: Target; readonly durationMs: number })
  /** The target runs again. */
  | (Timed & { readonly kind: "recovered"; readonly target: Target; readonly stalledMs: number })
  /** The target of a stall died while it was suspended: there was nothing to resume. */
  | (Timed & { readonly kind: "target-gone"; readonly target: Target; readonly stalledMs: number });

export type WarningReason =
  | "port-empty"
  | "target-replaced"
  | "foreground-job"
  | "no-watchdog"
  | "resumed-by-others";
