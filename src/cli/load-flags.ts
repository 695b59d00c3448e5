import { DfsError } from "../base/errors.ts";
import { limits } from "../base/limits.ts";
import { policyNames } from "../failover/policy.ts";
import { type LoadConfig, loadDefaults } from "../load/load-config.ts";
import * as flags from "./flags.ts";

/** The flags that say what a load does, shared by `load` and in part by `demo`. */
export const loadFlags = {
  replicas: flags.endpoints("Replicas to drive, comma-separated or repeated"),
  duration: flags.duration.withDefault({
    description: "How long requests are scheduled",
    default: loadDefaults.duration,
    minMs: 1,
    maxMs: limits.durationMaxMs,
  }),
  rate: flags.decimalNumber.withDefault({
    description: "Requests a second",
    valueHint: "R",
    default: loadDefaults.rate,
    min: 0.001,
    max: limits.rateMaxPerSecond,
  }),
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
  target: flags.vertex({
    description: "Vertex to find, or none to visit the whole graph",
    default: loadDefaults.target,
  }),
  numVertices: flags.wholeNumber.withDefault({
    description: "N of the graph modular:N",
    valueHint: "N",
    default: loadDefaults.numVertices,
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
  const { target, numVertices } = values;
  if (target !== undefined && target >= numVertices) {
    throw new DfsError(
      "usage",
      `--target must be a vertex in 0..${numVertices - 1} (--num-vertices is ${numVertices}): ` +
        `current value is "${target}"`,
    );
  }
  return {
    replicas: values.replicas,
    durationMs: values.duration,
    ratePerSecond: values.rate,
    deadlineMs: values.deadline,
    attemptTimeoutMs: values.attemptTimeout,
    policy: values.policy,
    target,
    numVertices,
    verify: values.verify,
  };
}
