import { loadDfsDefinition } from "./proto-definitions.ts";
import { MessageFields, rpcMethod } from "./rpc-method.ts";

/**
 * Messages of proto/dfs.proto, which says what each field means; the deprecated ones are accepted
 * on the wire and left out here. Of a request whatever has a default may be left out.
 */
export interface RunRequest extends SearchQuestion {
  readonly withPath?: boolean;
  readonly withNames?: boolean;
}

/** Which search a request asks for. */
export interface SearchQuestion {
  /** The vertex to find; with no targetName either: visit the whole graph. */
  readonly target?: number;
  readonly targetName?: string;
  /** The vertex to begin at; with no sourceName either: 0. */
  readonly source?: number;
  readonly sourceName?: string;
  /** N of modular:N; 0: the replica's default graph. */
  readonly numVertices: number;
  /** Without restarts. */
  readonly reachableOnly?: boolean;
}

export interface RunResponse {
  readonly found: boolean;
  readonly visitedCount: number;
  readonly runtimeMs: number;
  /** Empty from a replica of the original system. */
  readonly fingerprint?: string;
  readonly path?: readonly number[];
  readonly pathLength?: number;
  readonly pathNames?: readonly string[];
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

export interface DescribeGraphRequest {
  readonly numVertices: number;
}

export interface DescribeGraphResponse {
  readonly vertices: number;
  readonly edges: number;
  /** What the graph was made from. */
  readonly source: string;
  /** 16 hexadecimal digits. */
  readonly fingerprint: string;
  readonly hasNames: boolean;
}

export interface LookUpNamesRequest {
  readonly names: readonly string[];
  readonly vertices: readonly number[];
}

export interface LookUpNamesResponse {
  /** -1: no such name. */
  readonly vertices: readonly number[];
  readonly names: readonly string[];
}

export interface TraverseRequest extends SearchQuestion {
  /** Vertices of the order to leave out. */
  readonly resumeAfter?: number;
  readonly expectFingerprint?: string;
  /** Vertices in a message at most; 0: the replica's choice. */
  readonly batchMax?: number;
  readonly withNames?: boolean;
}

export interface TraverseResponse {
  /** Vertices of the order before this batch. */
  readonly first: number;
  /** Columns of unsigned 32-bit little-endian integers, anywhere in memory: not aligned. */
  readonly vertices: Uint8Array;
  readonly parents: Uint8Array;
  readonly depths: Uint8Array;
  readonly names?: readonly string[];
  readonly fingerprint?: string;
  readonly summary?: TraverseSummary;
}

export interface TraverseSummary {
  readonly visitedCount: number;
  readonly found: boolean;
  readonly rootCount: number;
  readonly depthMax: number;
  readonly verticesCrc32: number;
  readonly parentsCrc32: number;
  readonly depthsCrc32: number;
  readonly runtimeMs: number;
}

/** What stands in the column of parents for the root of a tree. */
export const noParent = 0xffff_ffff;

/** A vertex is an int32 on the wire. */
const vertexMaxCount = 2 ** 31;

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

export const describeGraph = rpcMethod<DescribeGraphRequest, DescribeGraphResponse>(
  dfsDefinition,
  { service: dfsServiceName, method: "DescribeGraph" },
  {
    request: (message) => ({ numVertices: new MessageFields(message).number("numVertices") }),
    response: toDescribeGraphResponse,
  },
);

export const lookUpNames = rpcMethod<LookUpNamesRequest, LookUpNamesResponse>(
  dfsDefinition,
  { service: dfsServiceName, method: "LookUpNames" },
  { request: toNamesAndVertices, response: toNamesAndVertices },
);

export const traverse = rpcMethod<TraverseRequest, TraverseResponse>(
  dfsDefinition,
  { service: dfsServiceName, method: "Traverse" },
  { request: toTraverseRequest, response: toTraverseResponse },
);

/** The service as a gRPC server takes it, by method name. */
export const dfsService = {
  RunDFS: runDfs,
  DescribeReplica: describeReplica,
  DescribeGraph: describeGraph,
  LookUpNames: lookUpNames,
  Traverse: traverse,
} as const;

function toRunRequest(message: object): RunRequest {
  const fields = new MessageFields(message);
  return {
    ...toQuestion(fields),
    ...(fields.boolean("withPath") ? { withPath: true } : {}),
    ...(fields.boolean("withNames") ? { withNames: true } : {}),
  };
}

/** What is not set is left out, as whoever made the request left it out. */
function toQuestion(fields: MessageFields): SearchQuestion {
  const target = fields.optionalNumber("target");
  const source = fields.optionalNumber("source");
  const targetName = fields.text("targetName");
  const sourceName = fields.text("sourceName");
  return {
    ...(target === undefined ? {} : { target }),
    ...(targetName === "" ? {} : { targetName }),
    ...(source === undefined ? {} : { source }),
    ...(sourceName === "" ? {} : { sourceName }),
    numVertices: fields.number("numVertices"),
    ...(fields.boolean("reachableOnly") ? { reachableOnly: true } : {}),
  };
}

function toRunResponse(message: object): RunResponse {
  const fields = new MessageFields(message);
  const fingerprint = fields.text("fingerprint");
  const path = fields.numbers("path");
  const pathLength = fields.number("pathLength");
  const pathNames = fields.texts("pathNames");
  return {
    found: fields.boolean("found"),
    visitedCount: fields.number("visitedCount"),
    runtimeMs: fields.number("runtimeMs"),
    ...(fingerprint === "" ? {} : { fingerprint }),
    ...(path.length === 0 ? {} : { path }),
    ...(pathLength === 0 ? {} : { pathLength }),
    ...(pathNames.length === 0 ? {} : { pathNames }),
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

function toDescribeGraphResponse(message: object): DescribeGraphResponse {
  const fields = new MessageFields(message);
  const vertices = fields.number("vertices");
  // Memory is set aside by it.
  if (vertices < 0 || vertices > vertexMaxCount) throw new Error(`${vertices} vertices`);
  return {
    vertices,
    edges: fields.number("edges"),
    source: fields.text("source"),
    fingerprint: fields.text("fingerprint"),
    hasNames: fields.boolean("hasNames"),
  };
}

function toNamesAndVertices(message: object): LookUpNamesRequest & LookUpNamesResponse {
  const fields = new MessageFields(message);
  return { names: fields.texts("names"), vertices: fields.numbers("vertices") };
}

function toTraverseRequest(message: object): TraverseRequest {
  const fields = new MessageFields(message);
  const resumeAfter = fields.number("resumeAfter");
  const expectFingerprint = fields.text("expectFingerprint");
  const batchMax = fields.number("batchMax");
  return {
    ...toQuestion(fields),
    ...(resumeAfter === 0 ? {} : { resumeAfter }),
    ...(expectFingerprint === "" ? {} : { expectFingerprint }),
    ...(batchMax === 0 ? {} : { batchMax }),
    ...(fields.boolean("withNames") ? { withNames: true } : {}),
  };
}

function toTraverseResponse(message: object): TraverseResponse {
  const fields = new MessageFields(message);
  const names = fields.texts("names");
  const fingerprint = fields.text("fingerprint");
  const summary = fields.optionalMessage("summary");
  return {
    first: fields.number("first"),
    vertices: fields.bytes("vertices"),
    parents: fields.bytes("parents"),
    depths: fields.bytes("depths"),
    ...(names.length === 0 ? {} : { names }),
    ...(fingerprint === "" ? {} : { fingerprint }),
    ...(summary === undefined ? {} : { summary: toSummary(summary) }),
  };
}

function toSummary(fields: MessageFields): TraverseSummary {
  return {
    visitedCount: fields.number("visitedCount"),
    found: fields.boolean("found"),
    rootCount: fields.number("rootCount"),
    depthMax: fields.number("depthMax"),
    verticesCrc32: fields.number("verticesCrc32"),
    parentsCrc32: fields.number("parentsCrc32"),
    depthsCrc32: fields.number("depthsCrc32"),
    runtimeMs: fields.number("runtimeMs"),
  };
}
