import { describe, expect, test } from "bun:test";
import { loadFooter, loadHeader, okLine, runReportOf } from "../../tests/support/ledger-lines.ts";
import { type Evidence, exitStatusOfVerdict, floorPercent, judge } from "./verdict.ts";

/** 1000 requests at 100 a second for 10 s, all ok. */
const evidence: Evidence = {
  run: {
    ...{ run: "r", startedUs: 0, started: "", endedUs: 0, version: "1", host: "h" },
    ...{ utcOffset: "+00:00", endReason: "normal", config: { verify: "answer" }, parts: [] },
  },
  requests: {
    ...{ scheduled: 1000, scheduledIsExact: true, ok: 1000, wrong: 0, failed: 0 },
    ...{ indeterminate: 0, notSent: 0, lost: 0, unaccounted: 0, successShare: 1 },
    ...{ retried: 0, contradictory: 0, lostRecords: 0 },
  },
  duration: {
    ...{ plannedMs: 10_000, heldMs: 10_000, heldFrom: "footer", plannedPerSecond: 100 },
    ...{ sentPerSecond: 100, okPerSecond: 100 },
  },
  lag: { p99Ms: 1, maxMs: 2, lateCount: 0 },
  recovery: { affectedCount: 0, recoveredCount: 0, p50Ms: null, worstMs: null },
  streams: null,
  missingRecords: [],
  isLedgerKept: true,
  consistency: { contradictions: [], undecided: [], unfinishedServerCount: 0, remarks: [] },
};

interface Change {
  readonly run?: Partial<Evidence["run"]>;
  readonly requests?: Partial<Evidence["requests"]>;
  readonly duration?: Partial<Evidence["duration"]>;
  readonly lag?: Partial<Evidence["lag"]>;
  readonly recovery?: Partial<Evidence["recovery"]>;
  readonly streams?: Evidence["streams"];
  readonly missingRecords?: readonly string[];
  readonly isLedgerKept?: boolean;
  readonly consistency?: Partial<Evidence["consistency"]>;
}

function judged(change: Change) {
  return judge({
    run: { ...evidence.run, ...change.run },
    requests: { ...evidence.requests, ...change.requests },
    duration: { ...evidence.duration, ...change.duration },
    lag: { ...evidence.lag, ...change.lag },
    recovery: { ...evidence.recovery, ...change.recovery },
    streams: change.streams ?? null,
    missingRecords: change.missingRecords ?? [],
    isLedgerKept: change.isLedgerKept ?? true,
    consistency: { ...evidence.consistency, ...change.consistency },
  });
}

describe("judge()", () => {
  test("verifies a run in which every criterion is met", () => {
    const verdict = judged({});
    expect(verdict).toMatchObject({ result: "verified", reasons: [] });
    expect(verdict.criteria.map(({ met }) => met)).toEqual(new Array(8).fill("yes"));
    expect(exitStatusOfVerdict(verdict)).toBe(0);
  });

  const rows: readonly { what: string; change: Change; reason: string }[] = [
    {
      what: "interrupted",
      change: { run: { endReason: "interrupted" }, duration: { heldMs: 4000 } },
      reason: "full duration held: interrupted after 4s",
    },
    {
      // One interval is 10 ms: 9989 + 10 < 10000.
      what: "ended early",
      change: { duration: { heldMs: 9989 } },
      reason: "full duration held: ended after 9.989s",
    },
    {
      // 950 / 1000 is 95 % exactly, which is not above it.
      what: "of 95 % exactly",
      change: { requests: { ok: 950, lost: 50, failed: 50, successShare: 0.95 } },
      reason: "success rate above 95 %: 950 of 1000 ok",
    },
    {
      what: "that lost one",
      change: { requests: { ok: 999, lost: 1, failed: 1, successShare: 0.999 } },
      reason: "nothing lost: 1 of 1000 did not end ok",
    },
    {
      what: "with one request without an outcome",
      change: { requests: { ok: 999, lost: 1, unaccounted: 1, successShare: 0.999 } },
      reason: "nothing lost: 1 of 1000 have no outcome in the ledger",
    },
    {
      what: "with a wrong answer",
      change: { requests: { ok: 999, lost: 1, wrong: 1, successShare: 0.999 } },
      reason: "nothing wrong: 1 answers were not the right one",
    },
    {
      what: "that recovered in 1 s exactly",
      change: { recovery: { affectedCount: 2, recoveredCount: 2, p50Ms: 5, worstMs: 1000 } },
      reason: "recovery under 1 s: the worst took 1000ms",
    },
    {
      what: "of which a request did not recover",
      change: { recovery: { affectedCount: 2, recoveredCount: 1, p50Ms: 5, worstMs: 5 } },
      reason: "recovery under 1 s: 1 of 2 affected requests did not recover",
    },
    {
      what: "whose load lost records",
      change: { requests: { lostRecords: 3 } },
      reason: "ledger complete: the load could not write 3 records",
    },
    {
      what: "with a request of two outcomes",
      change: { requests: { contradictory: 1 } },
      reason: "ledger complete: 1 requests have more than one outcome",
    },
    {
      what: "whose ledger and footer differ",
      change: { missingRecords: ["9 of 10 ok"] },
      reason: "ledger complete: records that the footer counts are missing: 9 of 10 ok",
    },
    {
      what: "whose ledgers contradict each other",
      change: { consistency: { contradictions: ["the ticks count 9 requests scheduled"] } },
      reason: "ledgers consistent: the ticks count 9 requests scheduled",
    },
    {
      what: "without a header",
      change: { run: { version: null } },
      reason: "ledger complete: no run header",
    },
  ];
  test.each(rows)("does not verify a run $what", ({ change, reason }) => {
    const verdict = judged(change);
    expect(verdict.result).toBe("not-verified");
    expect(verdict.reasons).toContain(reason);
    expect(exitStatusOfVerdict(verdict)).toBe(1);
  });

  test("holds the duration when only the interval after the last request is missing", () => {
    expect(judged({ duration: { heldMs: 9990 } }).result).toBe("verified");
  });

  test("is inconclusive when one request left more than 1 s late, however long the run", () => {
    const run = { requests: { scheduled: 1e6, ok: 1e6 }, lag: { maxMs: 1000.001, lateCount: 1 } };
    expect(judged(run)).toMatchObject({
      result: "inconclusive",
      reasons: ["the load was frozen: a request left 1000.001ms after it was due"],
    });
    // Hiccups of a busy machine, and 1 s exactly.
    expect(judged({ lag: { maxMs: 90, lateCount: 0 } }).result).toBe("verified");
    expect(judged({ lag: { maxMs: 1000, lateCount: 1 } }).result).toBe("verified");
  });

  test("has a criterion that says what an inconclusive run is inconclusive for", () => {
    const rateOf = (change: Change) =>
      judged(change).criteria.find(({ name }) => name === "rate held");
    expect(rateOf({})).toMatchObject({
      met: "yes",
      actual: "worst 2.000ms, 0 over 250ms, 0 not sent",
    });
    for (const change of [
      { requests: { notSent: 1 } },
      { lag: { lateCount: 11 } },
      { lag: { maxMs: 1001 } },
    ]) {
      expect(rateOf(change)).toMatchObject({ met: "unknown" });
      expect(judged(change).reasons).toEqual([rateOf(change)?.why ?? ""]);
    }
  });

  test("says of a run without a ledger that none was kept", () => {
    const { result, criteria } = judged({ isLedgerKept: false });
    expect(result).toBe("verified");
    expect(criteria.find(({ name }) => name === "ledger complete")).toMatchObject({
      actual: "no ledger was kept; seen live: none known to be lost",
    });
  });

  test("is inconclusive when requests never left or more than 1 % left late", () => {
    const notSent = judged({ requests: { notSent: 1, failed: 1, ok: 999, lost: 1 } });
    expect(notSent.result).toBe("inconclusive");
    expect(exitStatusOfVerdict(notSent)).toBe(4);
    // 10 of 1000 are 1 % exactly, which is still allowed.
    expect(judged({ lag: { lateCount: 10 } }).result).toBe("verified");
    expect(judged({ lag: { lateCount: 11 } })).toMatchObject({
      result: "inconclusive",
      reasons: ["11 of 1000 requests left more than 250ms after they were due"],
    });
  });

  test("gives no verdict on answers that nobody looked at", () => {
    const verdict = judged({ run: { config: { verify: "status" } } });
    expect(verdict.criteria.map(({ name }) => name)).not.toContain("nothing wrong");
    expect(verdict.result).toBe("verified");
  });
});

test("more than three requests that left over 250 ms late make a run inconclusive", () => {
  const late = (count: number) =>
    runReportOf({
      "client.log": [
        loadHeader(0),
        // Exactly 250 ms is not above the limit.
        okLine(255, 1, { latencyMs: 255, lagMs: 250, serviceMs: 5 }),
        ...Array.from({ length: count }, (_, index) =>
          okLine(600 + index, 2 + index, { latencyMs: 505, lagMs: 500, serviceMs: 5 }),
        ),
        loadFooter(4000, { scheduled: count + 1, ok: count + 1 }),
      ],
    });
  expect(late(3).lag).toEqual({ p99Ms: 500, maxMs: 500, lateCount: 3 });
  expect(late(3).verdict.result).toBe("verified");
  expect(late(4).verdict.result).toBe("inconclusive");
});

test("floorPercent() never rounds up", () => {
  expect(floorPercent(1)).toBe("100.00");
  expect(floorPercent(0.99999)).toBe("99.99");
  expect(floorPercent(0.57)).toBe("57.00"); // 0.57 * 1e4 is 5699.999... in binary
});
