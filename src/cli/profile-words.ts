import { formatDuration } from "../base/duration.ts";
import { limits } from "../base/limits.ts";
import type { LoadConfig } from "../load/load-config.ts";
import {
  type ClosedProfile,
  constantRateOf,
  isTimed,
  type OpenProfile,
} from "../load/load-profile.ts";
import { formatStages, totalMs } from "../load/stage.ts";

/** The flags of `dfs load` that say when the requests of `load` leave. */
export function profileWords(load: LoadConfig): readonly string[] {
  const { profile } = load;
  const { totalCount, warmupMs } = profile;
  return [
    ...(profile.kind === "open" ? openWords(profile, load) : closedWords(profile, load)),
    ...(totalCount === undefined ? [] : ["--total", String(totalCount)]),
    ...(warmupMs === 0 ? [] : ["--warmup", formatDuration(warmupMs)]),
  ];
}

function openWords(profile: OpenProfile, { seed }: LoadConfig): readonly string[] {
  const { arrival, maxInFlight } = profile;
  const seedWords = seed === undefined ? [] : ["--seed", String(seed)];
  return [
    ...stageWords(profile),
    ...(arrival === "even" ? [] : ["--arrival", arrival, ...seedWords]),
    ...(maxInFlight === limits.inFlightMaxCount ? [] : ["--max-in-flight", String(maxInFlight)]),
  ];
}

/** What ends by its total alone has a last rate that goes on for ever, which no stage can say. */
function stageWords(profile: OpenProfile): readonly string[] {
  const { stages } = profile;
  const rate = constantRateOf(profile);
  const isEndless = totalMs(stages) >= limits.durationMaxMs;
  if (rate !== undefined) {
    const span = isEndless ? [] : ["--duration", formatDuration(totalMs(stages))];
    return [...span, "--rate", String(rate)];
  }
  const [ramp, rest] = stages;
  if (isEndless && ramp !== undefined && rest !== undefined) {
    const { fromPerSecond, toPerSecond, durationMs } = ramp;
    return ["--rate", `${fromPerSecond}..${toPerSecond}/${formatDuration(durationMs)}`];
  }
  return ["--stages", formatStages(stages)];
}

function closedWords(profile: ClosedProfile, { durationMs }: LoadConfig): readonly string[] {
  const span = isTimed(profile, durationMs) ? ["--duration", formatDuration(durationMs)] : [];
  return [...span, "--concurrency", String(profile.concurrency)];
}
