import type { Endpoint } from "../../src/base/endpoint.ts";
import { limits } from "../../src/base/limits.ts";
import type { FailoverClient } from "../../src/failover/failover-client.ts";
import { createPolicy } from "../../src/failover/policy.ts";
import type { ReplicaChange, ReplicaSet } from "../../src/failover/replica-set.ts";
import { plan } from "./faults.ts";
import { type History, isDone, type RequestHistory } from "./history.ts";
import { observeChannel, observePolicy, type Parts, production } from "./observe.ts";
import { admissionMaxMs } from "./patience.ts";
import { startStream } from "./run-stream.ts";
import type { Schedule } from "./schedule.ts";
import type { SharedClock } from "./simulated-clock.ts";
import { emptyStreamHistory, streamById } from "./stream-history.ts";
import { replicaAt, World } from "./world.ts";

export interface RunOptions {
  readonly parts?: Parts;
  /** Told what happens, in order, for a person to read. */
  readonly tell?: (tUs: number, text: string) => void;
}

interface Run {
  readonly history: History;
  readonly world: World;
  readonly clock: SharedClock;
  readonly replicas: ReplicaSet;
  readonly client: FailoverClient;
  readonly parts: Parts;
  readonly tell: (text: string) => void;
  waitingCount: number;
}

/** Plays a schedule through the product's failover, to the end of every deadline and beyond. */
export function runSchedule(schedule: Schedule, options: RunOptions = {}): History {
  const run = prepare(schedule, options);
  const { world, history } = run;
  for (const fault of schedule.faults) plan(world, fault, run.tell);
  schedule.requests.forEach((_, index) => {
    world.clock.set(schedule.requests[index]?.atMs ?? 0, () => send(run, index));
  });
  const endsMs = scheduleStreams(run);
  const endMs = Math.max(
    ...endsMs,
    ...schedule.requests.map(({ atMs, deadlineMs }) => atMs + deadlineMs),
    ...schedule.faults.map(({ untilMs }) => untilMs),
  );
  const endUs = history.startUs + (endMs + limits.deadlineSlackMs + settleMs) * 1000;
  while (history.violations.length < violationMaxCount && world.clock.step(endUs)) {
    history.stepCount++;
  }
  history.leftovers = {
    clientTimers: run.clock.timerCount,
    openAttempts: world.channels.reduce((sum, { openRequestCount }) => sum + openRequestCount, 0),
    inFlight: [...run.replicas.views("request"), ...run.replicas.views("stream")].reduce(
      (sum, { inFlight }) => sum + inFlight,
      0,
    ),
    waiting: run.waitingCount,
    lingering: run.replicas
      .views("request")
      .filter(({ isLeaving, state }) => isLeaving && state === "down").length,
    served: world.replicas.reduce((sum, { openStreamCount }) => sum + openStreamCount, 0),
  };
  run.replicas.close();
  return history;
}

/** What has gone so wrong may never end. */
const violationMaxCount = 100;

/** Longer than what a cancelled call or a timer that is fair may take to be gone. */
const settleMs = 100;

function prepare(schedule: Schedule, options: RunOptions): Run {
  const parts = options.parts ?? production;
  const world = new World({
    seed: schedule.seed ^ 0x5bd1e995,
    replicas: schedule.replicas,
    channel: schedule.channel,
    onCall: (call, replica) => {
      if (call.served !== undefined) history.streamCalls[replica]?.push(call);
      else if (!call.isProbe) history.calls[replica]?.push(call);
    },
    onExecute: (call, replica) => {
      const stream = streamById(history.streams, call.requestId);
      if (stream !== undefined) stream.executedCount++;
      const request = history.requests[Number(call.requestId) - 1];
      if (request === undefined) return;
      request.executedCount++;
      tell(`request ${request.number} is executed by replica ${replica}`);
    },
  });
  const nowUs = () => world.clock.nowUs();
  const tell = (text: string) => options.tell?.(nowUs(), text);
  const history = emptyHistory(schedule, nowUs());
  const clock = world.clock.share();
  const policy = parts.policy(createPolicy(schedule.policy, schedule.attemptTimeoutMs));
  history.timeouts.push({ tUs: nowUs(), timeoutMs: policy.timing.attemptTimeoutMs });
  const unadmitted = new Set<number>();
  const replicas = parts.replicas({
    endpoints: world.endpoints,
    openChannel: (endpoint) => {
      const replica = replicaAt(endpoint);
      const opened = world.openChannel(endpoint);
      opened.onStateChange((state) => {
        if (state === "ready") history.readyUs[replica]?.push(nowUs());
      });
      const channel = observeChannel(opened, {
        ...{ history, replica, nowUs, isAdaptive: schedule.policy === "adaptive" },
        isHealthy: () => replicas.state(replica) === "healthy" || unadmitted.has(replica),
      });
      return parts.channel(channel);
    },
    clock,
    onChange: (change) => onChange(run, change),
    admit: (endpoint, decide) => admitSoon(world, { endpoint, decide, unadmitted }),
  });
  followListing(world, replicas);
  countWaiting(replicas, (by) => {
    run.waitingCount += by;
  });
  const client = parts.client({
    replicas,
    policy: observePolicy(policy, history, { nowUs, isListed: (index) => world.isListed(index) }),
    clock,
    budget: parts.budget(schedule.hedgeBudgetShare),
    onAttemptFailure: (failure) => {
      history.requests[failure.request.number - 1]?.reports.push(failure);
      const { attempt, ended, status, detail, endpoint } = failure;
      tell(
        `request ${failure.request.number} attempt ${attempt} on replica ${replicaAt(endpoint)} ` +
          `${ended}: ${status} (${detail})`,
      );
    },
  });
  const run = { history, world, clock, replicas, client, parts, tell, waitingCount: 0 };
  return run;
}

/** Until it is admitted, a newcomer that answers is not believed. */
function admitSoon(
  { clock, random }: World,
  newcomer: {
    readonly endpoint: Endpoint;
    readonly decide: (mayServe: boolean) => void;
    readonly unadmitted: Set<number>;
  },
): void {
  const replica = replicaAt(newcomer.endpoint);
  newcomer.unadmitted.add(replica);
  clock.set(random.next() * admissionMaxMs, () => {
    newcomer.unadmitted.delete(replica);
    newcomer.decide(true);
  });
}

/** What a name says of its addresses. */
function followListing(world: World, replicas: ReplicaSet): void {
  world.onListed = (replica, isListed) => {
    const endpoint = world.endpoints[replica];
    if (endpoint === undefined) return;
    if (isListed) replicas.add(endpoint, "resolved");
    else replicas.remove(endpoint, "no longer resolved");
  };
}

function emptyHistory(schedule: Schedule, startUs: number): History {
  return {
    schedule,
    startUs,
    requests: schedule.requests.map(({ isIdempotent, atMs, deadlineMs }, index) => ({
      number: index + 1,
      isIdempotent,
      sentUs: startUs + Math.round(atMs * 1000),
      deadlineUs: startUs + Math.round(atMs * 1000) + Math.round(deadlineMs * 1000),
      ...{ attempts: [], reports: [] },
      ...{ doneCount: 0, doneUs: 0, result: undefined, executedCount: 0 },
      ...{ roundStart: 0, hasWaited: false, need: "first" as const },
    })),
    streams: schedule.streams.map((stream, index) => emptyStreamHistory(stream, index, startUs)),
    calls: schedule.replicas.map(() => []),
    streamCalls: schedule.replicas.map(() => []),
    readyUs: schedule.replicas.map(() => []),
    renewedUs: schedule.replicas.map(() => []),
    ...{ changes: [], timeouts: [], violations: [], stepCount: 0 },
    leftovers: {
      clientTimers: 0,
      openAttempts: 0,
      inFlight: 0,
      waiting: 0,
      lingering: 0,
      served: 0,
    },
  };
}

/**
 * Returns when each is over, at the latest, from the start of the run. One without a deadline is
 * cancelled when everything else has long been over.
 */
function scheduleStreams(run: Run): number[] {
  const { history, world, client, tell } = run;
  const { requests, faults } = history.schedule;
  const lastMs = Math.max(
    ...requests.map(({ atMs, deadlineMs }) => atMs + deadlineMs),
    ...faults.map(({ untilMs }) => untilMs),
  );
  return history.streams.map((stream) => {
    const { atMs, deadlineMs } = stream.schedule;
    const endMs =
      deadlineMs < Number.POSITIVE_INFINITY ? atMs + deadlineMs : Math.max(atMs, lastMs) + graceMs;
    world.clock.set(atMs, () => {
      const runner = { client, clock: world.clock, violations: history.violations, tell };
      const handle = startStream(runner, stream);
      if (deadlineMs < Number.POSITIVE_INFINITY) return;
      world.clock.set(endMs - atMs, () => {
        stream.isCancelled = true;
        handle.cancel();
      });
    });
    return endMs;
  });
}

/** For whoever has no deadline, after everything else. */
const graceMs = 2000;

/** Requests that wait for a replica are a thing the set keeps to itself. */
function countWaiting(replicas: ReplicaSet, count: (by: number) => void): void {
  const onceOneReturns = replicas.onceOneReturns.bind(replicas);
  replicas.onceOneReturns = (action) => {
    let isWaiting = true;
    const leave = () => {
      if (isWaiting) count(-1);
      isWaiting = false;
    };
    count(1);
    const cancel = onceOneReturns(() => {
      leave();
      action();
    });
    return () => {
      leave();
      cancel();
    };
  };
}

function send(run: Run, index: number): void {
  const { history, client, world, parts } = run;
  const request = history.requests[index];
  if (request === undefined) return;
  run.tell(`request ${request.number} is sent${request.isIdempotent ? "" : ", not idempotent"}`);
  client.start(
    parts.request({
      id: String(request.number),
      number: request.number,
      path: "/dfs.DFSService/RunDFS",
      bytes: noBytes,
      deadlineUs: request.deadlineUs,
      mayExecuteTwice: request.isIdempotent,
    }),
    (result) => {
      request.doneCount++;
      request.doneUs = world.clock.nowUs();
      request.result = result;
      const { answer, attemptCount, detail, mayHaveExecuted } = result;
      const outcome =
        answer?.status ?? `${mayHaveExecuted ? "indeterminate" : "failed"}: ${detail}`;
      run.tell(`request ${request.number} is done after ${attemptCount} attempts: ${outcome}`);
    },
  );
}

const noBytes = new Uint8Array();

function onChange(run: Run, change: ReplicaChange): void {
  const { history, world } = run;
  history.changes.push(change);
  run.tell(`replica ${replicaAt(change.endpoint)} is ${change.state}: ${change.cause}`);
  // That a healthy replica is to go is no return.
  const isReturn = change.state === "healthy" && change.standing === undefined;
  if (isReturn) world.clock.set(0, () => assertReleased(run, change));
}

/** In the instant in which a replica becomes healthy, everything that waits leaves. */
function assertReleased({ history, replicas, world }: Run, change: ReplicaChange): void {
  const replica = replicaAt(change.endpoint);
  const view = replicas.views("request").find(({ index }) => index === replica);
  if (view?.state !== "healthy" || !view.takesRequests) return;
  for (const request of history.requests) {
    if (!isWaiting(request, world.clock.nowUs())) continue;
    history.violations.push(
      `request ${request.number} goes on waiting though replica ${replicaAt(change.endpoint)} ` +
        `became healthy at ${((change.tUs - history.startUs) / 1000).toFixed(3)} ms`,
    );
  }
}

function isWaiting(request: RequestHistory, nowUs: number): boolean {
  if (isDone(request) || request.sentUs >= nowUs || request.deadlineUs <= nowUs) return false;
  // One whose attempt failed in this very instant began to wait after the replica had returned.
  return request.attempts.every(({ isOpen, endedUs }) => !isOpen && endedUs < nowUs);
}
