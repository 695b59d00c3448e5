import { availableParallelism } from "node:os";
import type { ServerUnaryCall, ServerWritableStream, sendUnaryData } from "@grpc/grpc-js";
import type { Clock } from "../base/clock.ts";
import type { Graph } from "../graph/graph.ts";
import type { LedgerSink } from "../ledger/writer.ts";
import type {
  DescribeGraphRequest,
  DescribeGraphResponse,
  DescribeReplicaRequest,
  DescribeReplicaResponse,
  LookUpNamesRequest,
  LookUpNamesResponse,
  RunRequest,
  RunResponse,
  TraverseRequest,
  TraverseResponse,
} from "../rpc/dfs-service.ts";
import type { StatusName } from "../rpc/status.ts";
import { ExecutionLog } from "./execution-log.ts";
import { GraphCalls } from "./graph-calls.ts";
import { GraphCatalog, type GraphSource } from "./graph-source.ts";
import { makeElsewhere } from "./make-elsewhere.ts";
import type { RequestTime } from "./request-time.ts";
import { RunCalls } from "./run-calls.ts";
import { type JobCounts, SearchDispatcher } from "./search-dispatcher.ts";
import { threadLane } from "./search-thread.ts";
import type { ServeLimits } from "./serve-limits.ts";
import type { OpenCall } from "./serving-parts.ts";
import { TraverseCalls } from "./traverse-calls.ts";

export interface DfsCallsOptions {
  readonly graph: GraphSource;
  readonly version: string;
  readonly ledger?: LedgerSink;
  readonly clock: Clock;
  readonly limits: ServeLimits;
  readonly requestTime: RequestTime;
}

/** The handlers of DFSService, and what they share. */
export class DfsCalls {
  readonly executedCounts: ReadonlyMap<StatusName, number>;
  readonly defaultGraph: Graph;
  readonly #dispatcher: SearchDispatcher;
  readonly #openCalls = new Set<OpenCall>();
  readonly #runs: RunCalls;
  readonly #traversals: TraverseCalls;
  readonly #graphs: GraphCalls;
  readonly #description: DescribeReplicaResponse;

  constructor(options: DfsCallsOptions) {
    const { clock, requestTime } = options;
    const { queueMaxCount, traversalMaxCount, messageMaxBytes } = options.limits;
    const dispatcher = new SearchDispatcher({
      ...{ clock, queueMaxCount, traversalMaxCount },
      threadCount: availableParallelism(),
      openThread: threadLane,
    });
    const catalog = new GraphCatalog(options.graph, {
      makeElsewhere: modularElsewhere,
      onForgotten: (graph) => dispatcher.forget(graph),
    });
    const log = new ExecutionLog(clock, options.ledger);
    const openCalls = this.#openCalls;
    const parts = { catalog, dispatcher, log, clock, openCalls, requestTime, messageMaxBytes };
    this.executedCounts = log.counts;
    this.defaultGraph = catalog.defaultGraph;
    this.#dispatcher = dispatcher;
    this.#runs = new RunCalls(parts);
    this.#traversals = new TraverseCalls(parts);
    this.#graphs = new GraphCalls(catalog);
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
    ) => this.#runs.handle(call, callback),
    DescribeReplica: (
      _call: ServerUnaryCall<DescribeReplicaRequest, DescribeReplicaResponse>,
      callback: sendUnaryData<DescribeReplicaResponse>,
    ) => callback(null, this.#description),
    DescribeGraph: (
      call: ServerUnaryCall<DescribeGraphRequest, DescribeGraphResponse>,
      callback: sendUnaryData<DescribeGraphResponse>,
    ) => void this.#graphs.describe(call, callback),
    LookUpNames: (
      call: ServerUnaryCall<LookUpNamesRequest, LookUpNamesResponse>,
      callback: sendUnaryData<LookUpNamesResponse>,
    ) => this.#graphs.lookUp(call, callback),
    Traverse: (call: ServerWritableStream<TraverseRequest, TraverseResponse>) =>
      this.#traversals.handle(call),
  };

  get jobCounts(): JobCounts {
    return this.#dispatcher.counts;
  }

  /** Gives up what is still open, which is recorded, and ends the searching threads. */
  close(): void {
    for (const call of [...this.#openCalls]) call.giveUp();
    this.#dispatcher.close();
  }
}

/** A graph that a request names, which nobody asked to be kept in a cache. */
function modularElsewhere(vertexCount: number): Promise<Graph> {
  const spec = { kind: "modular", vertexCount } as const;
  return makeElsewhere({ spec, cacheDir: undefined, verifyCache: false }, () => undefined);
}
