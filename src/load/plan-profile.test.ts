import { describe, expect, test } from "bun:test";
import { limits } from "../base/limits.ts";
import {
  constantProfile,
  type LoadProfile,
  peakPerSecond,
  profileDetails,
  profileEntries,
  profileText,
} from "./load-profile.ts";
import { type ProfileWishes, planProfile } from "./plan-profile.ts";
import { formatStages, parseRate, parseStages } from "./stage.ts";

function plan(wishes: ProfileWishes) {
  return planProfile(wishes, (key) => `--${key}`);
}

function words(wishes: ProfileWishes): string {
  const { profile, durationMs } = plan(wishes);
  return [profileText(profile, durationMs), ...profileDetails(profile, 7)].join("; ");
}

function entries(wishes: ProfileWishes) {
  return profileEntries(plan(wishes).profile, 7);
}

function stagesText(profile: LoadProfile): string {
  return profile.kind === "open" ? formatStages(profile.stages) : "";
}

const ramp = parseRate("10..500/60s");
const stages = parseStages("30s:100,60s:100..500");
const unbounded = limits.durationMaxMs;

describe("parseRate()", () => {
  test.each([
    ["200", [200, 200, 0]],
    [".5", [0.5, 0.5, 0]],
    ["10..500/60s", [10, 500, 60_000]],
    ["500..0/1m30s", [500, 0, 90_000]],
    ["0..2.5/10", [0, 2.5, 10_000]],
  ] as const)("reads %s", (text, [fromPerSecond, toPerSecond, rampMs]) => {
    expect(parseRate(text)).toEqual({ fromPerSecond, toPerSecond, rampMs });
  });

  test.each([
    ...["", "x", "-5", "0", "1e3", "100001", "0.0001", "10..500", "10/60s", "10..20..30/5s"],
    ...[
      "0..0/5s",
      "10..500/0s",
      "10...20/1s",
      "10..500/60s/5s",
      "10..500/soon",
      "..5/5s",
      "5../5s",
    ],
  ])("refuses %j", (text) => {
    expect(parseRate(text)).toBeUndefined();
  });
});

describe("parseStages()", () => {
  test("reads what formatStages() writes", () => {
    for (const text of ["30s:100", "30s:100,1m:500", "250ms:0,1m30s:10..100,2s:7.5"]) {
      expect(formatStages(parseStages(text) ?? [])).toBe(text);
    }
    expect(formatStages(parseStages("30:1, 5:2") ?? [])).toBe("30s:1,5s:2");
  });

  test.each([
    ...["", "30s", "30s:", ":5", "30s:5,", "0s:5", "30s:5:6", "30s:-1", "30s:0,5s:0", "x:5"],
    ...["30s:5..", "30s:1..2..3", "800h:5", "500h:1,500h:1", "30s:5;5s:5"],
    Array.from({ length: limits.stageMaxCount + 1 }, () => "1s:1").join(","),
  ])("refuses %j", (text) => {
    expect(parseStages(text)).toBeUndefined();
  });
});

describe("planProfile()", () => {
  test("is 10 requests a second for a minute when nothing is asked for", () => {
    expect(plan({})).toEqual({ durationMs: 60_000, profile: constantProfile(10, 60_000) });
    expect(words({})).toBe("10 requests/s for 1m");
    expect(entries({})).toEqual({ rate_per_s: "10" });
  });

  test("a ramp is as long as it says, and goes on with its last rate to a longer duration", () => {
    expect(plan({ rate: ramp }).durationMs).toBe(60_000);
    expect(stagesText(plan({ rate: ramp }).profile)).toBe("1m:10..500");
    expect(words({ rate: ramp })).toBe("10 to 500 requests/s over 1m");
    expect(plan({ rate: ramp, duration: 300_000 }).durationMs).toBe(300_000);
    expect(entries({ rate: ramp, duration: 300_000 })).toEqual({ stages: "1m:10..500,4m:500" });
    expect(words({ rate: ramp, duration: 300_000, arrival: "poisson", warmup: 5000 })).toBe(
      "10 to 500 requests/s over 1m, then 500/s for 4m; Poisson arrivals (seed 7); the first 5s to warm up",
    );
    expect(peakPerSecond(plan({ rate: ramp }).profile)).toBe(500);
  });

  test("stages are as long as their sum", () => {
    expect(plan({ stages }).durationMs).toBe(90_000);
    expect(words({ stages, arrival: "even" })).toBe(
      "100 requests/s for 30s, then 100 to 500/s over 1m",
    );
    expect(words({ stages: parseStages("5s:0,5s:1,5s:0") })).toBe(
      "none for 5s, then 1/s for 5s, then none for 5s",
    );
  });

  test("a total ends a load, and no duration then does unless it is given", () => {
    // Even spacing says when that is.
    expect(plan({ total: 25 }).durationMs).toBe(2500);
    expect(words({ total: 25 })).toBe("10 requests/s for 2.5s, at most 25 requests");
    expect(plan({ total: 25, duration: 1000 }).durationMs).toBe(1000);
    expect(words({ total: 700, stages })).toBe(
      "100 requests/s for 30s, then 100 to 500/s over 1m, 7s in all, at most 700 requests",
    );
    expect(plan({ total: 1000, rate: ramp }).durationMs).toBe(14_473);
    expect(plan({ total: 1, arrival: "poisson" }).durationMs).toBe(unbounded);
    expect(words({ total: 1, arrival: "poisson" })).toBe(
      "10 requests/s until 1 request was sent; Poisson arrivals (seed 7)",
    );
    expect(entries({ total: 5, arrival: "poisson", "max-in-flight": 9, warmup: 500 })).toEqual({
      ...{ rate_per_s: "10", arrival: "poisson", seed: "7", max_in_flight: "9", total: "5" },
      warmup_s: "0.5",
    });
    expect(words({ total: 100_000, rate: ramp, arrival: "poisson" })).toStartWith(
      "10 to 500 requests/s over 1m, then 500/s until 100000 requests were sent; ",
    );
    // Nothing would ever end a ramp down to nothing.
    expect(plan({ total: 9, rate: parseRate("1..0/4s") }).durationMs).toBe(4000);
  });

  test("a closed loop has a concurrency, and a duration, a total, or both", () => {
    expect(words({ concurrency: 8 })).toBe("8 requests always open for 1m");
    expect(words({ concurrency: 1, total: 10 })).toBe(
      "1 request always open until 10 requests were sent",
    );
    expect(words({ concurrency: 8, total: 10, duration: 5000 })).toBe(
      "8 requests always open for 5s, at most 10 requests",
    );
    expect(entries({ concurrency: 8, total: 10 })).toEqual({ concurrency: "8", total: "10" });
    expect(peakPerSecond(plan({ concurrency: 1 }).profile)).toBe(Number.POSITIVE_INFINITY);
  });

  test.each([
    [{ concurrency: 2, rate: ramp }, "--rate does not go with --concurrency: one is a schedule"],
    [{ concurrency: 2, stages }, "--stages does not go with --concurrency: "],
    [{ concurrency: 2, arrival: "even" }, "--arrival does not go with --concurrency: "],
    [{ concurrency: 2, "max-in-flight": 5 }, "--max-in-flight does not go with --concurrency: "],
    [{ stages, rate: ramp }, "--rate does not go with --stages: each stage has its rate"],
    [{ stages, duration: 5 }, "--duration does not go with --stages: they take 1m30s in all"],
    [
      { rate: ramp, duration: 30_000 },
      '--duration must not end within the ramp of --rate, which takes 1m: current value is "30s"',
    ],
    [
      { warmup: 60_000 },
      '--warmup must be shorter than the load, which takes 1m: current value is "1m"',
    ],
    [{ warmup: 5000, total: 10 }, "--warmup must be shorter than the load, which takes 1s: "],
  ] as const)("refuses %j", (wishes, text) => {
    expect(() => plan(wishes)).toThrow(text);
  });
});
