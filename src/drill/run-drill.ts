import { join } from "node:path";
import type { Clock } from "../base/clock.ts";
import { type Endpoint, tcpOf } from "../base/endpoint.ts";
import { limits } from "../base/limits.ts";
import { freshId } from "../base/random.ts";
import type { FaultEvent } from "../fault/fault-event.ts";
import type { Graph } from "../graph/graph.ts";
import { tee } from "../ledger/tee.ts";
import { type LedgerSink, LedgerWriter } from "../ledger/writer.ts";
import type { LoadObserver } from "../load/drive-load.ts";
import type { LoadConfig } from "../load/load-config.ts";
import type { RestartMode } from "../replica/restart-policy.ts";
import { type SupervisorEvent, startSupervisor } from "../replica/supervisor.ts";
import type { Channel } from "../rpc/channel.ts";
import { FaultLedger, faultConfig, faultLedgerName } from "./fault-ledger.ts";
import { type FaultedLoad, loadUnderFaults } from "./load-under-faults.ts";
import type { PlannedFault } from "./planned-fault.ts";

export interface DrillObserver extends LoadObserver {
  onSupervisor(event: SupervisorEvent): void;
  onFault(event: FaultEvent): void;
}

/** What happens in a drill: replicas, load and faults on one timeline. */
export interface DrillPlan {
  readonly restart: RestartMode;
  readonly restartDelayMs: number;
  /** The flags that say which graph the replicas serve; none: the default one. */
  readonly graphArguments: readonly string[];
  /** The graph that must answer; undefined: the one that the replicas serve. */
  readonly graph: Graph | undefined;
  /** One replica is started for each of its endpoints, all of one host. */
  readonly load: LoadConfig;
  readonly faults: readonly PlannedFault[];
}

export interface DrillOptions {
  readonly plan: DrillPlan;
  readonly openChannel: (endpoint: Endpoint) => Channel;
  /** Where all ledgers go: client.log, server_PORT.log, fault.log. */
  readonly directory: string;
  readonly observer: DrillObserver;
  /** Is given every record that this process makes, of load and faults, as it happens. */
  readonly watcher?: LedgerSink | undefined;
  /** Told at the first record that a ledger of this process could not keep. */
  readonly onLedgerFailure: (failure: string) => void;
  readonly clock: Clock;
  /** Aborted: stop scheduling, undo what is under way, drain, stop the replicas. */
  readonly signal: AbortSignal;
}

/**
 * The whole drill by the code paths that `serve`, `load` and `fault` take: real processes, real
 * faults. Resolves when nothing of it runs any more. Rejects when the replicas do not start.
 */
export async function runDrill(options: DrillOptions): Promise<FaultedLoad> {
  const { clock, directory, plan, onLedgerFailure: onFailure } = options;
  const { load, faults } = plan;
  const run = freshId();
  const replicas = load.replicas.map(tcpOf);
  const ports = replicas.map(({ port }) => port);
  const ledger = new FaultLedger({
    path: join(directory, faultLedgerName),
    ...{ run, command: "demo", clock, onFailure },
    config: {
      duration_s: String(load.durationMs / 1000),
      ports: ports.join(","),
      ...faultConfig(faults),
    },
    sinks: watchers(options),
  });
  try {
    const supervisor = await startSupervisor({
      host: replicas[0]?.host ?? "localhost",
      ...{ ports, by: "demo", run, clock, cwd: directory, graceMs: limits.demoGraceMs },
      ...{ restart: plan.restart, restartDelayMs: plan.restartDelayMs },
      graphArguments: plan.graphArguments,
      logfileOf: (port) => `server_${port}.log`,
      ledgerOf: () => ledger,
      onEvent: (event) => options.observer.onSupervisor(event),
    });
    try {
      return await driveThrough(options, ledger);
    } finally {
      await supervisor.stop();
    }
  } finally {
    ledger.close();
  }
}

function watchers({ watcher }: DrillOptions): readonly LedgerSink[] {
  return watcher === undefined ? [] : [watcher];
}

async function driveThrough(options: DrillOptions, ledger: FaultLedger): Promise<FaultedLoad> {
  const { clock, directory, observer, openChannel, plan, signal } = options;
  const client = LedgerWriter.open(join(directory, "client.log"), {
    ...{ flush: "batched", clock, onFailure: options.onLedgerFailure },
  });
  try {
    return await loadUnderFaults({
      load: {
        ...{ run: freshId(), config: plan.load, graph: plan.graph },
        ...{ openChannel, observer, clock, signal },
        ledger: tee(client, ...watchers(options)),
        lostRecordCount: () => client.audit(),
      },
      ...{ faults: plan.faults, ledger, directory },
      onFault: (event) => observer.onFault(event),
    });
  } finally {
    client.close();
  }
}
