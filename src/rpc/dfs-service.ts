import { loadDfsDefinition } from "./proto-definitions.ts";
import { MessageFields, rpcMethod } from "./rpc-method.ts";

/**
 * Messages of proto/dfs.proto; the deprecated fields are accepted on the wire and left out here.
 */
export interface RunRequest {
  /** The vertex to find; absent: visit the whole graph. */
  readonly target?: number;
  /** N of modular:N; 0: the replica's default graph. */
  readonly numVertices: number;
}

export interface RunResponse {
  readonly found: boolean;
  readonly visitedCount: number;
  readonly runtimeMs: number;
}

export type DescribeReplicaRequest = Readonly<Record<never, never>>;

export interface DescribeReplicaResponse {
  readonly pid: number;
  readonly version: string;
  /** The default graph's spec, such as modular:50000. */
  readonly graph: string;
  /** When the process began to serve. */
  readonly startedUs: number;
}

export const dfsServiceName = "dfs.DFSService";

export const dfsDefinition = loadDfsDefinition();

export const runDfs = rpcMethod<RunRequest, RunResponse>(
  dfsDefinition,
  { service: dfsServiceName, method: "RunDFS" },
  { request: toRunRequest, response: toRunResponse },
);

export const describeReplica = rpcMethod<DescribeReplicaRequest, DescribeReplicaResponse>(
  dfsDefinition,
  { service: dfsServiceName, method: "DescribeReplica" },
  { request: () => ({}), response: toDescribeReplicaResponse },
);

/** The service as a gRPC server takes it, by method name. */
export const dfsService = { RunDFS: runDfs, DescribeReplica: describeReplica } as const;

function toRunRequest(message: object): RunRequest {
  const fields = new MessageFields(message);
  const target = fields.optionalNumber("target");
  const numVertices = fields.number("numVertices");
  return target === undefined ? { numVertices } : { target, numVertices };
}

function toRunResponse(message: object): RunResponse {
  const fields = new MessageFields(message);
  return {
    found: fields.boolean("found"),
    visitedCount: fields.number("visitedCount"),
    runtimeMs: fields.number("runtimeMs"),
  };
}

function toDescribeReplicaResponse(message: object): DescribeReplicaResponse {
  const fields = new MessageFields(message);
  return {
    pid: fields.number("pid"),
    version: fields.text("version"),
    graph: fields.text("graph"),
    startedUs: fields.number("startedUs"),
  };
}
