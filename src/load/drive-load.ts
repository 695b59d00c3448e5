import type { Clock } from "../base/clock.ts";
import { type Endpoint, formatEndpoint } from "../base/endpoint.ts";
import { limits } from "../base/limits.ts";
import { FailoverClient } from "../failover/failover-client.ts";
import type { HedgeBudget } from "../failover/hedge-budget.ts";
import { NameWatch } from "../failover/name-watch.ts";
import { createPolicy } from "../failover/policy.ts";
import { type ReplicaChange, ReplicaSet } from "../failover/replica-set.ts";
import type { AttemptFailure, RequestClient } from "../failover/request.ts";
import { StockClient } from "../failover/stock-client.ts";
import type { Graph } from "../graph/graph.ts";
import type { AttemptRecord, EndRecord, ReplicaRecord } from "../ledger/record.ts";
import type { LedgerSink } from "../ledger/writer.ts";
import type { Channel } from "../rpc/channel.ts";
import type { EndpointDescription } from "../rpc/describe-endpoint.ts";
import { type ResolveName, resolveName } from "../rpc/resolve-name.ts";
import { exchangeWorkload } from "../workload/call-exchange.ts";
import { callWorkload } from "../workload/call-workload.ts";
import {
  type DecidedQuestion,
  decideQuestion,
  namesToLookUp,
  refuseUnknownNames,
} from "../workload/dfs-question.ts";
import { dfsWorkload } from "../workload/dfs-workload.ts";
import type { ExchangeWorkload, Workload } from "../workload/workload.ts";
import { prepareStreams } from "./drive-streams.ts";
import { GraphWatch } from "./graph-watch.ts";
import { LateHeader } from "./late-header.ts";
import { type LoadConfig, type LoadSubject, loadConfigEntries, withSeed } from "./load-config.ts";
import type { SettledRequest } from "./outcome.ts";
import type { Pacer } from "./pacer.ts";
import { greet, preflight, unknownNames } from "./preflight.ts";
import type { SecondSummary } from "./request-flow.ts";
import { type LoadTotals, runLoad } from "./run-load.ts";
import type { StreamObserver, StreamTotals } from "./stream-load.ts";

/** What a terminal may show of a load while it runs. */
export interface LoadObserver extends StreamObserver {
  /** Who answers before the load begins; replicas that do not are no reason to stop. */
  onPreflight(endpoint: Endpoint, description: EndpointDescription): void;
  /** What will be asked, once the replicas have said what they serve. */
  onSubject(subject: LoadSubject): void;
  onAttemptFailure(failure: AttemptFailure): void;
  onReplicaChange(change: ReplicaChange): void;
  /** A replica has come back with another graph; the text says which. */
  onOtherGraph(text: string): void;
  /** A name that replicas are addresses of could not be resolved again. */
  onUnresolved(text: string): void;
  onSettled(request: SettledRequest): void;
  onSecond(second: SecondSummary): void;
}

export interface DriveLoadOptions {
  readonly run: string;
  readonly config: LoadConfig;
  /** The graph that must answer; undefined: the one that the replicas serve. */
  readonly graph?: Graph | undefined;
  readonly openChannel: (endpoint: Endpoint) => Channel;
  /** Finds the addresses of names again; default: as this host does. */
  readonly resolve?: ResolveName;
  readonly ledger: LedgerSink;
  /** Records the ledger could not keep so far. */
  readonly lostRecordCount: () => number;
  readonly observer: LoadObserver;
  /** What an open loop waits with; default: timers. */
  readonly pacer?: Pacer | undefined;
  /** That of the hedges; undefined: one of its own. */
  readonly budget?: HedgeBudget;
  readonly clock: Clock;
  /** Aborted: stop scheduling, let what is in flight finish. */
  readonly signal: AbortSignal;
}

interface SeededOptions extends DriveLoadOptions {
  readonly config: LoadConfig & { readonly seed: number };
}

/**
 * A whole load: preflight, header, the schedule, drain, footer. Every record of it goes to
 * `ledger`. Throws, before anything is asked or recorded, what decideQuestion() throws, and a usage
 * error for names that the replicas' graph does not have.
 */
export async function driveLoad(given: DriveLoadOptions): Promise<LoadTotals> {
  const options = { ...given, config: withSeed(given.config) };
  const { run, config, ledger, observer, clock } = options;
  const header = new LateHeader(ledger, clock);
  let subject: LoadSubject | undefined;
  let watch: GraphWatch | undefined;
  const replicas = new ReplicaSet({
    endpoints: config.replicas,
    openChannel: options.openChannel,
    clock,
    onChange(change) {
      header.append(replicaRecord(run, change));
      observer.onReplicaChange(change);
      watch?.changed(change);
      names.changed(change);
    },
    // One that comes before it is known what is asked is asked again.
    admit: (endpoint, decide) => {
      if (watch === undefined) decide(subject !== undefined);
      else void watch.admits(endpoint).then(decide);
    },
  });
  const names = new NameWatch({
    targets: { endpoints: config.replicas, names: config.names ?? [] },
    ...{ replicas, clock, resolve: options.resolve ?? resolveName },
    onNotice: (text) => observer.onUnresolved(text),
  });
  try {
    subject = await askFirst(options, replicas);
    header.write({
      ...{ run, command: "load", seed: config.seed },
      config: loadConfigEntries(config, subject),
    });
    observer.onSubject(subject);
    const question = subject.kind === "question" ? subject.question : undefined;
    watch = question === undefined ? undefined : graphWatch(options, replicas, question);
    const runStreams =
      config.streams === undefined || question === undefined
        ? undefined
        : prepareStreams({ ...options, streams: config.streams }, replicas, question);
    const [requests, streams] = await Promise.all([
      config.mode === "stream" ? undefined : driveRequests(options, replicas, subject),
      runStreams?.(),
    ]);
    const totals = requests ?? noRequests(streams);
    ledger.append(endRecord(options, totals, streams));
    return totals;
  } finally {
    names.close();
    replicas.close();
  }
}

function graphWatch(
  { config, observer, clock }: DriveLoadOptions,
  replicas: ReplicaSet,
  question: DecidedQuestion,
): GraphWatch {
  return new GraphWatch({
    question,
    numVertices: config.question.numVertices,
    absent: config.replicas.filter((_, index) => replicas.state(index) === "down"),
    channelOf: (endpoint) => replicas.channelTo(endpoint),
    clock,
    onOtherGraph: (text) => observer.onOtherGraph(text),
  });
}

function driveRequests(
  options: SeededOptions,
  replicas: ReplicaSet,
  subject: LoadSubject,
): Promise<LoadTotals> {
  const { config, observer } = options;
  return runLoad({
    ...options,
    profile: config.profile,
    durationMs: config.durationMs,
    seed: config.seed,
    client: openClient(options, replicas),
    workload: workloadOf(subject, options),
    deadlineMs: config.deadlineMs,
    onSettled: (request) => observer.onSettled(request),
    onSecond: (second) => observer.onSecond(second),
  });
}

function workloadOf(
  subject: LoadSubject,
  { config, clock }: SeededOptions,
): Workload | ExchangeWorkload {
  if (subject.kind === "question") return dfsWorkload(subject.question, config.verify);
  const { call } = subject;
  const options = { seed: config.seed, nowUs: () => clock.nowUs() };
  return call.method.kind === "unary"
    ? callWorkload(call, options)
    : exchangeWorkload(call, options);
}

function noRequests(streams: StreamTotals | undefined): LoadTotals {
  const none = {
    scheduled: 0,
    ok: 0,
    wrong: 0,
    failed: 0,
    indeterminate: 0,
    notSent: 0,
    warmup: 0,
  };
  return { ...none, heldMs: streams?.heldMs ?? 0, isInterrupted: streams?.isInterrupted ?? false };
}

function openClient(options: DriveLoadOptions, replicas: ReplicaSet): RequestClient {
  const { config, ledger, observer, clock } = options;
  const { policy, attemptTimeoutMs, call } = config;
  const hideSecrets = (text: string) => call?.metadata.hideSecrets(text) ?? text;
  if (policy === "stock") return new StockClient(config.replicas, clock);
  return new FailoverClient({
    replicas,
    policy: createPolicy(policy, attemptTimeoutMs),
    ...(options.budget === undefined ? {} : { budget: options.budget }),
    clock,
    onAttemptFailure(told) {
      const failure = { ...told, detail: hideSecrets(told.detail) };
      ledger.append(attemptRecord(failure));
      observer.onAttemptFailure(failure);
    },
  });
}

/** Asks the replicas what they serve, and settles by it what the run is about. */
async function askFirst(options: SeededOptions, replicas: ReplicaSet): Promise<LoadSubject> {
  const { config, observer, clock } = options;
  const { call } = config;
  const greeting = {
    ...{ endpoints: config.replicas, replicas, clock },
    onAnswer: observer.onPreflight.bind(observer),
  };
  if (call !== undefined) {
    await greet(greeting);
    return { kind: "call", call };
  }
  const answers = await preflight({ ...greeting, numVertices: config.question.numVertices });
  const question = decideQuestion(config.question, answers, options.graph);
  const unknown = await unknownNames(namesToLookUp(question), { answers, replicas });
  refuseUnknownNames(question, unknown);
  return { kind: "question", question };
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

function endRecord(
  options: DriveLoadOptions,
  totals: LoadTotals,
  streams: StreamTotals | undefined,
): EndRecord {
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
      ...(options.config.profile.warmupMs === 0 ? {} : { warmup: String(totals.warmup) }),
      ...(streams === undefined ? {} : streamTotals(streams)),
      held_ms: totals.heldMs.toFixed(3),
      lost_records: String(options.lostRecordCount()),
    },
  };
}

function streamTotals({ streams, ok, stopped, wrong, failed, items, gaps }: StreamTotals) {
  const counts = { streams, streams_ok: ok, streams_stopped: stopped, streams_wrong: wrong };
  const all = { ...counts, streams_failed: failed, stream_items: items, stream_gaps: gaps };
  return Object.fromEntries(Object.entries(all).map(([key, count]) => [key, String(count)]));
}
