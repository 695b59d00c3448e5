import { expect, setDefaultTimeout, test } from "bun:test";
import { runStreamFaults } from "../support/stream-faults.ts";
import { tempDir } from "../support/temp-dir.ts";

/** Every wait inside has a shorter bound of its own, which says more when it is hit. */
setDefaultTimeout(240_000);

/** Nothing suspends a process there as SIGSTOP does. */
const onWindows = process.platform === "win32";

test.skipIf(onWindows)("20 random crashes and stalls lose no vertex of a stream", async () => {
  using dir = tempDir();
  const report = await runStreamFaults({
    ...{ faultCount: 20, seed: 20, cwd: dir.path, attemptTimeoutMs: 300 },
  });
  const { results, gaps, crashCount, stallCount, hitCount } = report;
  const bad = results.filter(({ outcome }) => outcome !== "complete");
  expect(bad).toEqual([]);
  expect(results.every(({ itemCount }) => itemCount === 1_000_000)).toBe(true);
  expect(results.length).toBeGreaterThanOrEqual(5);
  expect(Math.min(crashCount, stallCount)).toBeGreaterThanOrEqual(3);
  // They were hit, and went on: after a crash at once, after a stall when the silence was noticed.
  expect(hitCount).toBeGreaterThanOrEqual(20);
  expect(gaps.length).toBeGreaterThanOrEqual(10);
  const longestMs = Math.max(...gaps.map(({ beganUs, endedUs }) => (endedUs - beganUs) / 1000));
  expect(longestMs).toBeLessThan(10_000);
  const statuses = new Set(gaps.map(({ status }) => status));
  expect([...statuses].sort()).toEqual(["DEADLINE_EXCEEDED", "UNAVAILABLE"]);
});
