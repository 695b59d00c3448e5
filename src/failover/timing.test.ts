import { describe, expect, test } from "bun:test";
import { limits } from "../base/limits.ts";
import { seededRandom } from "../base/random.ts";
import { HedgeBudget } from "./hedge-budget.ts";
import { LatencyWindow } from "./latency-window.ts";
import { LearnedTiming, learnedTimeouts } from "./timing.ts";

describe("LatencyWindow", () => {
  test("quantileUs() is within a bucket above the exact value, over the latest samples only", () => {
    const random = seededRandom(1);
    const window = new LatencyWindow();
    const samples = Array.from({ length: 10_000 }, () => Math.ceil(random.next() ** 4 * 1e6) + 50);
    for (const sample of samples) window.record(sample);
    const kept = samples.slice(-limits.latencyWindowCount).sort((a, b) => a - b);
    expect(window.count).toBe(kept.length);
    for (const p of [0, 0.5, 0.99, 0.999, 1]) {
      const exact = kept[Math.min(Math.floor(kept.length * p), kept.length - 1)] ?? 0;
      const ratio = window.quantileUs(p) / exact;
      expect(ratio).toBeGreaterThanOrEqual(1);
      expect(ratio).toBeLessThanOrEqual(2 ** (1 / 16) * 1.0001);
    }
  });

  test("quantileUs() is 0 of no samples", () => {
    expect(new LatencyWindow().quantileUs(0.99)).toBe(0);
  });
});

describe("learnedTimeouts()", () => {
  test("keeps a fast service at the floors", () => {
    // 1.5 x 2 ms and 10 x 0.5 ms are below the floors of 10 and 20 ms.
    expect(learnedTimeouts({ medianMs: 0.5, tailMs: 2 })).toEqual({
      hedgeDelayMs: 10,
      attemptTimeoutMs: 20,
    });
  });

  test("stays half above the tail", () => {
    // 1.5 x 12 = 18 ms, below the cap of 2 x 10 = 20; twice that is 36.
    expect(learnedTimeouts({ medianMs: 1.5, tailMs: 12 })).toEqual({
      hedgeDelayMs: 18,
      attemptTimeoutMs: 36,
    });
  });

  test("lets an outlier delay hedges to ten medians at most, but raises the attempt timeout", () => {
    // 1.5 x 60 = 90 ms for the attempt timeout; the hedge is capped at 10 x 3 = 30 ms.
    expect(learnedTimeouts({ medianMs: 3, tailMs: 60 })).toEqual({
      hedgeDelayMs: 30,
      attemptTimeoutMs: 90,
    });
  });

  test("lets no poisoned tail raise the attempt timeout above thirty medians, or 100 ms", () => {
    // 1.5 x 800 = 1200 ms is above both: 30 x 20 = 600 ms, and 100 ms, which is above 30 x 3.
    expect(learnedTimeouts({ medianMs: 20, tailMs: 800 }).attemptTimeoutMs).toBe(600);
    expect(learnedTimeouts({ medianMs: 3, tailMs: 800 }).attemptTimeoutMs).toBe(100);
  });

  test("bounds what it learns", () => {
    expect(learnedTimeouts({ medianMs: 5000, tailMs: 9000 }).attemptTimeoutMs).toBe(3000);
  });
});

describe("LearnedTiming", () => {
  test("waits for a few answers before it hedges or shortens its timeout", () => {
    const timing = new LearnedTiming();
    for (let answer = 1; answer < limits.learnFromCount; answer++) timing.learn(1000);
    expect(timing.attemptTimeoutMs).toBe(limits.attemptTimeoutInitialMs);
    expect(timing.hedgeDelayMs).toBe(limits.hedgeDelayInitialMs);
    timing.learn(1000);
    expect(timing.attemptTimeoutMs).toBe(limits.attemptTimeoutFloorMs);
    expect(timing.hedgeDelayMs).toBe(limits.hedgeDelayFloorMs);
  });

  test("keeps an attempt timeout that was given, and hedges no later than it", () => {
    const timing = new LearnedTiming(5);
    for (let answer = 0; answer < 100; answer++) timing.learn(1000);
    expect(timing.attemptTimeoutMs).toBe(5);
    expect(timing.hedgeDelayMs).toBe(5);
  });
});

test("HedgeBudget lets hedges be a share of requests, and counts what it refused", () => {
  const budget = new HedgeBudget(0.1);
  let hedged = 0;
  for (let request = 0; request < 1000; request++) {
    budget.earn();
    if (budget.trySpend()) hedged++;
  }
  // A tenth of 1000, and the tokens it began with.
  expect(hedged).toBe(100 + limits.hedgeBudgetInitialTokens);
  expect(budget.refusedCount).toBe(1000 - hedged);
});

test("HedgeBudget saves up to a bound", () => {
  const budget = new HedgeBudget(1);
  for (let request = 0; request < 1000; request++) budget.earn();
  let hedged = 0;
  while (budget.trySpend()) hedged++;
  expect(hedged).toBe(limits.hedgeBudgetMaxTokens);
});
