import { expect, test } from "bun:test";
import { formatTotals, junitTotals } from "./junit-totals.ts";

test("junitTotals() counts what is neither failed nor skipped as passed", () => {
  const xml = `<?xml version="1.0"?>
    <testsuites name="bun test" tests="9" assertions="20" failures="2" skipped="3" time="0.1">
      <testsuite name="a" tests="100" failures="50"></testsuite>`;
  // 9 - 2 - 3 = 4; the suite's own numbers are part of the totals above.
  expect(junitTotals(xml)).toEqual({ passed: 4, failed: 2, skipped: 3 });
});

test("junitTotals() knows nothing of a report that was cut off before it began", () => {
  expect(junitTotals("")).toBeUndefined();
});

test("formatTotals() names skipped tests only when there are some", () => {
  expect(formatTotals({ passed: 4, failed: 2, skipped: 0 })).toBe("4 passed, 2 failed");
  expect(formatTotals({ passed: 4, failed: 0, skipped: 1 })).toBe("4 passed, 0 failed, 1 skipped");
});
