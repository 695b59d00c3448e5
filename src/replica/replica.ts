import type { Server } from "@grpc/grpc-js";
import { type Clock, sleep, systemClock } from "../base/clock.ts";
import type { Endpoint } from "../base/endpoint.ts";
import type { Graph } from "../graph/graph.ts";
import type { LedgerSink } from "../ledger/writer.ts";
import { dfsService, dfsServiceName } from "../rpc/dfs-service.ts";
import { healthService } from "../rpc/health-service.ts";
import { loadReflectedDefinition } from "../rpc/proto-definitions.ts";
import { reflectionAlphaService, reflectionService } from "../rpc/reflection-service.ts";
import type { StatusName } from "../rpc/status.ts";
import { type CallObserver, CallWatch } from "./call-watch.ts";
import { type ConnectionCounts, ConnectionGuard } from "./connection-guard.ts";
import { DfsCalls } from "./dfs-calls.ts";
import type { GraphSource } from "./graph-source.ts";
import { respectHeaderTables } from "./header-tables.ts";
import { Health } from "./health.ts";
import { limitedServer } from "./limited-server.ts";
import { type Listening, type ListenPlace, listen } from "./listen.ts";
import { Reflection } from "./reflection.ts";
import { RequestTime } from "./request-time.ts";
import type { JobCounts } from "./search-dispatcher.ts";
import { defaultServeLimits, type ServeLimits } from "./serve-limits.ts";
import { openCredentials, type ServingTls } from "./serving-tls.ts";
import { ShortTurns } from "./short-turns.ts";

export interface ReplicaOptions {
  /**
   * `localhost`: both loopback addresses, whichever the machine has; any other address as given.
   */
  readonly host: string;
  /** 0: one that the system picks. */
  readonly port: number;
  readonly graph: GraphSource;
  /** Told to whoever asks DescribeReplica. */
  readonly version: string;
  /** Every executed request is appended here before its answer leaves, so flush each. */
  readonly ledger?: LedgerSink;
  readonly limits?: ServeLimits;
  /** Undefined: plain text. */
  readonly tls?: ServingTls | undefined;
  readonly onCalls?: CallObserver;
  readonly clock?: Clock;
}

/** A serving replica. */
export interface Replica {
  readonly endpoint: Endpoint;
  readonly port: number;
  /** Such as `127.0.0.1:50051` and `[::1]:50051`. */
  readonly addresses: readonly string[];
  /** The default one. */
  readonly graph: Pick<Graph, "spec" | "vertexCount" | "edgeCount" | "fingerprint">;
  /** Requests of RunDFS and Traverse executed so far, by the status they were answered with. */
  readonly executedCounts: ReadonlyMap<StatusName, number>;
  /** As they are now. */
  readonly connectionCounts: ConnectionCounts;
  readonly jobCounts: JobCounts;
  /**
   * Health goes NOT_SERVING, then nothing new is accepted and what is in flight finishes; whatever
   * has not after `graceMs` is cut. Resolves when the server is gone; a second call changes
   * nothing.
   */
  drain(graceMs: number): Promise<DrainResult>;
}

export interface DrainResult {
  /** False when the grace ended first. */
  readonly finished: boolean;
}

const services = [dfsService, healthService, reflectionService, reflectionAlphaService];

/**
 * Starts a replica; throws `cannot-run` when it cannot listen, and a usage error for files of TLS
 * that are not what they should be.
 */
export async function startReplica(options: ReplicaOptions): Promise<Replica> {
  const clock = options.clock ?? systemClock;
  const limits = options.limits ?? defaultServeLimits;
  const requestTime = new RequestTime(limits.requestMaxMs, clock);
  const calls = new DfsCalls({ ...options, clock, limits, requestTime });
  const connections = new ConnectionGuard(limits, clock);
  const health = new Health([dfsServiceName]);
  const reflection = new Reflection(loadReflectedDefinition);
  const { onCalls } = options;
  const watch = onCalls === undefined ? undefined : new CallWatch(services, onCalls, clock);
  const server = limitedServer({
    limits,
    interceptors: [requestTime.interceptor],
    isRefused: (session) => connections.hasRefused(session),
    turns: new ShortTurns(clock),
    onHttp2Server(http2) {
      http2.on("session", (session) => connections.admit(session));
      watch?.watch(http2);
      respectHeaderTables(http2);
    },
  });
  server.addService(dfsService, calls.handlers);
  server.addService(healthService, health.handlers);
  server.addService(reflectionService, reflection.handlers);
  server.addService(reflectionAlphaService, reflection.handlers);
  const { credentials, close: closeTls } = openCredentials(options.tls, clock);
  const listening = await listenOrLeave(server, { ...options, credentials }).catch((error) => {
    closeTls();
    calls.close();
    throw error;
  });
  let drained: Promise<DrainResult> | undefined;
  return {
    endpoint: { host: options.host, port: listening.port },
    port: listening.port,
    addresses: listening.addresses,
    graph: calls.defaultGraph,
    executedCounts: calls.executedCounts,
    connectionCounts: connections.counts,
    get jobCounts() {
      return calls.jobCounts;
    },
    drain(graceMs) {
      drained ??= drainServer({ server, health, reflection, clock, graceMs }).finally(() => {
        closeTls();
        calls.close();
      });
      return drained;
    },
  };
}

/**
 * A request on its way when the connection is closed is refused unexecuted. Clients that watch
 * health are given this long to send elsewhere first; the rest are told by the closing connection
 * itself.
 */
const watchersLeaveMs = 100;

async function drainServer(parts: {
  readonly server: Server;
  readonly health: Health;
  readonly reflection: Reflection;
  readonly clock: Clock;
  readonly graceMs: number;
}): Promise<DrainResult> {
  const { server, health, reflection, clock, graceMs } = parts;
  const { promise, resolve } = Promise.withResolvers<DrainResult>();
  const cancelGrace = clock.after(graceMs, () => {
    server.forceShutdown();
    resolve({ finished: false });
  });
  if (health.announceDrain() > 0) await sleep(clock, Math.min(watchersLeaveMs, graceMs));
  health.endStreams();
  reflection.endStreams();
  server.tryShutdown(() => {
    cancelGrace();
    resolve({ finished: true });
  });
  return promise;
}

async function listenOrLeave(server: Server, place: ListenPlace): Promise<Listening> {
  try {
    return await listen(server, place);
  } catch (error) {
    server.forceShutdown();
    throw error;
  }
}
