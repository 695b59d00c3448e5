import { expect, test } from "bun:test";
import { runCampaign } from "./campaign.ts";
import { mutations } from "./mutations.ts";
import { families } from "./schedule.ts";

for (const { name, parts, caughtBy } of mutations) {
  test(`the simulation catches it: ${name}`, () => {
    const failures = runCampaign({
      ...{ families, count: 1000, baseSeed: 1, parts },
      isEnough: ({ violations }) => violations.some((violation) => caughtBy.test(violation)),
    });
    expect(failures.at(-1)?.violations.join("\n")).toMatch(caughtBy);
  }, 60_000);
}
