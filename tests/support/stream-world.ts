import { FailoverClient } from "../../src/failover/failover-client.ts";
import { createPolicy, type PolicyName } from "../../src/failover/policy.ts";
import { ReplicaSet } from "../../src/failover/replica-set.ts";
import type {
  StreamConsumer,
  StreamFailure,
  StreamGap,
  StreamRequest,
  StreamResult,
} from "../../src/failover/stream-request.ts";
import {
  type Behaviour,
  onlyRequest,
  ScriptedChannel,
  type ScriptedStream,
} from "./scripted-channel.ts";
import { VirtualClock } from "./virtual-clock.ts";

/**
 * Takes the numbers 1, 2, ... up to `total`, one a message; asks for those after the last. An empty
 * message is a greeting.
 */
class Counter implements StreamConsumer {
  itemCount = 0;
  readonly #total: number;

  constructor(total: number) {
    this.#total = total;
  }

  nextRequest(): Uint8Array {
    return new Uint8Array([this.itemCount]);
  }

  take([number]: Uint8Array): string | undefined {
    if (number === undefined) return undefined;
    if (number !== this.itemCount + 1) return `${number} came after ${this.itemCount}`;
    this.itemCount++;
    return undefined;
  }

  get isComplete(): boolean {
    return this.itemCount === this.#total;
  }
}

export const answers: Behaviour = { kind: "answers", afterMs: 2 };
export const silent: Behaviour = { kind: "silent" };

/** Three replicas, each a millisecond or two away, and an attempt timeout of 100 ms. */
export async function streamWorld(
  options: { replicaCount?: number; policy?: PolicyName; timeoutMs?: number } = {},
) {
  const { replicaCount = 3, policy = "adaptive", timeoutMs = 100 } = options;
  const clock = new VirtualClock();
  const channels: ScriptedChannel[] = [];
  const replicas = new ReplicaSet({
    endpoints: Array.from({ length: replicaCount }, (_, index) => ({ host: "h", port: index + 1 })),
    openChannel(endpoint) {
      const channel = new ScriptedChannel(endpoint, clock, answers);
      channels.push(channel);
      return channel;
    },
    clock,
  });
  const client = new FailoverClient({ replicas, policy: createPolicy(policy, timeoutMs), clock });
  await clock.advanceMs(10);
  const start = (total: number, other: Partial<StreamRequest> = {}) => {
    const consumer = new Counter(total);
    const failures: StreamFailure[] = [];
    const gaps: StreamGap[] = [];
    const results: StreamResult[] = [];
    const handle = client.startStream(
      {
        ...{ id: "s-1", number: 1, path: "/a.B/Stream" },
        ...{ deadlineUs: Number.POSITIVE_INFINITY, mayExecuteTwice: true },
        ...other,
      },
      consumer,
      {
        onAttemptFailed: (failure) => failures.push(failure),
        onGap: (gap) => gaps.push(gap),
        onDone: (result) => results.push(result),
      },
    );
    return { consumer, failures, gaps, results, handle };
  };
  /** The latest stream that the replica was asked for. */
  const at = (index: number): ScriptedStream => {
    const stream = channels[index]?.streams.at(-1);
    if (stream === undefined) throw new Error(`replica ${index} was asked for no stream`);
    return stream;
  };
  const asked = (index: number) =>
    channels[index]?.streams.map(({ call }) => [...onlyRequest(call)]);
  return { clock, channels, replicas, client, start, at, asked };
}

/** How a stream ends whose connection is lost. */
export const lost = { status: "UNAVAILABLE", detail: "connection lost" } as const;
