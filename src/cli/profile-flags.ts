import { limits } from "../base/limits.ts";
import { loadDefaults } from "../load/load-config.ts";
import { arrivalNames } from "../load/load-profile.ts";
import { type PlannedProfile, planProfile } from "../load/plan-profile.ts";
import { parseRate, parseStages, rateForm, stagesForm } from "../load/stage.ts";
import * as flags from "./flags.ts";
import { flagName } from "./strict-args.ts";

/** The flags that say when the requests of a load leave, and how many there are. */
export const profileFlags = {
  duration: flags.duration.optional({
    description: `How long requests are scheduled (Default: ${loadDefaults.duration})`,
    minMs: 1,
    maxMs: limits.durationMaxMs,
  }),
  rate: flags.ruled(
    {
      description:
        "Requests a second: 200; or a ramp that goes on with its last rate: 10..500/60s " +
        `(Default: ${loadDefaults.rate})`,
      valueHint: "R|FROM..TO/duration",
    },
    { form: rateForm, read: parseRate },
  ),
  stages: flags.ruled(
    {
      description:
        "Rates one after the other, instead of --rate and --duration: 30s:100,60s:100..500",
      valueHint: "duration:R,...",
    },
    { form: stagesForm, read: parseStages },
  ),
  arrival: flags.optionalChoice({
    description:
      "even: evenly spaced; poisson: at random, as many independent users come (Default: even)",
    choices: arrivalNames,
  }),
  total: flags.wholeNumber.optional({
    description: "End after so many requests, or with --duration, if that is sooner",
    valueHint: "N",
    min: 1,
    max: limits.totalMaxCount,
  }),
  maxInFlight: flags.wholeNumber.optional({
    description:
      "With so many in flight, what falls due is not sent, and counts as lost " +
      `(Default: ${limits.inFlightMaxCount})`,
    valueHint: "N",
    min: 1,
    max: limits.inFlightMaxCount,
  }),
  warmup: flags.duration.optional({
    description:
      "Keep the latencies of the first requests, due within this, out of the percentiles",
    minMs: 1,
    maxMs: limits.durationMaxMs,
  }),
  concurrency: flags.wholeNumber.optional({
    description:
      "Closed loop instead of --rate: N requests always open, the next leaves when one has ended",
    valueHint: "N",
    min: 1,
    max: limits.concurrencyMaxCount,
  }),
  seed: flags.wholeNumber.optional({
    description: "Of all that is left to chance, such as --arrival poisson (Default: a fresh one)",
    valueHint: "N",
    min: 0,
    max: 2 ** 32 - 1,
  }),
};

type ProfileFlagValues = flags.FlagValues<typeof profileFlags>;

/** Those that say nothing of streams. */
export const scheduleFlagNames: readonly string[] = Object.keys(profileFlags)
  .filter((key) => key !== "duration" && key !== "seed")
  .map(flagName);

/** Throws a usage error where flags contradict each other. */
export function profileOfFlags(values: ProfileFlagValues): PlannedProfile {
  const wishes = { ...values, "max-in-flight": values.maxInFlight };
  return planProfile(wishes, (key) => `--${key}`);
}
