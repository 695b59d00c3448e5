import { describe, expect, test } from "bun:test";
import { nextStep, type WatchdogSituation, type WatchdogStep } from "./watchdog-step.ts";

const stalled: WatchdogSituation = {
  ...{ guarded: "stall", isBegun: true, remainingMs: 5000, isReleased: false },
  ...{ isInjectorGone: false, isTerminated: false, askedForMs: undefined, runningForMs: 0 },
};
const orphaned = { ...stalled, isInjectorGone: true };
const wait = (forMs: number): WatchdogStep => ({ kind: "wait", forMs });
const leave: WatchdogStep = { kind: "leave" };

describe("nextStep()", () => {
  const rows: readonly [string, WatchdogSituation, WatchdogStep][] = [
    ["its injector lives", stalled, wait(50)],
    ["the suspension is still to come", { ...stalled, isBegun: false }, wait(2)],
    ["the injector is a little late", { ...stalled, remainingMs: -15 }, wait(10)],
    [
      "the injector does not act",
      { ...stalled, remainingMs: -25 },
      { kind: "undo", reason: "overdue" },
    ],
    [
      "the end of what has not begun is near",
      { ...stalled, isBegun: false, remainingMs: -40 },
      wait(2),
    ],
    [
      "the injector neither proves the effect nor ends",
      { ...stalled, isBegun: false, remainingMs: -30_000 },
      { kind: "undo", reason: "overdue" },
    ],
    ["the injector was just asked to end", { ...stalled, askedForMs: 999 }, wait(50)],
    [
      "the injector does not do what was asked",
      { ...stalled, askedForMs: 1000 },
      { kind: "undo", reason: "asked" },
    ],
    ["it was released", { ...stalled, isReleased: true }, leave],
    [
      "it was released and told to end",
      { ...stalled, isReleased: true, isTerminated: true },
      leave,
    ],
    [
      "it is told to end",
      { ...stalled, isTerminated: true },
      { kind: "undo", reason: "terminated" },
    ],
    ["its injector is gone before the end", orphaned, wait(50)],
    ["its injector is gone just before the end", { ...orphaned, remainingMs: 7 }, wait(7)],
    [
      "its injector is gone and the end has come",
      { ...orphaned, remainingMs: 0 },
      { kind: "undo", reason: "planned-end" },
    ],
    [
      "its injector is gone and an undo is asked for",
      { ...orphaned, askedForMs: 0 },
      { kind: "undo", reason: "asked" },
    ],
    ["the target runs, but not for long", { ...orphaned, runningForMs: 999 }, wait(50)],
    ["the target runs by itself", { ...orphaned, runningForMs: 1000 }, leave],
    [
      "nobody would resume what limps",
      { ...orphaned, guarded: "limp" },
      { kind: "undo", reason: "injector-gone" },
    ],
    ["it was told nothing yet", { ...stalled, guarded: undefined }, wait(500)],
    ["its injector has gone before it said a word", { ...orphaned, guarded: undefined }, leave],
    [
      "it is told to end before it guards",
      { ...stalled, guarded: undefined, isTerminated: true },
      leave,
    ],
  ];
  for (const [when, situation, step] of rows) {
    const does = step.kind === "undo" ? `undoes (${step.reason})` : step.kind;
    test(`nextStep(): ${does} when ${when}`, () => {
      expect(nextStep(situation, 2)).toEqual(step);
    });
  }
});
