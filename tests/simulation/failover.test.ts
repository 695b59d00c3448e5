import { expect, test } from "bun:test";
import { freshSeed } from "../../src/base/random.ts";
import { describeFailure, runCampaign } from "./campaign.ts";
import { families } from "./schedule.ts";

/** Schedules of each family; there are 17 families. */
const countPerFamily = 1300;
const baseSeed = Number(process.env["SIMULATION_SEED"] ?? freshSeed());
console.log(`simulation: base seed ${baseSeed} (SIMULATION_SEED=${baseSeed} repeats this run)`);

for (const family of families) {
  test(`failover keeps every promise in ${countPerFamily} schedules: ${family}`, () => {
    let requestCount = 0;
    const failures = runCampaign({
      ...{ families: [family], count: countPerFamily, baseSeed },
      onRun: ({ requests }) => {
        requestCount += requests.length;
      },
    });
    expect(failures.map(describeFailure).join("\n")).toBe("");
    expect(requestCount).toBeGreaterThan(20 * countPerFamily);
  }, 120_000);
}
