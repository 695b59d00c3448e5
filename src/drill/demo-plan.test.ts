import { expect, test } from "bun:test";
import { demoDurationMinMs, planDemo } from "./demo-plan.ts";

test("planDemo() keeps the guide's timeline at 30 s and beyond", () => {
  const guide = { crashAtMs: 5000, restartDelayMs: 2000, stallPauseMs: 3000, stallMs: 10_000 };
  expect(planDemo(30_000)).toEqual({ durationMs: 30_000, ...guide });
  expect(planDemo(300_000)).toEqual({ durationMs: 300_000, ...guide });
});

test("planDemo() shrinks all of it alike, and every fault ends well before the load does", () => {
  // 12 s are 0.4 of 30 s.
  expect(planDemo(12_000)).toMatchObject({ crashAtMs: 2000, stallMs: 4000 });
  for (let durationMs = demoDurationMinMs; durationMs <= 60_000; durationMs += 500) {
    const plan = planDemo(durationMs);
    const faultsMs = plan.crashAtMs + plan.restartDelayMs + plan.stallPauseMs + plan.stallMs;
    expect(durationMs - faultsMs).toBeGreaterThanOrEqual(durationMs / 4);
  }
});
