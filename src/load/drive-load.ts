import type { Clock } from "../base/clock.ts";
import { type Endpoint, formatEndpoint } from "../base/endpoint.ts";
import { limits } from "../base/limits.ts";
import { FailoverClient } from "../failover/failover-client.ts";
import { createPolicy } from "../failover/policy.ts";
import { type ReplicaChange, ReplicaSet } from "../failover/replica-set.ts";
import type { AttemptFailure, RequestClient } from "../failover/request.ts";
import { StockClient } from "../failover/stock-client.ts";
import type { AttemptRecord, EndRecord, ReplicaRecord } from "../ledger/record.ts";
import { runHeader } from "../ledger/run-header.ts";
import type { LedgerSink } from "../ledger/writer.ts";
import type { Channel } from "../rpc/channel.ts";
import { describeEndpoint, type EndpointDescription } from "../rpc/describe-endpoint.ts";
import type { Workload } from "../workload/workload.ts";
import { type LoadConfig, loadConfigEntries } from "./load-config.ts";
import type { SettledRequest } from "./outcome.ts";
import { type LoadTotals, runLoad, type SecondSummary } from "./run-load.ts";
import { constantRate } from "./schedule.ts";

/** What a terminal may show of a load while it runs. */
export interface LoadObserver {
  /** Who answers before the load begins; replicas that do not are no reason to stop. */
  onPreflight(endpoint: Endpoint, description: EndpointDescription): void;
  onAttemptFailure(failure: AttemptFailure): void;
  onReplicaChange(change: ReplicaChange): void;
  onSettled(request: SettledRequest): void;
  onSecond(second: SecondSummary): void;
}

export interface DriveLoadOptions {
  readonly run: string;
  readonly config: LoadConfig;
  readonly workload: Workload;
  readonly openChannel: (endpoint: Endpoint) => Channel;
  readonly ledger: LedgerSink;
  /** Records the ledger could not keep so far. */
  readonly lostRecordCount: () => number;
  readonly observer: LoadObserver;
  readonly clock: Clock;
  /** Aborted: stop scheduling, let what is in flight finish. */
  readonly signal: AbortSignal;
}

const preflightMs = 900;

/**
 * A whole load: header, preflight, the schedule, drain, footer. Every record of it goes to
 * `ledger`.
 */
export async function driveLoad(options: DriveLoadOptions): Promise<LoadTotals> {
  const { run, config, ledger, observer, clock } = options;
  ledger.append(
    runHeader({ run, command: "load", seed: 0, config: loadConfigEntries(config) }, clock),
  );
  const replicas = new ReplicaSet({
    endpoints: config.replicas,
    openChannel: options.openChannel,
    clock,
    onChange(change) {
      ledger.append(replicaRecord(run, change));
      observer.onReplicaChange(change);
    },
  });
  try {
    await preflight(options, replicas);
    const client = openClient(options, replicas);
    const totals = await runLoad({
      run,
      schedule: constantRate(config.ratePerSecond, config.durationMs),
      client,
      workload: options.workload,
      deadlineMs: config.deadlineMs,
      ledger,
      clock,
      signal: options.signal,
      onSettled: (request) => observer.onSettled(request),
      onSecond: (second) => observer.onSecond(second),
    });
    ledger.append(endRecord(options, totals));
    return totals;
  } finally {
    replicas.close();
  }
}

function openClient(options: DriveLoadOptions, replicas: ReplicaSet): RequestClient {
  const { config, ledger, observer, clock } = options;
  const { policy, attemptTimeoutMs } = config;
  if (policy === "stock") return new StockClient(config.replicas, clock);
  return new FailoverClient({
    replicas,
    policy: createPolicy(policy, attemptTimeoutMs),
    clock,
    onAttemptFailure(failure) {
      ledger.append(attemptRecord(failure));
      observer.onAttemptFailure(failure);
    },
  });
}

/** Also opens the connections, so that the first requests do not pay for them. */
async function preflight(options: DriveLoadOptions, replicas: ReplicaSet): Promise<void> {
  const { config, observer, clock } = options;
  await Promise.all(
    config.replicas.map(async (endpoint, index) => {
      const description = await describeEndpoint(replicas.channel(index), preflightMs, clock);
      observer.onPreflight(endpoint, description);
    }),
  );
}

function replicaRecord(run: string, change: ReplicaChange): ReplicaRecord {
  const { tUs, state, cause } = change;
  return { kind: "replica", tUs, run, endpoint: formatEndpoint(change.endpoint), state, cause };
}

function attemptRecord(failure: AttemptFailure): AttemptRecord {
  return {
    kind: "attempt",
    tUs: failure.tUs,
    request: failure.request.id,
    endpoint: formatEndpoint(failure.endpoint),
    error: failure.status,
    attempt: failure.attempt,
    ended: failure.ended,
    serviceUs: failure.serviceUs,
    detail: failure.detail.slice(0, limits.errorTextMaxLength),
  };
}

function endRecord(options: DriveLoadOptions, totals: LoadTotals): EndRecord {
  return {
    kind: "end",
    tUs: options.clock.nowUs(),
    run: options.run,
    reason: totals.isInterrupted ? "interrupted" : "normal",
    totals: {
      scheduled: String(totals.scheduled),
      ok: String(totals.ok),
      wrong: String(totals.wrong),
      failed: String(totals.failed),
      indeterminate: String(totals.indeterminate),
      not_sent: String(totals.notSent),
      held_ms: totals.heldMs.toFixed(3),
      lost_records: String(options.lostRecordCount()),
    },
  };
}
