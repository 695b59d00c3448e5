/**
 * `bun bench/scale.ts [--svg FILE] [--quick]`: 1,000 clients and 100 replicas on the clock of the
 * simulation, a third of the replicas stalled or limping, at 60 % and 90 % of capacity: answers a
 * second, tail latency and attempts a request over time, with and without a budget. Prints a table
 * and draws it; exit status 1 when policy adaptive stormed, or did not come back.
 */
import { parseArgs } from "node:util";
import { systemClock } from "../src/base/clock.ts";
import { adaptiveArm, arms } from "./scale/arms.ts";
import { type CaseRuns, drawSvg } from "./scale/draw-svg.ts";
import type { Second } from "./scale/series.ts";
import { capacityPerSecond, type Scale, simulate } from "./scale/simulate.ts";

const { values } = parseArgs({
  options: {
    svg: { type: "string" },
    quick: { type: "boolean", default: false },
  },
});

/** `--quick`: a tenth of the fleet, for a first look. */
const size = values.quick ? 0.1 : 1;

const fleet = {
  ...{ clientCount: 1000 * size, replicaCount: 100 * size, parallelism: 4, serviceMs: 40 },
  ...{ deadlineMs: 2000, durationMs: 26_000, faultFromMs: 6000, faultToMs: 14_000 },
  ...{ faultShare: 1 / 3, seed: 7 },
} as const;

const cases = ([0.6, 0.9] as const).flatMap((loadShare) =>
  (["stall", "limp"] as const).map((fault) => ({
    title: `${fault === "stall" ? "stalled" : "limping"}, load ${loadShare * 100} %`,
    scale: { ...fleet, loadShare, fault } satisfies Scale,
  })),
);

/** What policy adaptive must keep: no storm, and the whole load answered again so soon. */
const amplificationMax = 2.5;
const backWithinSeconds = 5;
const backShare = 0.98;

function play(): CaseRuns[] {
  return cases.map(({ title, scale }) => ({
    title,
    scale,
    runs: arms.map((arm) => {
      const startUs = systemClock.nowUs();
      const { seconds } = simulate(scale, arm);
      const tookS = (systemClock.nowUs() - startUs) / 1e6;
      console.log(`${title}: ${arm.name} (${tookS.toFixed(0)} s)`);
      console.log(`  ${summary(scale, seconds)}`);
      return { arm, seconds };
    }),
  }));
}

function summary(scale: Scale, seconds: readonly Second[]): string {
  const during = seconds.slice(scale.faultFromMs / 1000, scale.faultToMs / 1000);
  const sum = (of: readonly Second[], pick: (second: Second) => number) =>
    of.reduce((total, second) => total + pick(second), 0);
  const share = (of: readonly Second[]) => {
    const answered = sum(of, ({ goodput }) => goodput) / sum(of, ({ scheduled }) => scheduled);
    return `${(100 * answered).toFixed(1)} %`;
  };
  const back = backAfterSeconds(scale, seconds);
  const worst = Math.max(...seconds.map(({ amplification }) => amplification));
  return (
    `answered during the fault ${share(during)}, in the last 5 s ${share(seconds.slice(-5))}; ` +
    `attempts a request at most ${worst.toFixed(2)}; ` +
    `whole load answered again ${back === undefined ? "never" : `${back} s after the fault`}`
  );
}

/** Seconds from the fault's end until all that is scheduled is answered, then and ever after. */
function backAfterSeconds(scale: Scale, seconds: readonly Second[]): number | undefined {
  const after = seconds.slice(scale.faultToMs / 1000);
  const lastBad = after.findLastIndex(({ lost, scheduled }) => lost > (1 - backShare) * scheduled);
  return lastBad + 1 < after.length ? lastBad + 1 : undefined;
}

/** Why policy adaptive failed a case; empty when it did not. */
function failuresOf({ title, scale, runs }: CaseRuns): string[] {
  const seconds = runs.find(({ arm }) => arm === adaptiveArm)?.seconds ?? [];
  const worst = Math.max(...seconds.map(({ amplification }) => amplification));
  const back = backAfterSeconds(scale, seconds) ?? Number.POSITIVE_INFINITY;
  return [
    ...(worst <= amplificationMax ? [] : [`${title}: ${worst} attempts a request`]),
    ...(back <= backWithinSeconds ? [] : [`${title}: not back within ${backWithinSeconds} s`]),
  ];
}

console.log(
  `${fleet.clientCount} clients, ${fleet.replicaCount} replicas, ` +
    `capacity ${capacityPerSecond({ ...fleet, loadShare: 1, fault: "stall" })} requests/s, ` +
    `a third of the replicas out from ${fleet.faultFromMs / 1000} to ${fleet.faultToMs / 1000} s, ` +
    `deadline ${fleet.deadlineMs / 1000} s, seed ${fleet.seed}`,
);
const all = play();
if (values.svg !== undefined) await Bun.write(values.svg, drawSvg(all));
const failures = all.flatMap(failuresOf);
for (const failure of failures) console.log(`FAILED: ${failure}`);
console.log(failures.length === 0 ? "no storm, and the load was answered again in time" : "FAILED");
process.exitCode = failures.length === 0 ? 0 : 1;
