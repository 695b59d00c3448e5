import { DfsError } from "../base/errors.ts";
import { limits } from "../base/limits.ts";
import { policyNames } from "../failover/policy.ts";
import { type LoadConfig, loadDefaults } from "../load/load-config.ts";
import type { AskedQuestion, VertexChoice } from "../workload/dfs-question.ts";
import * as flags from "./flags.ts";
import { profileFlags, profileOfFlags } from "./profile-flags.ts";

/** The flags that say what a load does, shared by `load` and in part by `demo`. */
export const loadFlags = {
  replicas: flags.endpoints("Replicas to drive, comma-separated or repeated"),
  ...profileFlags,
  deadline: flags.duration.withDefault({
    description: "Of a request, over all its attempts",
    default: loadDefaults.deadline,
    minMs: 1,
    maxMs: limits.durationMaxMs,
  }),
  attemptTimeout: flags.duration.optional({
    description:
      "Silence after which a replica is suspect (adaptive; learned unless given) " +
      "or the next one is tried (retry; 3s unless given)",
    minMs: 1,
    maxMs: limits.durationMaxMs,
  }),
  policy: flags.choice({
    description:
      "adaptive: hedge what is slow, move what is silent; retry: the next replica after a failure; " +
      "none: one replica, no second chance",
    choices: policyNames,
    default: loadDefaults.policy,
  }),
  target: flags.vertexOrNone(
    "Vertex to find, or none to visit the whole graph " +
      "(Default: the one after 84 % of the vertices, 42000 of 50000)",
  ),
  targetName: flags.text.optional({
    description: "The same by its name in the graph's file",
    valueHint: "NAME",
  }),
  source: flags.vertex("Vertex to begin at (Default: 0)"),
  sourceName: flags.text.optional({
    description: "The same by its name in the graph's file",
    valueHint: "NAME",
  }),
  numVertices: flags.wholeNumber.optional({
    description: "N of the graph modular:N (Default: the graph that the replicas serve)",
    valueHint: "N",
    min: 1,
    max: limits.vertexMaxCount,
  }),
  verify: flags.choice({
    description: "answer: compare every answer with the right one; status: be content with OK",
    choices: ["answer", "status"],
    default: loadDefaults.verify,
  }),
};

export type LoadFlagValues = flags.FlagValues<typeof loadFlags>;

/** The complete configuration; throws a usage error where flags contradict each other. */
export function loadConfig(values: LoadFlagValues): LoadConfig {
  refuseBeyond("target", values.target, values);
  refuseBeyond("source", values.source, values);
  return {
    replicas: values.replicas,
    ...profileOfFlags(values),
    seed: values.seed,
    deadlineMs: values.deadline,
    attemptTimeoutMs: values.attemptTimeout,
    policy: values.policy,
    question: {
      target: targetOf(values),
      source: chosen("source", values.source, values.sourceName),
      numVertices: values.numVertices,
    },
    verify: values.verify,
    mode: "unary",
    streams: undefined,
  };
}

/** Known before any replica is asked. */
function refuseBeyond(
  role: string,
  vertex: number | string | undefined,
  { numVertices = Number.POSITIVE_INFINITY }: LoadFlagValues,
): void {
  if (typeof vertex !== "number" || vertex < numVertices) return;
  throw new DfsError(
    "usage",
    `--${role} must be a vertex in 0..${numVertices - 1} (--num-vertices is ${numVertices}): ` +
      `current value is "${vertex}"`,
  );
}

function targetOf({ target, targetName }: LoadFlagValues): AskedQuestion["target"] {
  if (target === "none" && targetName === undefined) return "none";
  return chosen("target", target, targetName) ?? "default";
}

function chosen(
  role: string,
  vertex: number | string | undefined,
  name: string | undefined,
): VertexChoice | undefined {
  if (vertex !== undefined && name !== undefined) {
    throw new DfsError("usage", `--${role} and --${role}-name name one vertex: give one of them`);
  }
  if (name !== undefined) return { name };
  return typeof vertex === "number" ? { vertex } : undefined;
}
