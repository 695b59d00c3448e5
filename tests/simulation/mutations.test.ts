import { expect, test } from "bun:test";
import { tempDir } from "../support/temp-dir.ts";
import { runCampaign } from "./campaign.ts";
import { clientWith } from "./mutated-source.ts";
import { mutations } from "./mutations.ts";
import { production } from "./observe.ts";
import { families } from "./schedule.ts";
import { streamMutations } from "./stream-mutations.ts";

for (const { name, parts, caughtBy } of mutations) {
  test(`the simulation catches it: ${name}`, () => {
    const failures = runCampaign({
      ...{ families, count: 1000, baseSeed: 1, parts },
      isEnough: ({ violations }) => violations.some((violation) => caughtBy.test(violation)),
    });
    expect(failures.at(-1)?.violations.join("\n")).toMatch(caughtBy);
  }, 60_000);
}

for (const { name, change, caughtBy } of streamMutations) {
  test(`the simulation catches it, of streams: ${name}`, async () => {
    using dir = tempDir();
    const { FailoverClient } = await clientWith(change, dir.path);
    const failures = runCampaign({
      ...{ families, count: 2000, baseSeed: 1 },
      parts: { ...production, client: (options) => new FailoverClient(options) },
      isEnough: ({ violations }) => violations.some((violation) => caughtBy.test(violation)),
    });
    expect(failures.at(-1)?.violations.join("\n")).toMatch(caughtBy);
  }, 60_000);
}
