import { assert } from "../base/errors.ts";
import { limits } from "../base/limits.ts";
import { FailoverClient } from "../failover/failover-client.ts";
import { createPolicy } from "../failover/policy.ts";
import type { ReplicaSet } from "../failover/replica-set.ts";
import type { StreamClient } from "../failover/stream-request.ts";
import type { DecidedQuestion } from "../workload/dfs-question.ts";
import { regenerate } from "../workload/regenerate.ts";
import type { TraverseQuestion } from "../workload/right-order.ts";
import { traverseWorkload } from "../workload/traverse-workload.ts";
import type { StreamWorkload } from "../workload/workload.ts";
import type { LoadConfig } from "./load-config.ts";
import type { StreamConfig } from "./stream-config.ts";
import { runStreams, type StreamLoadOptions, type StreamTotals } from "./stream-load.ts";

type DriveStreamsOptions = Omit<StreamLoadOptions, "client" | "workload" | "durationMs"> & {
  readonly config: LoadConfig;
};

/**
 * The streams of a load, for its whole duration from when the function is called that is returned:
 * what is right is found before, since that would hold up the requests beside them.
 */
export function prepareStreams(
  options: DriveStreamsOptions,
  replicas: ReplicaSet,
  question: DecidedQuestion,
): () => Promise<StreamTotals> {
  const client = openClient(options, replicas);
  const workload = workloadOf(options.streams, question);
  const { durationMs } = options.config;
  return () => runStreams({ ...options, client, workload, durationMs });
}

/** One of its own, since what requests take to be answered says nothing about streams. */
function openClient({ config, clock }: DriveStreamsOptions, replicas: ReplicaSet): StreamClient {
  const { policy, attemptTimeoutMs } = config;
  assert(policy !== "stock", "gRPC's own client continues no stream");
  return new FailoverClient({ replicas, policy: createPolicy(policy, attemptTimeoutMs), clock });
}

function workloadOf(streams: StreamConfig, question: DecidedQuestion): StreamWorkload {
  const { ratePerSecond, numVertices } = streams;
  // A batch is taken whole, so a large one would let a slow reader wait for long and then gulp.
  const batchMax =
    ratePerSecond === undefined
      ? 0
      : Math.max(1, Math.floor((ratePerSecond * limits.streamPacedBatchMs) / 1000));
  if (numVertices === undefined) return traverseWorkload(question, batchMax);
  return traverseWorkload(wholeOrderOf(numVertices), batchMax);
}

/** Of a graph that every replica makes alike. */
function wholeOrderOf(numVertices: number): TraverseQuestion {
  const graph = regenerate(`modular:${numVertices}`);
  const search = { numVertices };
  return { search, vertexCount: numVertices, fingerprint: graph?.fingerprint, graph };
}
