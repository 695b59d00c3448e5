import { parseDurationMs } from "../../base/duration.ts";
import type { Endpoint } from "../../base/endpoint.ts";
import { limits } from "../../base/limits.ts";
import { policyNames } from "../../failover/policy.ts";
import { type LoadConfig, loadDefaults } from "../../load/load-config.ts";
import { arrivalNames } from "../../load/load-profile.ts";
import { planProfile } from "../../load/plan-profile.ts";
import { parseRate, parseStages, rateForm, stagesForm } from "../../load/stage.ts";
import type { QuestionNames } from "../../workload/dfs-question.ts";
import { choice, decimalNumber, duration, type Rule, usage, wholeNumber } from "../rule.ts";
import type { ValuesOf } from "./read-values.ts";
import type { Section } from "./scenario-source.ts";

/** As `dfs load` takes them on its command line. */
const profileRules = {
  rate: { form: rateForm, read: parseRate },
  stages: { form: stagesForm, read: parseStages },
  arrival: choice(arrivalNames),
  total: wholeNumber({ min: 1, max: limits.totalMaxCount }),
  "max-in-flight": wholeNumber({ min: 1, max: limits.inFlightMaxCount }),
  warmup: duration({ min: 1, max: limits.durationMaxMs }),
  concurrency: wholeNumber({ min: 1, max: limits.concurrencyMaxCount }),
};

const span = duration({ min: 1, max: limits.durationMaxMs });
const vertex = wholeNumber({ min: 0, max: 2 ** 31 - 1 });
const target: Rule<number | "none"> = {
  form: `none or ${vertex.form}`,
  read: (text) => (text === "none" ? text : vertex.read(text)),
  words: ["none"],
};

/** The keys of `load`, named as the flags of `dfs load`. */
export const loadRules = {
  duration: span,
  ...profileRules,
  seed: wholeNumber({ min: 0, max: 2 ** 32 - 1 }),
  deadline: span,
  "attempt-timeout": span,
  policy: choice(policyNames),
  target,
  source: vertex,
  "num-vertices": wholeNumber({ min: 1, max: limits.vertexMaxCount }),
  verify: choice(["answer", "status"]),
  mode: choice(["unary", "stream"]),
  streams: wholeNumber({ min: 1, max: limits.streamMaxCount }),
  "stream-rate": decimalNumber({ min: 0.001, max: limits.streamRateMaxPerSecond }),
};

/** Keys that say nothing of a load of streams. */
const onlyUnary = [
  ...(Object.keys(profileRules) as (keyof typeof profileRules)[]),
  ...(["deadline", "verify"] as const),
];

/** The load on `replicas`; throws a usage error where keys contradict each other. */
export function loadOf(
  values: ValuesOf<typeof loadRules>,
  section: Section | undefined,
  replicas: readonly Endpoint[],
): LoadConfig {
  const { mode = loadDefaults.mode, target: vertexOrNone, source, streams } = values;
  const numVertices = values["num-vertices"];
  for (const [role, value] of Object.entries({ target: vertexOrNone, source })) {
    if (typeof value !== "number" || numVertices === undefined || value < numVertices) continue;
    throw usage(
      `${section?.entries.get(role)?.name} must be a vertex in 0..${numVertices - 1} ` +
        `(num-vertices is ${numVertices}): current value is "${value}"`,
    );
  }
  const stray = mode === "stream" ? onlyUnary.find((key) => values[key] !== undefined) : undefined;
  if (stray !== undefined) {
    throw usage(`${section?.entries.get(stray)?.name} does not go with mode stream`);
  }
  if (values["stream-rate"] !== undefined && mode === "unary" && streams === undefined) {
    throw usage(`${section?.entries.get("stream-rate")?.name} is of streams: add streams`);
  }
  const asked =
    vertexOrNone === undefined || vertexOrNone === "none" ? vertexOrNone : { vertex: vertexOrNone };
  return {
    replicas,
    ...planProfile(values, (key) => section?.entries.get(key)?.name ?? `load.${key}`),
    seed: values.seed,
    deadlineMs: values.deadline ?? parseDurationMs(loadDefaults.deadline) ?? 0,
    attemptTimeoutMs: values["attempt-timeout"],
    policy: values.policy ?? loadDefaults.policy,
    question: {
      target: asked ?? (mode === "stream" ? "none" : "default"),
      source: source === undefined ? undefined : { vertex: source },
      numVertices,
      calls: namesIn(section),
    },
    verify: values.verify ?? loadDefaults.verify,
    mode,
    streams:
      mode === "stream" || streams !== undefined
        ? {
            count: streams ?? replicas.length,
            ratePerSecond: values["stream-rate"],
            numVertices: undefined,
          }
        : undefined,
  };
}

/** A graph is known only when replicas serve it: what it lacks is refused by file and line too. */
function namesIn(section: Section | undefined): QuestionNames {
  const nameOf = (key: string) => section?.entries.get(key)?.name ?? `load.${key}`;
  return {
    target: nameOf("target"),
    source: nameOf("source"),
    numVertices: nameOf("num-vertices"),
  };
}
