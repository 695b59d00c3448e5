import { formatDuration, parseDurationMs } from "../base/duration.ts";
import { limits } from "../base/limits.ts";

/** A span of a load, over which its rate goes evenly from one value to another, or stays. */
export interface Stage {
  readonly durationMs: number;
  readonly fromPerSecond: number;
  readonly toPerSecond: number;
}

/** A rate as it is typed: one for the whole load, or a ramp and what it ends in. */
export interface RateWish {
  readonly fromPerSecond: number;
  readonly toPerSecond: number;
  /** 0: it is no ramp. */
  readonly rampMs: number;
}

const { rateMinPerSecond, rateMaxPerSecond, stageMaxCount, durationMaxMs } = limits;
const rateRange = `${rateMinPerSecond}..${rateMaxPerSecond}`;

/** What parseRate() takes, to complete `must be`. */
export const rateForm = `a number in ${rateRange}, or a ramp such as 10..500/60s`;

/** What parseStages() takes. */
export const stagesForm =
  `up to ${stageMaxCount} of DURATION:RATE or DURATION:FROM..TO, such as ` +
  `30s:100,60s:100..500, each RATE 0 or in ${rateRange} and not all of them 0`;

/** `200`, or `10..500/60s`; undefined when it is neither. */
export function parseRate(text: string): RateWish | undefined {
  const [rates = "", span, ...more] = text.split("/");
  if (more.length > 0) return undefined;
  const range = parseRange(rates);
  if (range === undefined || Math.max(...range) === 0) return undefined;
  const [fromPerSecond, toPerSecond] = range;
  // A ramp needs its length, and nothing else has one.
  if ((span === undefined) === rates.includes("..")) return undefined;
  const rampMs = span === undefined ? 0 : parseSpanMs(span);
  return rampMs === undefined ? undefined : { fromPerSecond, toPerSecond, rampMs };
}

/** `30s:100,60s:100..500`; undefined when it is not a list of stages. */
export function parseStages(text: string): readonly Stage[] | undefined {
  const parts = text.split(",");
  const stages = parts.flatMap((part) => parseStage(part.trim()) ?? []);
  if (stages.length < parts.length || stages.length > stageMaxCount) return undefined;
  if (totalMs(stages) > durationMaxMs) return undefined;
  return stages.some((stage) => peakOf(stage) > 0) ? stages : undefined;
}

function parseStage(text: string): Stage | undefined {
  const [span = "", rates = "", ...more] = text.split(":");
  const durationMs = parseSpanMs(span);
  const range = parseRange(rates);
  if (durationMs === undefined || range === undefined || more.length > 0) return undefined;
  const [fromPerSecond, toPerSecond] = range;
  return { durationMs, fromPerSecond, toPerSecond };
}

function parseSpanMs(text: string): number | undefined {
  const spanMs = parseDurationMs(text);
  return spanMs !== undefined && spanMs >= 1 && spanMs <= durationMaxMs ? spanMs : undefined;
}

/** `100`, or `10..500`. */
function parseRange(text: string): readonly [number, number] | undefined {
  // Three dots are two and a .5 to the parser alone.
  if (text.includes("...")) return undefined;
  const rates = text.split("..").map(parsePerSecond);
  const from = rates[0];
  const to = rates.at(-1);
  if (from === undefined || to === undefined || rates.length > 2) return undefined;
  return [from, to];
}

function parsePerSecond(text: string): number | undefined {
  const value = Number(text);
  if (!/^(\d+(\.\d+)?|\.\d+)$/.test(text) || value > rateMaxPerSecond) return undefined;
  return value === 0 || value >= rateMinPerSecond ? value : undefined;
}

/** How long they take, one after the other. */
export function totalMs(stages: readonly Stage[]): number {
  return stages.reduce((sum, { durationMs }) => sum + durationMs, 0);
}

export function peakOf({ fromPerSecond, toPerSecond }: Stage): number {
  return Math.max(fromPerSecond, toPerSecond);
}

/** As parseStages() reads it back. */
export function formatStages(stages: readonly Stage[]): string {
  return stages
    .map(({ durationMs, fromPerSecond, toPerSecond }) => {
      const rates =
        fromPerSecond === toPerSecond ? `${fromPerSecond}` : `${fromPerSecond}..${toPerSecond}`;
      return `${formatDuration(durationMs)}:${rates}`;
    })
    .join(",");
}
