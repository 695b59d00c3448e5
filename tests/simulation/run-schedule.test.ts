import { expect, test } from "bun:test";
import { runSchedule } from "./run-schedule.ts";
import { drawSchedule, families } from "./schedule.ts";

test("a schedule replays from its family and seed, event by event", () => {
  for (const family of families) {
    const told = () => {
      const lines: string[] = [];
      runSchedule(drawSchedule(family, 7), {
        tell: (tUs, text) => lines.push(`${tUs} ${text}`),
      });
      return lines;
    };
    const first = told();
    expect(first.length).toBeGreaterThan(20);
    expect(told()).toEqual(first);
  }
});
