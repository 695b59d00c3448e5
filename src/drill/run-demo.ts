import { join, resolve } from "node:path";
import { type Clock, sleep } from "../base/clock.ts";
import { type Endpoint, formatEndpoint } from "../base/endpoint.ts";
import { DfsError } from "../base/errors.ts";
import { limits } from "../base/limits.ts";
import { freshId } from "../base/random.ts";
import { injectCrash } from "../fault/crash.ts";
import type { FaultEvent } from "../fault/fault-event.ts";
import type { FaultOptions } from "../fault/fault-request.ts";
import { injectStall } from "../fault/stall.ts";
import { runHeader } from "../ledger/run-header.ts";
import { tee } from "../ledger/tee.ts";
import { type LedgerSink, LedgerWriter } from "../ledger/writer.ts";
import { driveLoad, type LoadObserver } from "../load/drive-load.ts";
import type { LoadConfig } from "../load/load-config.ts";
import type { LoadTotals } from "../load/run-load.ts";
import { type Supervisor, type SupervisorEvent, startSupervisor } from "../replica/supervisor.ts";
import type { Channel } from "../rpc/channel.ts";
import type { DemoPlan } from "./demo-plan.ts";

export interface DemoObserver extends LoadObserver {
  onSupervisor(event: SupervisorEvent): void;
  onFault(event: FaultEvent): void;
}

export interface DemoOptions {
  readonly plan: DemoPlan;
  readonly host: string;
  /** One replica is started on each; the first is crashed, the second is stalled. */
  readonly ports: readonly number[];
  readonly load: LoadConfig;
  readonly openChannel: (endpoint: Endpoint) => Channel;
  /** Where all ledgers go: client.log, server_PORT.log, fault.log. */
  readonly directory: string;
  readonly observer: DemoObserver;
  /** Is given every record that this process makes, of load and faults, as it happens. */
  readonly watcher?: LedgerSink | undefined;
  /** Told at the first record that a ledger of this process could not keep. */
  readonly onLedgerFailure: (failure: string) => void;
  readonly clock: Clock;
  /** Aborted: stop scheduling, undo what is under way, drain, stop the replicas. */
  readonly signal: AbortSignal;
}

export interface DemoTotals extends LoadTotals {
  /** Records of faults and restarts that are not on record; the load counts its own. */
  readonly lostFaultRecordCount: number;
}

const faultLedgerName = "fault.log";

/**
 * The whole drill by the code paths that `serve`, `load` and `fault` take: real processes, real
 * faults. Resolves when nothing of it runs any more. Rejects when the replicas do not start or a
 * fault has no proven effect.
 */
export async function runDemo(options: DemoOptions): Promise<DemoTotals> {
  const { clock, directory, ports, plan } = options;
  const run = freshId();
  const { onLedgerFailure: onFailure } = options;
  const path = join(directory, faultLedgerName);
  const faultLedger = LedgerWriter.open(path, { flush: "each", clock, onFailure });
  const config = { duration_s: String(plan.durationMs / 1000), ports: ports.join(",") };
  const ledger = watched(faultLedger, options);
  ledger.append(runHeader({ run, command: "demo", seed: 0, config }, clock));
  const returned = Promise.withResolvers<void>();
  const supervisor = await startSupervisor({
    host: options.host,
    ports,
    by: "demo",
    run,
    restart: "on-crash",
    restartDelayMs: plan.restartDelayMs,
    graceMs: limits.demoGraceMs,
    cwd: directory,
    logfileOf: (port) => `server_${port}.log`,
    ledgerOf: () => ledger,
    onEvent(event) {
      if (event.kind === "started" && event.after !== undefined) returned.resolve();
      options.observer.onSupervisor(event);
    },
    clock,
  });
  try {
    const totals = await loadUnderFaults(options, {
      run,
      supervisor,
      ledger,
      crashedIsBack: returned.promise,
    });
    return { ...totals, lostFaultRecordCount: faultLedger.audit() };
  } finally {
    await supervisor.stop();
    faultLedger.close();
  }
}

function watched(ledger: LedgerSink, { watcher }: DemoOptions): LedgerSink {
  return watcher === undefined ? ledger : tee(ledger, watcher);
}

interface Stage {
  readonly run: string;
  readonly supervisor: Supervisor;
  readonly ledger: LedgerSink;
  readonly crashedIsBack: Promise<void>;
}

/**
 * Load and faults side by side; a fault that fails ends the load, since nothing is proved any more.
 */
async function loadUnderFaults(options: DemoOptions, stage: Stage): Promise<LoadTotals> {
  const failed = new AbortController();
  const signal = AbortSignal.any([options.signal, failed.signal]);
  const faults = injectFaults({ ...options, signal }, stage).catch((error: unknown) => {
    failed.abort();
    throw error;
  });
  const load = runLoadOn({ ...options, signal }).catch((error: unknown) => {
    failed.abort();
    throw error;
  });
  const [faultsEnd, loadEnd] = await Promise.allSettled([faults, load]);
  if (loadEnd.status === "rejected") throw loadEnd.reason;
  if (faultsEnd.status === "rejected") throw faultsEnd.reason;
  return loadEnd.value;
}

async function runLoadOn(options: DemoOptions): Promise<LoadTotals> {
  const { clock, directory, load, openChannel, observer, signal } = options;
  const ledger = LedgerWriter.open(join(directory, "client.log"), {
    ...{ flush: "batched", clock, onFailure: options.onLedgerFailure },
  });
  try {
    return await driveLoad({
      run: freshId(),
      config: load,
      openChannel,
      ledger: watched(ledger, options),
      lostRecordCount: () => ledger.audit(),
      observer,
      clock,
      signal,
    });
  } finally {
    ledger.close();
  }
}

/** Crashes the first replica, waits until its successor serves, then stalls the second. */
async function injectFaults(options: DemoOptions, stage: Stage): Promise<void> {
  const { clock, host, plan, ports, signal } = options;
  const [crashPort = 0, stallPort = 0] = ports;
  const tools: FaultOptions = {
    clock,
    ledger: stage.ledger,
    ledgerPath: resolve(options.directory, faultLedgerName),
    run: stage.run,
    signal,
    notify: (event) => options.observer.onFault(event),
  };
  const pidOf = (port: number) =>
    stage.supervisor.replicas.find((replica) => replica.port === port)?.pid;
  await sleep(clock, plan.crashAtMs, signal);
  if (signal.aborted) return;
  await injectCrash({ port: crashPort, pid: pidOf(crashPort), delayMs: 0 }, tools);
  await withinBound(options, stage.crashedIsBack, { host, port: crashPort });
  await sleep(clock, plan.stallPauseMs, signal);
  if (signal.aborted) return;
  const stalled = await injectStall(
    { port: stallPort, pid: pidOf(stallPort), delayMs: 0, durationMs: plan.stallMs },
    tools,
  );
  if (stalled.outcome !== "target-gone") return;
  throw new DfsError("fault", `Replica ${host}:${stallPort} died during its stall`);
}

/** A restart takes its delay and the start of a process; far beyond that nothing will come. */
const restartWithinMs = 20_000;

async function withinBound(
  { clock, plan, signal }: DemoOptions,
  isBack: Promise<void>,
  endpoint: Endpoint,
): Promise<void> {
  const giveUp = new AbortController();
  const bound = sleep(
    clock,
    plan.restartDelayMs + restartWithinMs,
    AbortSignal.any([signal, giveUp.signal]),
  ).then(() => "late" as const);
  const first = await Promise.race([isBack, bound]);
  giveUp.abort();
  if (first !== "late" || signal.aborted) return;
  throw new DfsError(
    "fault",
    `Cannot go on with the demo as ${formatEndpoint(endpoint)} was not serving again ` +
      `${restartWithinMs / 1000} s after its restart was due`,
  );
}
