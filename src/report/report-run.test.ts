import { describe, expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { type Files, reportOf, startUs } from "../../tests/support/ledger-lines.ts";
import type { RunReport } from "./run-report.ts";

/*
 * Eight requests at two a second; request n is due 500 (n - 1) ms after 21:35:00. Replica 50051 is
 * killed at 1.200 s and serves again from 2.300 s. Written by hand, as dfs writes it, so that the
 * format is tested too.
 */
function fixture(name: string): readonly string[] {
  const text = readFileSync(join(import.meta.dir, "fixtures", name), "utf8");
  return text.trimEnd().split("\n");
}

const golden: Files = {
  "client.log": fixture("golden_client.txt"),
  "server_50051.log": fixture("golden_server_50051.txt"),
  "server_50052.log": fixture("golden_server_50052.txt"),
  "fault.log": fixture("golden_fault.txt"),
};

function goldenReport(): RunReport {
  const [run] = reportOf(golden).reports;
  if (run === undefined) throw new Error("no report");
  return run;
}

/** A server process of the golden run; none of them left a footer. */
function life(endpoint: string, facts: { pid: number; executions: number }) {
  const path = `server_${endpoint.slice(-5)}.log`;
  return { endpoint, path, ...facts, hasHeader: true, hasFooter: false, skippedLineCount: 0 };
}

describe("reportLedgers() over a run worked out by hand", () => {
  const report = goldenReport();

  test("counts requests", () => {
    expect(report.requests).toEqual({
      ...{ scheduled: 8, scheduledIsExact: true },
      ...{ ok: 7, wrong: 1, failed: 0, indeterminate: 0, notSent: 0 },
      ...{ lost: 1, unaccounted: 0, successShare: 7 / 8 },
      ...{ retried: 1, contradictory: 0, lostRecords: 0 },
    });
  });

  test("says how long the load held and at what rate", () => {
    // 8 left in 4 s; 7 of them ended ok.
    expect(report.duration).toEqual({
      ...{ plannedMs: 4000, heldMs: 4000, heldFrom: "footer" },
      ...{ plannedPerSecond: 2, sentPerSecond: 2, okPerSecond: 1.75 },
    });
  });

  test("groups throughput by the local second of the line", () => {
    // #1 #2 | #3 #4 | #5 #6 | #8, since #7 is not ok: 7 in 4 seconds.
    expect(report.throughput).toEqual({
      ...{ secondCount: 4, emptySecondCount: 0 },
      ...{ okPerSecondMin: 1, okPerSecondMean: 7 / 4, okPerSecondMax: 2 },
      seconds: [
        { second: "2026-11-22 21:35:00", ok: 2 },
        { second: "2026-11-22 21:35:01", ok: 2 },
        { second: "2026-11-22 21:35:02", ok: 2 },
        { second: "2026-11-22 21:35:03", ok: 1 },
      ],
    });
  });

  test("takes percentiles by the guide's rule, with and without the lost request", () => {
    // Sorted 4 5 6 7 8 9 10: p50 at floor(3.5) = 3, p95 at floor(6.65) = 6, mean 49 / 7.
    expect(report.latency.ok).toEqual({
      ...{ count: 7, p50Ms: 7, p95Ms: 10, p99Ms: 10, p999Ms: 10, maxMs: 10, meanMs: 7 },
    });
    // ... and 30000 as the eighth: p50 at floor(4) = 4, p95 at floor(7.6) = 7, mean 30049 / 8.
    expect(report.latency.withLostAtDeadline).toEqual({
      ...{
        count: 8,
        p50Ms: 8,
        p95Ms: 30000,
        p99Ms: 30000,
        p999Ms: 30000,
        maxMs: 30000,
        meanMs: 3756.125,
      },
    });
    // #4, whose first attempt failed, apart from the rest, sorted 4 5 6 7 8 9: p50 at floor(3).
    expect(report.latency.affected).toEqual({
      ...{ count: 1, p50Ms: 10, p95Ms: 10, p99Ms: 10, p999Ms: 10, maxMs: 10, meanMs: 10 },
    });
    expect(report.latency.healthy).toEqual({
      ...{ count: 6, p50Ms: 7, p95Ms: 9, p99Ms: 9, p999Ms: 9, maxMs: 9, meanMs: 6.5 },
    });
    // Lags of the eight: 1 0 0 0 0 1 0 0.
    expect(report.lag).toEqual({ p99Ms: 1, maxMs: 1, lateCount: 0 });
  });

  test("tells replicas apart", () => {
    expect(report.attempts).toEqual({
      // 6 of one attempt, #4 of two, #7 of one.
      ...{ total: 9, failed: 1, late: 0, hedgesRefused: 0 },
      errors: [{ error: "UNAVAILABLE", count: 1 }],
    });
    expect(report.replicas).toEqual([
      {
        ...{ endpoint: "localhost:50051", ok: 3, wrong: 0, failedAttempts: 1 },
        errors: [{ error: "UNAVAILABLE", count: 1 }],
        // Service times 3 6 8: p50 at floor(1.5) = 1, p99 at floor(2.97) = 2.
        ...{ serviceP50Ms: 6, serviceP99Ms: 8, executions: 3 },
        states: [
          { state: "down", count: 1 },
          { state: "healthy", count: 2 },
        ],
      },
      {
        ...{ endpoint: "localhost:50052", ok: 4, wrong: 1, failedAttempts: 0, errors: [] },
        // Service times 5 7 8 8: p50 at floor(2) = 2.
        ...{ serviceP50Ms: 8, serviceP99Ms: 8, executions: 5, states: [] },
      },
    ]);
  });

  test("measures recovery and the outage from the instant the crash was seen", () => {
    // #4 failed at 1.502 s and was ok at 1.510 s.
    expect(report.recovery).toEqual({ affectedCount: 1, recoveredCount: 1, p50Ms: 8, worstMs: 8 });
    expect(report.outages).toEqual([
      {
        ...{ run: "gold", endpoint: "localhost:50051", cause: "crash", beginFrom: "fault" },
        ...{ beginUs: startUs + 1_200_000, begin: "2026-11-22 21:35:01" },
        endUs: startUs + 2_509_000,
        noticed: true,
        detectionMs: 1, // state=down at 1.201 s
        failoverMs: 310, // #4 answered by 50052 at 1.510 s
        rejoinMs: 1309, // #6 answered by 50051 at 2.509 s
        flapCount: 0,
        ...{ recoveryMs: 8, worstRequest: "gold-4", affectedCount: 1, recoveredCount: 1 },
        ...{ lostCount: 0, wrongCount: 0, indeterminateCount: 0, lostRequests: [] },
        // #4 took 10 ms; of #4 and #5, which ended ok in between, #5 was not affected: 7 ms.
        ...{ affectedP50Ms: 10, affectedP99Ms: 10, healthyP50Ms: 7, healthyP99Ms: 7 },
        // The outage lasted 1309 ms, and as much before it is cut short by the first request, due
        // at 0: #1 #2 #3 with 4 5 6 ms in 1.2 s, p99 at floor(3 * 0.99) = 2.
        ...{ beforeSpanMs: 1200, beforeOkPerSecond: 2.5, beforeP99Ms: 6 },
        // #4 #5 with 10 7 ms.
        ...{ duringSpanMs: 1309, duringOkPerSecond: 2 / 1.309, duringP99Ms: 10 },
        // From 2.509 s until the last was due, at 3.5 s: #6 with 9 ms; #8 was ok at 3.508 s.
        ...{ afterSpanMs: 991, afterOkPerSecond: 1 / 0.991, afterP99Ms: 9 },
      },
    ]);
    // Of one value every percentile is that value.
    const one = (ms: number) => ({ count: 1, minMs: ms, p50Ms: ms, p90Ms: ms, maxMs: ms });
    expect(report.outagesByCause).toEqual([
      {
        ...{ cause: "crash", outageCount: 1, unnoticedCount: 0, unendedCount: 0 },
        ...{ affectedCount: 1, lostCount: 0 },
        ...{ detection: one(1), failover: one(310), recovery: one(8), rejoin: one(1309) },
      },
    ]);
  });

  test("matches executions and restarts, and bounds the clocks", () => {
    expect(report.executions).toEqual({
      ...{ total: 8, refused: 0, duplicateRequestCount: 0, duplicates: [] },
      ...{ repeatedCount: 0, okNotExecutedCount: 0, missingServerLedgers: [] },
      ...{ afterGivenUpCount: 0, afterGivenUp: [], afterGivenUpUnknownCount: 0 },
      ...{ overtakenCount: 0, executedWithoutOutcomeCount: 0 },
      serverLedgers: [
        life("localhost:50051", { pid: 21, executions: 2 }), // #1 #3
        life("localhost:50051", { pid: 23, executions: 1 }), // #6
        life("localhost:50052", { pid: 22, executions: 5 }), // #2 #4 #5 #7 #8
      ],
      incomplete: [21, 23, 22].map(
        (pid) =>
          `localhost:5005${pid === 22 ? 2 : 1} (pid ${pid}) left no footer in ` +
          `server_5005${pid === 22 ? 2 : 1}.log, it crashed or still runs: ` +
          "what it had not finished then is not on record",
      ),
      lowerBounds: [
        ...["total", "refused", "duplicateRequestCount", "repeatedCount", "afterGivenUpCount"],
        ...["afterGivenUpUnknownCount", "overtakenCount", "executedWithoutOutcomeCount"],
      ],
      upperBounds: [],
    });
    // The supervisor's record and the header of pid 23 are one fact; the header says when it was
    // up.
    expect(report.restarts).toEqual([
      {
        ...{ endpoint: "localhost:50051", tUs: startUs + 2_350_000, at: "2026-11-22 21:35:02" },
        ...{ by: "supervisor", pid: 23, after: "SIGKILL" },
      },
    ]);
    expect(report.clocks).toEqual([
      // #1: sent 0.001, executed 0.003, answered 0.004; #3: sent 1.000, executed 1.004, answered
      // 1.006.
      // From max(-1, -2) to min(2, 4).
      { run: "gold", endpoint: "localhost:50051", pid: 21, offsetMinMs: -1, offsetMaxMs: 2 },
      // #6: sent 2.501, executed 2.504, answered 2.509.
      { run: "gold", endpoint: "localhost:50051", pid: 23, offsetMinMs: -5, offsetMaxMs: 3 },
      // #2 -2..3, #4 (sent 1.502) -4..4, #5 -3..4, #8 -4..4.
      { run: "gold", endpoint: "localhost:50052", pid: 22, offsetMinMs: -2, offsetMaxMs: 3 },
    ]);
    // The one is #7, which the client found wrong.
    expect(report.remarks).toEqual([
      "replicas answered the run's requests differently: " +
        "7 times found=true visited=341, 1 times found=false visited=0",
    ]);
  });

  test("judges it", () => {
    expect(report.verdict.result).toBe("not-verified");
    expect(report.verdict.criteria.map(({ name, met }) => [name, met])).toEqual([
      ["full duration held", "yes"],
      ["rate held", "yes"], // the worst left 1 ms late
      ["success rate above 95 %", "no"], // 87.5 %
      ["nothing lost", "no"],
      ["nothing wrong", "no"],
      ["recovery under 1 s", "yes"], // 8 ms
      ["no stream lost", "yes"],
      ["no stream wrong", "yes"],
      ["ledger complete", "yes"],
      ["ledgers consistent", "yes"],
    ]);
  });

  test("names the files and what they hold", () => {
    expect(reportOf(golden).files).toEqual([
      { path: "client.log", recordCount: 25, skippedLineCount: 0, holds: ["client"] },
      { path: "fault.log", recordCount: 3, skippedLineCount: 0, holds: ["fault"] },
      { path: "server_50051.log", recordCount: 6, skippedLineCount: 0, holds: ["server"] },
      { path: "server_50052.log", recordCount: 6, skippedLineCount: 0, holds: ["server"] },
    ]);
  });
});

test("reportLedgers() gives the same report whatever the order of the files", () => {
  const expected = reportOf(golden);
  const files = Object.entries(golden);
  for (let turn = 0; turn < files.length; turn++) {
    const turned = [...files.slice(turn), ...files.slice(0, turn)];
    expect(reportOf(Object.fromEntries(turned))).toEqual(expected);
    expect(reportOf(Object.fromEntries(turned.toReversed()))).toEqual(expected);
  }
});
