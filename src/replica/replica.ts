import { Server } from "@grpc/grpc-js";
import { type Clock, sleep, systemClock } from "../base/clock.ts";
import type { Endpoint } from "../base/endpoint.ts";
import type { LedgerSink } from "../ledger/writer.ts";
import { dfsService, dfsServiceName } from "../rpc/dfs-service.ts";
import { healthService } from "../rpc/health-service.ts";
import { loadReflectedDefinition } from "../rpc/proto-definitions.ts";
import { reflectionAlphaService, reflectionService } from "../rpc/reflection-service.ts";
import type { StatusName } from "../rpc/status.ts";
import { DfsCalls } from "./dfs-calls.ts";
import type { GraphSource } from "./graph-source.ts";
import { respectHeaderTables } from "./header-tables.ts";
import { Health } from "./health.ts";
import { type Listening, listen } from "./listen.ts";
import { Reflection } from "./reflection.ts";

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
  readonly clock?: Clock;
}

/** A serving replica. */
export interface Replica {
  readonly endpoint: Endpoint;
  readonly port: number;
  /** Such as `127.0.0.1:50051` and `[::1]:50051`. */
  readonly addresses: readonly string[];
  /** The default graph's spec. */
  readonly graphSpec: string;
  /** Requests of RunDFS and Traverse executed so far, by the status they were answered with. */
  readonly executedCounts: ReadonlyMap<StatusName, number>;
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

/** Starts a replica; throws `cannot-run` when it cannot listen. */
export async function startReplica(options: ReplicaOptions): Promise<Replica> {
  const clock = options.clock ?? systemClock;
  const calls = new DfsCalls(clock, options);
  const health = new Health([dfsServiceName]);
  const reflection = new Reflection(loadReflectedDefinition);
  // No limit on pings: grpc-js servers never answer them with too_many_pings, whatever our client's
  // rate.
  const server = new Server();
  respectHeaderTables(server);
  server.addService(dfsService, calls.handlers);
  server.addService(healthService, health.handlers);
  server.addService(reflectionService, reflection.handlers);
  server.addService(reflectionAlphaService, reflection.handlers);
  const listening = await listenOrLeave(server, options).catch((error) => {
    calls.close();
    throw error;
  });
  let drained: Promise<DrainResult> | undefined;
  return {
    endpoint: { host: options.host, port: listening.port },
    port: listening.port,
    addresses: listening.addresses,
    graphSpec: calls.defaultGraph.spec,
    executedCounts: calls.executedCounts,
    drain(graceMs) {
      drained ??= drainServer({ server, health, reflection, clock, graceMs }).finally(() =>
        calls.close(),
      );
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

async function listenOrLeave(server: Server, options: ReplicaOptions): Promise<Listening> {
  try {
    return await listen(server, options.host, options.port);
  } catch (error) {
    server.forceShutdown();
    throw error;
  }
}
