import type { Clock } from "../base/clock.ts";
import { type Endpoint, formatEndpoint } from "../base/endpoint.ts";
import type { ReplicaSet } from "../failover/replica-set.ts";
import { unaryResult } from "../rpc/channel.ts";
import {
  describeEndpoint,
  type EndpointDescription,
  greetEndpoint,
} from "../rpc/describe-endpoint.ts";
import { lookUpNames } from "../rpc/dfs-service.ts";
import type { GraphAnswer } from "../workload/dfs-question.ts";

export interface GreetOptions {
  readonly endpoints: readonly Endpoint[];
  readonly replicas: ReplicaSet;
  readonly clock: Clock;
  /** Told as each has answered, or has not in time. */
  readonly onAnswer: (endpoint: Endpoint, description: EndpointDescription) => void;
}

export interface PreflightOptions extends GreetOptions {
  /** Of the graph asked for; undefined: the replicas' own. */
  readonly numVertices: number | undefined;
}

/** A replica that does not answer is no reason to wait. */
const answerWithinMs = 900;

/** One that does may have to build its graph first, and what is asked depends on it. */
const graphWithinMs = 20_000;

/**
 * Asks every replica who it is and which graph it serves. Also opens the connections, so that the
 * first requests do not pay for them.
 */
export function preflight(options: PreflightOptions): Promise<readonly GraphAnswer[]> {
  const { endpoints, replicas, numVertices, clock, onAnswer } = options;
  return Promise.all(
    endpoints.map(async (endpoint, index) => {
      const description = await describeEndpoint(replicas.channel(index), {
        timeoutMs: answerWithinMs,
        graphTimeoutMs: graphWithinMs,
        numVertices: numVertices ?? 0,
        clock,
      });
      onAnswer(endpoint, description);
      return { endpoint: formatEndpoint(endpoint), reply: description.graph };
    }),
  );
}

/** Asks every replica of whatever service for its health; opens the connections, too. */
export async function greet({ endpoints, replicas, clock, onAnswer }: GreetOptions): Promise<void> {
  await Promise.all(
    endpoints.map(async (endpoint, index) => {
      const timing = { timeoutMs: answerWithinMs, clock };
      onAnswer(endpoint, await greetEndpoint(replicas.channel(index), timing));
    }),
  );
}

/**
 * Which of `names` the graph of the replicas does not have, by the word of the first that answers;
 * none when nobody does.
 */
export async function unknownNames(
  names: readonly string[],
  { answers, replicas }: { answers: readonly GraphAnswer[]; replicas: ReplicaSet },
): Promise<readonly string[]> {
  const request = lookUpNames.requestSerialize({ names, vertices: [] });
  const call = { path: lookUpNames.path, request, timeoutMs: answerWithinMs };
  for (const [index, { reply }] of answers.entries()) {
    if (names.length === 0 || reply.kind !== "described") continue;
    const { status, response } = await unaryResult(replicas.channel(index), call);
    if (status !== "OK" || response === undefined) continue;
    const { vertices } = lookUpNames.responseDeserialize(Buffer.from(response));
    return names.filter((_, place) => vertices[place] === noSuchVertex);
  }
  return [];
}

/** In LookUpNamesResponse. */
const noSuchVertex = -1;
