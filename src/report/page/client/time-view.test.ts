import { expect, test } from "bun:test";
import { type TimeSpan, TimeView } from "./time-view.ts";

function viewOf(toUs: number) {
  const view = new TimeView({ fromUs: 0, toUs });
  const seen: TimeSpan[] = [];
  view.follow((shown) => seen.push(shown));
  return { view, seen };
}

test("TimeView.show() tells all followers, cut to the run", () => {
  const { view, seen } = viewOf(10e6);
  view.show({ fromUs: 2e6, toUs: 4e6 });
  view.show({ fromUs: -3e6, toUs: 1e6 });
  view.show({ fromUs: 5e6, toUs: 5e6 });
  view.show({ fromUs: -1, toUs: 99e6 });
  expect(seen).toEqual([
    { fromUs: 0, toUs: 10e6 },
    { fromUs: 2e6, toUs: 4e6 },
    { fromUs: 0, toUs: 4e6 },
    { fromUs: 4_999_000, toUs: 5_001_000 },
    { fromUs: 0, toUs: 10e6 },
  ]);
  expect(view.isWhole).toBe(true);
});

test("TimeView.pan(), scale() and reset() keep within the run, which may be shorter than a zoom", () => {
  const { view } = viewOf(8e6);
  view.scale(0.5);
  expect(view.shown).toEqual({ fromUs: 2e6, toUs: 6e6 });
  view.pan(0.25);
  expect(view.shown).toEqual({ fromUs: 3e6, toUs: 7e6 });
  view.pan(5);
  expect(view.shown).toEqual({ fromUs: 4e6, toUs: 8e6 });
  view.reset();
  expect(view.isWhole).toBe(true);
  const short = viewOf(1000).view;
  short.scale(0.1);
  expect(short.shown).toEqual({ fromUs: 0, toUs: 1000 });
});

test("TimeView.grow() goes on showing all of a run that grows, or the part that is looked at", () => {
  const view = new TimeView({ fromUs: 0, toUs: 1e6 });
  view.grow({ fromUs: 0, toUs: 2e6 });
  expect(view.shown).toEqual({ fromUs: 0, toUs: 2e6 });
  view.show({ fromUs: 1e6, toUs: 2e6 });
  const seen: unknown[] = [];
  view.follow((shown) => seen.push(shown));
  view.grow({ fromUs: 0, toUs: 3e6 });
  expect(view.shown).toEqual({ fromUs: 1e6, toUs: 2e6 });
  // Told all the same, as there may be more to see in it.
  expect(seen).toHaveLength(2);
  view.reset();
  expect(view.shown).toEqual({ fromUs: 0, toUs: 3e6 });
});
