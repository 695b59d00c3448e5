import { DfsError } from "../base/errors.ts";
import { limits } from "../base/limits.ts";
import { type LoadConfig, loadDefaults } from "../load/load-config.ts";
import * as flags from "./flags.ts";
import { scheduleFlagNames } from "./profile-flags.ts";

/** The flags of a load that runs streams instead of requests. */
export const streamFlags = {
  mode: flags.choice({
    description:
      "unary: requests on a schedule; stream: Traverse streams, each begun again when it is complete",
    choices: ["unary", "stream"],
    default: loadDefaults.mode,
  }),
  streams: flags.wholeNumber.optional({
    description: "Streams kept running at once (Default: one for each replica)",
    valueHint: "N",
    min: 1,
    max: limits.streamMaxCount,
  }),
  streamRate: flags.decimalNumber.optional({
    description: "Vertices a second at which each stream is read (Default: as fast as they come)",
    valueHint: "R",
    min: 0.001,
    max: limits.streamRateMaxPerSecond,
  }),
};

type StreamFlagValues = flags.FlagValues<typeof streamFlags>;

const noSchedule = "streams are not sent on a schedule: --streams says how many run at once";

/** By name: why a load of streams has no such flag. */
const onlyUnary: Readonly<Record<string, string>> = {
  ...Object.fromEntries(scheduleFlagNames.map((name) => [name, noSchedule])),
  deadline: "a stream may take as long as it goes on",
  verify: "a stream is always verified",
};

/** The configuration with its streams; throws a usage error for flags of the other mode. */
export function withStreams(
  config: LoadConfig,
  { mode, streams, streamRate }: StreamFlagValues,
  typed: ReadonlySet<string>,
): LoadConfig {
  if (mode === "unary") {
    const [flag] = ["streams", "stream-rate"].filter((name) => typed.has(name));
    if (flag === undefined) return config;
    throw new DfsError("usage", `--${flag} is of streams: add --mode stream`);
  }
  for (const [name, why] of Object.entries(onlyUnary)) {
    if (typed.has(name)) {
      throw new DfsError("usage", `--${name} does not go with --mode stream: ${why}`);
    }
  }
  const { question, replicas } = config;
  return {
    ...config,
    mode,
    // Every vertex, unless a target was asked for.
    question: { ...question, target: question.target === "default" ? "none" : question.target },
    streams: {
      count: streams ?? replicas.length,
      ratePerSecond: streamRate,
      numVertices: undefined,
    },
  };
}

/** What runs, in the words of the first line; undefined when it is requests. */
export function streamHeadline({ mode, streams }: LoadConfig): string | undefined {
  if (mode === "unary" || streams === undefined) return undefined;
  const { count, ratePerSecond } = streams;
  const pace = ratePerSecond === undefined ? "" : `, each read at ${ratePerSecond} vertices/s,`;
  return `${count} ${count === 1 ? "stream" : "streams"}${pace}`;
}
