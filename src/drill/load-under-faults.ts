import { resolve } from "node:path";
import { DfsError } from "../base/errors.ts";
import type { FaultEvent } from "../fault/fault-event.ts";
import type { FaultOptions } from "../fault/fault-request.ts";
import { type DriveLoadOptions, driveLoad, type LoadObserver } from "../load/drive-load.ts";
import type { LoadConfig } from "../load/load-config.ts";
import type { LoadTotals } from "../load/run-load.ts";
import { ThreadPacer } from "../load/thread-pacer.ts";
import type { FaultLedger } from "./fault-ledger.ts";
import { injectFaults } from "./inject-faults.ts";
import type { PlannedFault } from "./planned-fault.ts";
import { ReturnWatch } from "./return-watch.ts";

export interface FaultedLoadOptions {
  readonly load: DriveLoadOptions;
  readonly faults: readonly PlannedFault[];
  readonly ledger: FaultLedger;
  /** Where the output of a server goes that is started again and had it nowhere. */
  readonly directory: string;
  readonly onFault: (event: FaultEvent) => void;
}

export interface FaultedLoad {
  readonly totals: LoadTotals;
  /** Why the load was ended before its time: a fault that failed. */
  readonly failure: DfsError | undefined;
  /** Records of faults, and of restarts beside them, that are not in their file. */
  readonly lostFaultRecordCount: number;
}

/**
 * A load, and faults at their times within it, counted from the instant its first request is due.
 * A fault that fails ends the load in order, since nothing is proved any more; the load's signal
 * undoes what is under way. Resolves when both are over; rejects with what driveLoad() throws.
 */
export async function loadUnderFaults(options: FaultedLoadOptions): Promise<FaultedLoad> {
  const { load, faults, ledger } = options;
  const { clock, config } = load;
  const stop = new AbortController();
  const signal = AbortSignal.any([load.signal, stop.signal]);
  const returns = new ReturnWatch(clock);
  let injected: Promise<DfsError | undefined> = Promise.resolve(undefined);
  const begin = () => {
    const tools: FaultOptions = {
      ...{ clock, ledger, run: ledger.run, signal, notify: options.onFault },
      ledgerPath: ledger.path === undefined ? undefined : resolve(ledger.path),
    };
    const endUs = clock.nowUs() + config.durationMs * 1000;
    const { directory } = options;
    injected = injectFaults(faults, { ...tools, returns, endUs, directory }).then(
      () => undefined,
      (error: unknown) => {
        stop.abort();
        if (error instanceof DfsError) return error;
        throw error;
      },
    );
    injected.catch(() => undefined);
  };
  const observer: LoadObserver = {
    ...load.observer,
    onSubject(subject) {
      load.observer.onSubject(subject);
      begin();
    },
    onReplicaChange(change) {
      // That a replica is to go is no return, whatever its state.
      if (change.standing === undefined) returns.changed(change);
      load.observer.onReplicaChange(change);
    },
  };
  using pacer = isPaced(config) ? new ThreadPacer(clock) : undefined;
  try {
    const totals = await driveLoad({ ...load, observer, signal, pacer });
    const failure = await injected;
    const whole = load.signal.aborted ? "interrupted" : "normal";
    const lostFaultRecordCount = ledger.end(failure === undefined ? whole : "failed");
    return { totals, failure, lostFaultRecordCount };
  } catch (error) {
    stop.abort();
    await injected.catch(() => undefined);
    throw error;
  }
}

/** Whether requests leave by a schedule. */
function isPaced({ mode, profile }: LoadConfig): boolean {
  return mode !== "stream" && profile.kind === "open";
}
