import { formatDuration } from "../base/duration.ts";
import { limits } from "../base/limits.ts";
import { formatStages, peakOf, type Stage, totalMs } from "./stage.ts";

/** When the requests of a load leave. */
export type LoadProfile = OpenProfile | ClosedProfile;

export const arrivalNames = ["even", "poisson"] as const;

export type Arrival = (typeof arrivalNames)[number];

interface AnyProfile {
  /** The load is over when so many requests were sent; undefined: its duration alone ends it. */
  readonly totalCount: number | undefined;
  /** Latencies of requests that were due within it stay out of the percentiles. */
  readonly warmupMs: number;
}

/** Open loop: requests leave on a schedule, whatever becomes of earlier ones. */
export interface OpenProfile extends AnyProfile {
  readonly kind: "open";
  /** One after the other, until the load is over. */
  readonly stages: readonly Stage[];
  /** Evenly spaced, or at random as those of many users who know nothing of each other. */
  readonly arrival: Arrival;
  /** With so many in flight, what falls due is not sent, and counts as that. */
  readonly maxInFlight: number;
}

/** Closed loop: so many requests are always open, and the next leaves when one has ended. */
export interface ClosedProfile extends AnyProfile {
  readonly kind: "closed";
  readonly concurrency: number;
}

/** `ratePerSecond` for the whole of `durationMs`, evenly spaced. */
export function constantProfile(ratePerSecond: number, durationMs: number): OpenProfile {
  const stage = { durationMs, fromPerSecond: ratePerSecond, toPerSecond: ratePerSecond };
  return {
    ...{ kind: "open", stages: [stage], arrival: "even", maxInFlight: limits.inFlightMaxCount },
    ...{ totalCount: undefined, warmupMs: 0 },
  };
}

/** The rate of a profile that has but one. */
export function constantRateOf(profile: LoadProfile): number | undefined {
  const [stage, ...more] = profile.kind === "open" ? profile.stages : [];
  if (stage === undefined || more.length > 0) return undefined;
  return stage.fromPerSecond === stage.toPerSecond ? stage.fromPerSecond : undefined;
}

/** The highest rate that it asks for; infinite in a closed loop. */
export function peakPerSecond(profile: LoadProfile): number {
  if (profile.kind === "closed") return Number.POSITIVE_INFINITY;
  return Math.max(...profile.stages.map(peakOf));
}

/** Whether the load's duration says when it ends; else its total alone does. */
export function isTimed(profile: LoadProfile, durationMs: number): boolean {
  return profile.totalCount === undefined || durationMs < limits.durationMaxMs;
}

/** Whether a total may end it before its duration does, at an instant that nobody can tell. */
export function mayEndBefore(profile: LoadProfile): boolean {
  const isEven = profile.kind === "open" && profile.arrival === "even";
  return profile.totalCount !== undefined && !isEven;
}

/** As the run header keeps it. */
export function profileEntries(
  profile: LoadProfile,
  seed: number | undefined,
): Record<string, string> {
  const { totalCount, warmupMs } = profile;
  return {
    ...(profile.kind === "open" ? openEntries(profile, seed) : closedEntries(profile)),
    ...(totalCount === undefined ? {} : { total: String(totalCount) }),
    ...(warmupMs === 0 ? {} : { warmup_s: String(warmupMs / 1000) }),
  };
}

function openEntries(profile: OpenProfile, seed: number | undefined): Record<string, string> {
  const rate = constantRateOf(profile);
  const { stages, arrival, maxInFlight } = profile;
  return {
    ...(rate === undefined ? { stages: formatStages(stages) } : { rate_per_s: String(rate) }),
    ...(arrival === "even" ? {} : { arrival, seed: String(seed) }),
    ...(maxInFlight === limits.inFlightMaxCount ? {} : { max_in_flight: String(maxInFlight) }),
  };
}

function closedEntries({ concurrency }: ClosedProfile): Record<string, string> {
  return { concurrency: String(concurrency) };
}

/** When the requests leave, and for how long, in words: `10 requests/s for 1m`. */
export function profileText(profile: LoadProfile, durationMs: number): string {
  const { totalCount } = profile;
  const total =
    totalCount === undefined ? "" : `${totalCount} request${totalCount === 1 ? "" : "s"}`;
  const flow = flowText(profile);
  if (!isTimed(profile, durationMs))
    return `${flow} until ${total} ${totalCount === 1 ? "was" : "were"} sent`;
  // The last stage says how long it is, unless it is the only one.
  const isStaged = profile.kind === "open" && constantRateOf(profile) === undefined;
  const span = isStaged && totalMs(profile.stages) === durationMs ? "" : formatDuration(durationMs);
  const time = span === "" ? "" : isStaged ? `, ${span} in all` : ` for ${span}`;
  return `${flow}${time}${total === "" ? "" : `, at most ${total}`}`;
}

function flowText(profile: LoadProfile): string {
  if (profile.kind === "closed") {
    const { concurrency } = profile;
    return `${concurrency} request${concurrency === 1 ? "" : "s"} always open`;
  }
  const rate = constantRateOf(profile);
  if (rate !== undefined) return `${rate} requests/s`;
  return profile.stages.map(stageText).join(", then ");
}

function stageText({ durationMs, fromPerSecond, toPerSecond }: Stage, index: number): string {
  const unit = index === 0 ? " requests/s" : "/s";
  // What goes on without an end was not given one.
  const span = durationMs > limits.durationMaxMs / 2 ? "" : formatDuration(durationMs);
  if (fromPerSecond !== toPerSecond) {
    return `${fromPerSecond} to ${toPerSecond}${unit} over ${span}`;
  }
  if (toPerSecond === 0) return `none for ${span}`;
  return `${toPerSecond}${unit}${span === "" ? "" : ` for ${span}`}`;
}

/** What else is to be said of it, apart from when requests leave; empty when nothing is. */
export function profileDetails(profile: LoadProfile, seed: number | undefined): readonly string[] {
  const { warmupMs } = profile;
  const ofOpen = profile.kind === "open" ? openDetails(profile, seed) : [];
  const warmup = `the first ${formatDuration(warmupMs)} to warm up`;
  return [...ofOpen, ...(warmupMs === 0 ? [] : [warmup])];
}

function openDetails({ arrival, maxInFlight }: OpenProfile, seed: number | undefined) {
  const poisson = `Poisson arrivals (seed ${seed})`;
  return [
    ...(arrival === "even" ? [] : [poisson]),
    ...(maxInFlight === limits.inFlightMaxCount ? [] : [`at most ${maxInFlight} in flight`]),
  ];
}
