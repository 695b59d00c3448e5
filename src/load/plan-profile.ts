import { formatDuration, parseDurationMs } from "../base/duration.ts";
import { DfsError } from "../base/errors.ts";
import { limits } from "../base/limits.ts";
import { loadDefaults } from "./load-config.ts";
import type { Arrival, LoadProfile, OpenProfile } from "./load-profile.ts";
import { RateCurve } from "./rate-curve.ts";
import { type RateWish, type Stage, totalMs } from "./stage.ts";

/** What was asked for, flag by flag or key by key; undefined where nothing was. */
export interface ProfileWishes {
  readonly duration?: number | undefined;
  readonly rate?: RateWish | undefined;
  readonly stages?: readonly Stage[] | undefined;
  readonly arrival?: Arrival | undefined;
  readonly total?: number | undefined;
  readonly "max-in-flight"?: number | undefined;
  readonly warmup?: number | undefined;
  readonly concurrency?: number | undefined;
}

export type ProfileKey = keyof ProfileWishes;

/** How an error calls what was asked for: `--stages`, or `drill.yaml:3:5: stages`. */
export type NameOf = (key: ProfileKey) => string;

export interface PlannedProfile {
  readonly durationMs: number;
  readonly profile: LoadProfile;
}

/** What a load does of which nothing else is said. */
const defaults = {
  durationMs: parseDurationMs(loadDefaults.duration) ?? 0,
  ratePerSecond: Number(loadDefaults.rate),
};

/** The profile that is meant; throws a usage error where wishes contradict each other. */
export function planProfile(wishes: ProfileWishes, nameOf: NameOf): PlannedProfile {
  const planned =
    wishes.concurrency === undefined
      ? openProfile(wishes, nameOf)
      : closedProfile(wishes, wishes.concurrency, nameOf);
  const { warmupMs } = planned.profile;
  if (warmupMs > 0 && warmupMs >= planned.durationMs) {
    throw usage(
      `${nameOf("warmup")} must be shorter than the load, which takes ` +
        `${formatDuration(planned.durationMs)}: current value is "${formatDuration(warmupMs)}"`,
    );
  }
  return planned;
}

/** By key: why a closed loop has no such thing. */
const onlyOpen: Partial<Record<ProfileKey, string>> = {
  rate: "one is a schedule, the other waits for answers; max-in-flight bounds a schedule",
  stages: "one is a schedule, the other waits for answers",
  arrival: "the answers say when the next request leaves",
  "max-in-flight": "so many requests are always open, no more and no less",
};

function closedProfile(wishes: ProfileWishes, concurrency: number, nameOf: NameOf): PlannedProfile {
  for (const [key, why] of Object.entries(onlyOpen) as [ProfileKey, string][]) {
    if (wishes[key] === undefined) continue;
    throw usage(`${nameOf(key)} does not go with ${nameOf("concurrency")}: ${why}`);
  }
  const { total: totalCount, warmup: warmupMs = 0 } = wishes;
  return {
    durationMs: wishes.duration ?? openEndMs(totalCount),
    profile: { kind: "closed", concurrency, totalCount, warmupMs },
  };
}

/** A load that a total ends needs no other end. */
function openEndMs(totalCount: number | undefined): number {
  return totalCount === undefined ? defaults.durationMs : limits.durationMaxMs;
}

function openProfile(wishes: ProfileWishes, nameOf: NameOf): PlannedProfile {
  const { total: totalCount, arrival = "even" } = wishes;
  const stages = wishes.stages ?? stagesOfRate(wishes, nameOf);
  if (wishes.stages !== undefined) refuseBesideStages(wishes, wishes.stages, nameOf);
  const profile: OpenProfile = {
    ...{ kind: "open", stages, arrival, totalCount },
    maxInFlight: wishes["max-in-flight"] ?? limits.inFlightMaxCount,
    warmupMs: wishes.warmup ?? 0,
  };
  return { profile, durationMs: durationOf(profile) };
}

function refuseBesideStages(wishes: ProfileWishes, stages: readonly Stage[], nameOf: NameOf): void {
  const long = `they take ${formatDuration(totalMs(stages))} in all`;
  const why = { rate: "each stage has its rate", duration: long };
  for (const key of ["rate", "duration"] as const) {
    if (wishes[key] === undefined) continue;
    throw usage(`${nameOf(key)} does not go with ${nameOf("stages")}: ${why[key]}`);
  }
}

/** A ramp, if it is one, and then the rate that it ends in. */
function stagesOfRate({ rate, duration, total }: ProfileWishes, nameOf: NameOf): readonly Stage[] {
  const { ratePerSecond } = defaults;
  const constant = { fromPerSecond: ratePerSecond, toPerSecond: ratePerSecond, rampMs: 0 };
  const { fromPerSecond, toPerSecond, rampMs } = rate ?? constant;
  const ownMs = rampMs > 0 ? rampMs : defaults.durationMs;
  // A ramp down to nothing has nothing to go on with.
  const hasEnd = total === undefined || toPerSecond === 0;
  const durationMs = duration ?? (hasEnd ? ownMs : limits.durationMaxMs);
  if (durationMs < rampMs) {
    throw usage(
      `${nameOf("duration")} must not end within the ramp of ${nameOf("rate")}, which takes ` +
        `${formatDuration(rampMs)}: current value is "${formatDuration(durationMs)}"`,
    );
  }
  const ramp = { durationMs: rampMs, fromPerSecond, toPerSecond };
  const rest = { durationMs: durationMs - rampMs, fromPerSecond: toPerSecond, toPerSecond };
  return [ramp, rest].filter((stage) => stage.durationMs > 0);
}

/** With a total and even spacing it is known how long that takes; to the next millisecond. */
function durationOf({ stages, arrival, totalCount }: OpenProfile): number {
  const curve = new RateCurve(stages);
  const allMs = totalMs(stages);
  if (totalCount === undefined || arrival !== "even" || totalCount >= curve.count) return allMs;
  return Math.min(allMs, Math.ceil(curve.usAt(totalCount) / 1000));
}

function usage(message: string): DfsError {
  return new DfsError("usage", message);
}
