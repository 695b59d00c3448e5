import { type Clock, systemClock } from "../base/clock.ts";
import { type Channel, type ChannelState, type UnaryResult, unaryResult } from "./channel.ts";
import { type DescribeReplicaResponse, describeReplica } from "./dfs-service.ts";
import { healthCheck } from "./health-service.ts";

/** What a replica says of itself when asked. */
export interface EndpointDescription {
  readonly isServing: boolean;
  /** Why it does not serve, or how far its word goes. */
  readonly detail: string;
  /** Of one small call on an open connection; undefined when nobody answered. */
  readonly roundTripUs: number | undefined;
  /** Undefined when it is not a dfs replica, or nobody answered. */
  readonly replica: DescribeReplicaResponse | undefined;
}

/**
 * Asks a replica for its health, then for its description; never rejects, and answers within
 * `timeoutMs`.
 */
export async function describeEndpoint(
  channel: Channel,
  timeoutMs: number,
  clock: Clock = systemClock,
): Promise<EndpointDescription> {
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
    };
  }
  const askedUs = clock.nowUs();
  const remainingMs = timeoutMs - (askedUs - startUs) / 1000;
  if (health.status === "DEADLINE_EXCEEDED" || remainingMs <= 0) {
    return { isServing, detail, roundTripUs: undefined, replica: undefined };
  }
  const description = await unaryResult(channel, {
    path: describeReplica.path,
    request: describeReplica.requestSerialize({}),
    timeoutMs: remainingMs,
  });
  const roundTripUs = clock.nowUs() - askedUs;
  return { isServing, detail, roundTripUs, replica: readDescription(description) };
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
