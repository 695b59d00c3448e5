import {
  logVerbosity,
  Server,
  type ServerUnaryCall,
  type sendUnaryData,
  setLogVerbosity,
  status,
} from "@grpc/grpc-js";
import { type Clock, sleep, systemClock } from "../base/clock.ts";
import type { Endpoint } from "../base/endpoint.ts";
import { messageOf } from "../base/errors.ts";
import type { LedgerSink } from "../ledger/writer.ts";
import {
  type DescribeReplicaRequest,
  type DescribeReplicaResponse,
  dfsService,
  dfsServiceName,
  type RunRequest,
  type RunResponse,
} from "../rpc/dfs-service.ts";
import { healthService } from "../rpc/health-service.ts";
import { loadReflectedDefinition } from "../rpc/proto-definitions.ts";
import { reflectionAlphaService, reflectionService } from "../rpc/reflection-service.ts";
import type { StatusName } from "../rpc/status.ts";
import { callIdentity } from "./call-identity.ts";
import { GraphCatalog, type GraphSource, isRefusal } from "./graph-source.ts";
import { Health } from "./health.ts";
import { type Listening, listen } from "./listen.ts";
import { Reflection } from "./reflection.ts";
import { SearchRunner } from "./run-search.ts";

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
  /** RunDFS requests executed so far, by the name of the status they were answered with. */
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
  // What goes wrong is said by us, in one line; GRPC_VERBOSITY still brings grpc-js's own words.
  if (process.env["GRPC_VERBOSITY"] === undefined) setLogVerbosity(logVerbosity.NONE);
  const clock = options.clock ?? systemClock;
  const catalog = new GraphCatalog(options.graph);
  const service = new DfsHandlers(catalog, clock, options);
  const health = new Health([dfsServiceName]);
  const reflection = new Reflection(loadReflectedDefinition);
  // No limit on pings: grpc-js servers never answer them with too_many_pings, whatever our client's
  // rate.
  const server = new Server();
  server.addService(dfsService, service.handlers);
  server.addService(healthService, health.handlers);
  server.addService(reflectionService, reflection.handlers);
  server.addService(reflectionAlphaService, reflection.handlers);
  const listening = await listenOrLeave(server, options);
  let drained: Promise<DrainResult> | undefined;
  return {
    endpoint: { host: options.host, port: listening.port },
    port: listening.port,
    addresses: listening.addresses,
    graphSpec: catalog.defaultGraph.spec,
    executedCounts: service.executedCounts,
    drain(graceMs) {
      drained ??= drainServer({ server, health, reflection, clock, graceMs });
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

class DfsHandlers {
  readonly executedCounts = new Map<StatusName, number>();
  readonly #runner: SearchRunner;
  readonly #clock: Clock;
  readonly #ledger: LedgerSink | undefined;
  readonly #description: DescribeReplicaResponse;

  constructor(catalog: GraphCatalog, clock: Clock, options: ReplicaOptions) {
    this.#runner = new SearchRunner(catalog, clock);
    this.#clock = clock;
    this.#ledger = options.ledger;
    this.#description = {
      pid: process.pid,
      version: options.version,
      graph: catalog.defaultGraph.spec,
      startedUs: clock.nowUs(),
    };
  }

  readonly handlers = {
    RunDFS: (
      call: ServerUnaryCall<RunRequest, RunResponse>,
      callback: sendUnaryData<RunResponse>,
    ) => {
      const startedUs = this.#clock.nowUs();
      const answer = this.#execute(call.request);
      if (isRefusal(answer)) {
        this.#record(call, startedUs, { code: answer.status, found: false, visited: 0 });
        callback({ code: status[answer.status], details: answer.message });
        return;
      }
      const { found, visitedCount } = answer;
      this.#record(call, startedUs, { code: "OK", found, visited: visitedCount });
      callback(null, answer);
    },
    DescribeReplica: (
      _call: ServerUnaryCall<DescribeReplicaRequest, DescribeReplicaResponse>,
      callback: sendUnaryData<DescribeReplicaResponse>,
    ) => callback(null, this.#description),
  };

  #execute(request: RunRequest) {
    try {
      return this.#runner.run(request);
    } catch (error) {
      // Such as no memory for a graph this large: the request fails, the replica stays.
      return { status: "INTERNAL", message: `Cannot search: ${messageOf(error)}` } as const;
    }
  }

  #record(
    call: ServerUnaryCall<RunRequest, RunResponse>,
    startedUs: number,
    outcome: { code: StatusName; found: boolean; visited: number },
  ): void {
    this.executedCounts.set(outcome.code, (this.executedCounts.get(outcome.code) ?? 0) + 1);
    const tUs = this.#clock.nowUs();
    this.#ledger?.append({
      kind: "execution",
      tUs,
      ...callIdentity(call.metadata),
      ...outcome,
      durationUs: tUs - startedUs,
    });
  }
}
