import { type Clock, systemClock } from "../base/clock.ts";
import { type Channel, type ChannelState, type UnaryResult, unaryResult } from "./channel.ts";
import {
  type DescribeGraphResponse,
  type DescribeReplicaResponse,
  describeGraph,
  describeReplica,
} from "./dfs-service.ts";
import { healthCheck } from "./health-service.ts";
import { isAnswer, type StatusName } from "./status.ts";

/** What a replica says of itself when asked. */
export interface EndpointDescription {
  readonly isServing: boolean;
  /** Why it does not serve, or how far its word goes. */
  readonly detail: string;
  /** Of one small call on an open connection; undefined when nobody answered. */
  readonly roundTripUs: number | undefined;
  /** Undefined when it is not a dfs replica, or nobody answered. */
  readonly replica: DescribeReplicaResponse | undefined;
  readonly graph: GraphReply;
}

/**
 * What a replica said when asked which graph it would answer from. `unknown`: it does not know the
 * question, as replicas of the original system do not. `silent`: it did not answer.
 */
export type GraphReply =
  | { readonly kind: "described"; readonly graph: DescribeGraphResponse }
  | { readonly kind: "refused"; readonly status: StatusName; readonly detail: string }
  | { readonly kind: "unknown" }
  | { readonly kind: "silent" };

export interface DescribeOptions {
  readonly timeoutMs: number;
  /** For its graph alone, which it may have to build first; as long as `timeoutMs` unless given. */
  readonly graphTimeoutMs?: number;
  /** Of the graph asked for; 0: the replica's own. */
  readonly numVertices?: number;
  readonly clock?: Clock;
}

/**
 * Asks a replica for its health, then for its description and its graph; never rejects, and answers
 * within `timeoutMs`, or `graphTimeoutMs` later when it is alive and its graph takes that long.
 */
export async function describeEndpoint(
  channel: Channel,
  options: DescribeOptions,
): Promise<EndpointDescription> {
  const { timeoutMs, clock = systemClock } = options;
  const startUs = clock.nowUs();
  const health = await unaryResult(channel, {
    path: healthCheck.path,
    request: healthCheck.requestSerialize({ service: "" }),
    timeoutMs,
    waitForReady: true,
  });
  const { isServing, detail } = judgeHealth(health, channel.state);
  if (channel.state === "broken") {
    return {
      isServing,
      detail: await whyBroken(channel),
      roundTripUs: undefined,
      replica: undefined,
      graph: { kind: "silent" },
    };
  }
  const askedUs = clock.nowUs();
  const remainingMs = timeoutMs - (askedUs - startUs) / 1000;
  if (health.status === "DEADLINE_EXCEEDED" || remainingMs <= 0) {
    const graph: GraphReply = { kind: "silent" };
    return { isServing, detail, roundTripUs: undefined, replica: undefined, graph };
  }
  const description = await unaryResult(channel, {
    path: describeReplica.path,
    request: describeReplica.requestSerialize({}),
    timeoutMs: remainingMs,
  });
  const roundTripUs = clock.nowUs() - askedUs;
  const replica = readDescription(description);
  const graph = await askGraph(channel, options.graphTimeoutMs ?? remainingMs, options);
  return { isServing, detail, roundTripUs, replica, graph };
}

/**
 * Asks whatever server for its health, and for nothing else; never rejects, and answers within
 * `timeoutMs`.
 */
export async function greetEndpoint(
  channel: Channel,
  { timeoutMs, clock = systemClock }: DescribeOptions,
): Promise<EndpointDescription> {
  const startUs = clock.nowUs();
  const call = { path: healthCheck.path, request: healthCheck.requestSerialize({ service: "" }) };
  const health = await unaryResult(channel, { ...call, timeoutMs, waitForReady: true });
  const { isServing, detail } = judgeHealth(health, channel.state);
  const silent = { replica: undefined, graph: { kind: "silent" } } as const;
  if (channel.state === "broken") {
    return { isServing, detail: await whyBroken(channel), roundTripUs: undefined, ...silent };
  }
  const askedUs = clock.nowUs();
  const remainingMs = timeoutMs - (askedUs - startUs) / 1000;
  if (health.isFromPeer !== true && health.status !== "OK") {
    return { isServing, detail, roundTripUs: undefined, ...silent };
  }
  // The first one waited for the connection.
  await unaryResult(channel, { ...call, timeoutMs: Math.max(1, remainingMs) });
  return { isServing, detail, roundTripUs: clock.nowUs() - askedUs, ...silent };
}

async function askGraph(
  channel: Channel,
  timeoutMs: number,
  { numVertices = 0 }: DescribeOptions,
): Promise<GraphReply> {
  const { status, detail, response, isFromPeer, pushback } = await unaryResult(channel, {
    path: describeGraph.path,
    request: describeGraph.requestSerialize({ numVertices }),
    timeoutMs,
  });
  if (status === "OK" && response !== undefined) return readGraph(response);
  if (status === "UNIMPLEMENTED") return { kind: "unknown" };
  // With a pushback it is only busy.
  const isTooMuch = status === "RESOURCE_EXHAUSTED" && pushback === undefined;
  const isRefusal = isFromPeer === true && (isAnswer(status) || isTooMuch);
  return isRefusal ? { kind: "refused", status, detail } : { kind: "silent" };
}

/** An answer that cannot be read is not one to this question. */
function readGraph(response: Uint8Array): GraphReply {
  try {
    const graph = describeGraph.responseDeserialize(Buffer.from(response));
    return { kind: "described", graph };
  } catch {
    return { kind: "unknown" };
  }
}

/**
 * What a health answer means. A server without the health service answers, so it is taken to serve.
 */
export function judgeHealth(
  health: UnaryResult,
  channel: ChannelState,
): { isServing: boolean; detail: string } {
  if (health.status === "UNIMPLEMENTED") {
    return { isServing: true, detail: "answers, but has no health service" };
  }
  if (health.status === "DEADLINE_EXCEEDED") {
    return { isServing: false, detail: silenceOf[channel] };
  }
  if (health.status !== "OK" || health.response === undefined) {
    return { isServing: false, detail: `${health.status}: ${health.detail}` };
  }
  try {
    const { status } = healthCheck.responseDeserialize(Buffer.from(health.response));
    return { isServing: status === "SERVING", detail: status };
  } catch {
    return { isServing: false, detail: "its health answer cannot be read" };
  }
}

/** A call that does not wait for a connection tells why there is none. */
async function whyBroken(channel: Channel): Promise<string> {
  const call = { path: healthCheck.path, request: new Uint8Array(), timeoutMs: 100 };
  return (await unaryResult(channel, call)).detail;
}

const silenceOf: Readonly<Record<ChannelState, string>> = {
  idle: "no connection",
  broken: "no connection",
  connecting: "accepts connections, but does not speak",
  ready: "connected, but no answer",
  draining: "draining",
};

function readDescription(result: UnaryResult): DescribeReplicaResponse | undefined {
  if (result.status !== "OK" || result.response === undefined) return undefined;
  try {
    return describeReplica.responseDeserialize(Buffer.from(result.response));
  } catch {
    return undefined;
  }
}
