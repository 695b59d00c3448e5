import { formatDuration } from "../../base/duration.ts";
import { DfsError } from "../../base/errors.ts";
import { limits } from "../../base/limits.ts";
import { type PlannedFault, planFaults } from "../../fault/random-plan.ts";
import { duration, type FlagValues, logfile, toggle, wholeNumber } from "../flags.ts";
import { sharedFlags } from "./flags.ts";
import { durationRange, ports, weightedKinds } from "./random-flags.ts";

/** Share of --every by which a fault may come earlier or later when nothing else is said. */
const jitterShare = 0.5;

/** The flags of `dfs fault random`. */
export const randomFlags = {
  ports: ports("Ports whose listeners are hit"),
  duration: duration.required({
    description: "How long it goes on; all is undone by then",
    minMs: limits.randomFaultMinMs,
    maxMs: limits.durationMaxMs,
  }),
  every: duration.withDefault({
    description: "From one fault to the next, on average",
    minMs: 1,
    maxMs: limits.durationMaxMs,
    default: "5s",
  }),
  jitter: duration.optional({
    description: "How much earlier or later each may come; half of --every if left out",
    minMs: 0,
    maxMs: limits.durationMaxMs,
  }),
  kinds: weightedKinds({
    description:
      "Kinds of fault, crash, stall, limp, drain, restart, each with how often it comes beside the " +
      "others; whoever is crashed or drained must be started again by somebody else",
    default: "crash,stall,limp",
  }),
  faultDuration: durationRange({
    description: "How long a stall or a limp lasts, or nothing runs in a restart",
    minMs: limits.randomFaultMinMs,
    maxMs: limits.durationMaxMs,
    default: "1s..5s",
  }),
  keepHealthy: wholeNumber.withDefault({
    description: "Ports that stay untouched at every instant",
    valueHint: "N",
    min: 0,
    max: limits.randomPortMaxCount,
    default: "1",
  }),
  settle: duration.withDefault({
    description: "How long a port must be seen to serve after a fault to count as untouched again",
    minMs: 0,
    maxMs: limits.durationMaxMs,
    default: "2s",
  }),
  seed: wholeNumber.optional({
    description: "Seed of the plan; a random one, printed, if left out",
    valueHint: "N",
    min: 0,
    max: 2 ** 32 - 1,
  }),
  host: sharedFlags.host,
  expect: sharedFlags.expect,
  force: sharedFlags.force,
  dryRun: toggle("Print the whole plan, show whom it would hit, and do nothing"),
  logfile: logfile("fault.log"),
};

export type RandomValues = FlagValues<typeof randomFlags>;

/** The plan that follows from the flags and the seed; throws usage errors. */
export function planOf(values: RandomValues, seed: number): readonly PlannedFault[] {
  const { every: everyMs, duration: durationMs, keepHealthy, faultDuration } = values;
  const jitterMs = jitterOf(values);
  const usage = (message: string) => new DfsError("usage", message);
  if (jitterMs > everyMs / 2) {
    const current = `current value is "${formatDuration(jitterMs)}"`;
    const half = formatDuration(everyMs / 2);
    throw usage(`--jitter must be at most half of --every (${half}): ${current}`);
  }
  if (keepHealthy >= values.ports.length) {
    throw usage(
      `--keep-healthy must be less than the number of --ports (${values.ports.length}), ` +
        `or nothing could ever be hit: current value is "${keepHealthy}"`,
    );
  }
  if (durationMs / everyMs > limits.randomFaultMaxCount) {
    const least = formatDuration(Math.ceil(durationMs / limits.randomFaultMaxCount));
    throw usage(
      `--every must be at least ${least} for that --duration, which is ` +
        `${limits.randomFaultMaxCount} faults: current value is "${formatDuration(everyMs)}"`,
    );
  }
  const { minMs: faultMinMs, maxMs: faultMaxMs } = faultDuration;
  const { ports, kinds } = values;
  const spans = { everyMs, jitterMs, durationMs, faultMinMs, faultMaxMs };
  const plan = planFaults({ seed, ports, kinds, ...spans });
  if (plan.length > 0) return plan;
  throw usage(
    `--duration must be longer, as no fault of ${formatDuration(faultMinMs)} fits in after the ` +
      `first ${formatDuration(everyMs)} (--every): current value is "${formatDuration(durationMs)}"`,
  );
}

function jitterOf({ jitter, every }: RandomValues): number {
  return jitter ?? every * jitterShare;
}

/** `24 faults in 2m, every 5s ± 2.5s, on ports 50051, 50052 (seed 7), keeping 1 untouched`. */
export function planSummary(
  values: RandomValues,
  seed: number,
  plan: readonly PlannedFault[],
): string {
  const { duration, every, keepHealthy } = values;
  const rhythm = `every ${formatDuration(every)} ± ${formatDuration(jitterOf(values))}`;
  return (
    `${plan.length} faults in ${formatDuration(duration)}, ${rhythm}, on ports ` +
    `${values.ports.join(", ")} (seed ${seed}), keeping ${keepHealthy} untouched`
  );
}

/** As the run header stores them; times in the unit that the key names. */
export function randomConfig(values: RandomValues): Record<string, string> {
  const { host, expect, force, faultDuration, kinds } = values;
  return {
    ports: values.ports.join(","),
    kinds: kinds.map(({ kind, weight }) => `${kind}:${weight}`).join(","),
    every_ms: String(values.every),
    jitter_ms: String(jitterOf(values)),
    duration_ms: String(values.duration),
    fault_min_ms: String(faultDuration.minMs),
    fault_max_ms: String(faultDuration.maxMs),
    keep_healthy: String(values.keepHealthy),
    settle_ms: String(values.settle),
    ...(host === undefined ? {} : { host }),
    ...(expect === undefined ? {} : { expect }),
    force: String(force),
  };
}
