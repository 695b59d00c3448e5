import { seededRandom } from "../../src/base/random.ts";
import type { History } from "./history.ts";
import { type Parts, production } from "./observe.ts";
import { violationsOf } from "./properties.ts";
import { runSchedule } from "./run-schedule.ts";
import { drawSchedule, type Family } from "./schedule.ts";

export interface Failure {
  readonly family: Family;
  readonly seed: number;
  readonly violations: readonly string[];
}

export interface Campaign {
  readonly families: readonly Family[];
  /** Schedules in all, the families in turn. */
  readonly count: number;
  readonly baseSeed: number;
  readonly parts?: Parts;
  /** Ends the campaign at the first failure for which it returns true. */
  readonly isEnough?: (failure: Failure) => boolean;
  readonly onRun?: (history: History) => void;
}

/** Plays many schedules of seeds drawn from the base seed; returns those that break a rule. */
export function runCampaign(campaign: Campaign): Failure[] {
  const { families, count, baseSeed, parts = production } = campaign;
  const seeds = seededRandom(baseSeed);
  const failures: Failure[] = [];
  for (let number = 0; number < count; number++) {
    const family = families[number % families.length] ?? "mixed";
    const seed = Math.floor(seeds.next() * 2 ** 32);
    const history = runSchedule(drawSchedule(family, seed), { parts });
    campaign.onRun?.(history);
    const violations = violationsOf(history);
    if (violations.length === 0) continue;
    const failure = { family, seed, violations };
    failures.push(failure);
    if (campaign.isEnough?.(failure)) break;
  }
  return failures;
}

/** What a person needs to know of a failure. */
export function describeFailure({ family, seed, violations }: Failure): string {
  return [
    `bun tests/simulation/replay.ts ${family}:${seed}`,
    ...violations.slice(0, 5).map((violation) => `  ${violation}`),
  ].join("\n");
}
