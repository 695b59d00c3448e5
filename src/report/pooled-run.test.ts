import { describe, expect, test } from "bun:test";
import {
  attemptLine,
  collect,
  executionLine,
  type Files,
  faultHeader,
  faultLine,
  loadFooter,
  loadHeader,
  okLine,
  reportOf,
  serverHeader,
} from "../../tests/support/ledger-lines.ts";
import { renderText } from "./render-text.ts";

interface Client {
  readonly run: string;
  readonly host: string;
  readonly startMs?: number;
  readonly latenciesMs: readonly number[];
  readonly lost?: number;
  readonly end?: string;
}

const replicas = "replica1:50051,replica2:50052";

/** A load of 10 s that ended in order, unless `end` says how. */
function client({ run, host, startMs = 0, latenciesMs, lost = 0, end = "normal" }: Client) {
  const ok = latenciesMs.map((latencyMs, index) =>
    okLine(startMs + index * 1000 + latencyMs, index + 1, {
      run,
      latencyMs,
      endpoint: "replica1:50051",
    }),
  );
  const totals = { scheduled: ok.length + lost, ok: ok.length, failed: 0, held_ms: 10_000 };
  return [
    loadHeader(startMs, { run, host, durationS: 10, ratePerS: 5, replicas }),
    ...ok,
    ...(end === "killed" ? [] : [loadFooter(startMs + 10_000, totals, { run, reason: end })]),
  ];
}

const a = client({ run: "a", host: "h1", latenciesMs: [10, 20, 30] });
const b = client({ run: "b", host: "h2", startMs: 2500, latenciesMs: [1, 2, 3, 400] });

describe("a report over several load machines", () => {
  const report = reportOf({ "a.log": a, "b.log": b });
  const [run] = report.reports;

  test("is one, over the newest run of each ledger, of runs that were on at the same time", () => {
    expect(report.reports).toHaveLength(1);
    expect(report.otherRuns).toEqual([]);
    expect(run?.run).toMatchObject({ run: "b+a", host: "h2+h1", endReason: "normal" });
    expect(run?.run.parts).toMatchObject([
      { run: "b", host: "h2", scheduled: 4, ok: 4 },
      { run: "a", host: "h1", scheduled: 3, ok: 3 },
    ]);
  });

  test("adds up requests, rates and seconds", () => {
    expect(run?.requests).toMatchObject({ scheduled: 7, ok: 7, lost: 0, contradictory: 0 });
    expect(run?.duration).toMatchObject({
      plannedMs: 10_000,
      heldMs: 10_000,
      plannedPerSecond: 10,
    });
    // 7 requests in 10 s.
    expect(run?.duration.okPerSecond).toBe(0.7);
    // Of a the seconds 0, 1, 2; of b 2 (at 2.501), 3, 4, 5 (at 5.9).
    expect(run?.throughput.seconds.map(({ ok }) => ok)).toEqual([1, 1, 2, 1, 1, 1]);
  });

  test("takes percentiles over all requests", () => {
    // Sorted 1 2 3 10 20 30 400: p50 at floor(3.5) = 3, p95 at floor(6.65) = 6.
    expect(run?.latency.ok).toMatchObject({ count: 7, p50Ms: 10, p95Ms: 400, maxMs: 400 });
  });

  test("says so, and that spans of different hosts are never mixed", () => {
    expect(run?.remarks[0]).toBe(
      "one report over 2 runs that were on at the same time: b, a (--run ID reports one of them, " +
        "--run all each)",
    );
    expect(run?.remarks[1]).toStartWith("2 load machines (h2, h1): every span is measured on one");
    const text = renderText(report, { color: false, width: 200 });
    expect(text).toContain("Run b+a: started 2026-11-22 21:35:00 +00:00, on h2+h1");
    expect(text).toContain("run a on h1, started 2026-11-22 21:35:00: scheduled 3, ok 3");
  });

  test("is the same in whatever order the files come", () => {
    const turned = reportOf({ "b.log": b, "a.log": a });
    expect(turned).toEqual(report);
  });

  test("leaves apart what is asked for apart", () => {
    expect(reportOf({ "a.log": a, "b.log": b }, "all").reports.map((each) => each.run.run)).toEqual(
      [...["b", "a"]],
    );
    const one = reportOf({ "a.log": a, "b.log": b }, { run: "a" });
    expect(one.reports.map((each) => each.run)).toMatchObject([{ run: "a", parts: [] }]);
  });
});

describe("runs that were not on at the same time", () => {
  const rows: readonly { what: string; files: Files; runs: string; others: string }[] = [
    {
      what: "one after the other",
      files: {
        "a.log": a,
        "b.log": client({ run: "b", host: "h2", startMs: 11_000, latenciesMs: [1] }),
      },
      ...{ runs: "b", others: "a" },
    },
    {
      // 4 of 10 s are less than half.
      what: "with less than half of them in common",
      files: {
        "a.log": a,
        "b.log": client({ run: "b", host: "h2", startMs: 6000, latenciesMs: [1] }),
      },
      ...{ runs: "b", others: "a" },
    },
    {
      what: "in one file",
      files: { "a.log": [...a, ...b] },
      ...{ runs: "b", others: "a" },
    },
    {
      what: "of which one ledger holds older ones too",
      files: {
        "a.log": [
          ...client({ run: "old", host: "h1", startMs: 500, latenciesMs: [9] }),
          ...a,
        ].toSorted(),
        "b.log": b,
      },
      ...{ runs: "b+old", others: "a" },
    },
  ];
  for (const { what, files, runs, others } of rows) {
    test(`${what}: ${runs} is reported, ${others} is not`, () => {
      const report = reportOf(files);
      expect(report.reports.map(({ run }) => run.run)).toEqual([runs]);
      expect(report.otherRuns.map(({ run }) => run)).toEqual([others]);
    });
  }
});

describe("the verdict over several load machines", () => {
  const verdict = (second: readonly string[]) =>
    reportOf({ "a.log": a, "b.log": second }).reports[0]?.verdict;
  const other = { run: "b", host: "h2", startMs: 2500, latenciesMs: [1, 2] };

  test("is VERIFIED when all of them are", () => {
    expect(verdict(client(other))).toMatchObject({ result: "verified", reasons: [] });
  });

  test("is not when one lost a request, was interrupted, was killed or lacks records", () => {
    expect(verdict(client({ ...other, lost: 1 }))?.reasons.join()).toContain("nothing lost");
    expect(verdict(client({ ...other, end: "interrupted" }))?.reasons.join()).toContain(
      "full duration held: interrupted",
    );
    expect(verdict(client({ ...other, end: "killed" }))?.reasons.join()).toContain("no footer");
    const torn = client(other).toSpliced(1, 1);
    expect(verdict(torn)?.reasons.join()).toContain("4 of 5 ok");
  });
});

describe("outages and executions over several load machines", () => {
  /** The fault was on h1 at 1.2 s of its clock; h2's clock is 700 s ahead for all anyone knows. */
  const attempted = (run: string, host: string) => [
    loadHeader(0, { run, host, durationS: 10, replicas }),
    attemptLine(1202, 1, { endpoint: "replica1:50051" }).replace("request=r-", `request=${run}-`),
    okLine(1230, 1, { run, latencyMs: 30, attempts: 2, endpoint: "replica2:50052" }),
    loadFooter(10_000, { scheduled: 1, ok: 1, held_ms: 10_000 }, { run }),
  ];
  const files: Files = {
    "a.log": attempted("a", "h1"),
    "b.log": attempted("b", "h2"),
    "fault.log": [
      faultHeader(0, { run: "f", host: "replica1" }),
      faultLine(1200, { run: "f", port: 50051 }),
    ],
    "server.log": [
      serverHeader(-9, { run: "s", port: 50052, host: "replica2" }),
      executionLine(1220, 1, { request: "a-1" }),
      executionLine(1221, 1, { request: "b-1" }),
    ],
  };
  const [run] = collectReports(files);

  test("are found by each machine's own clock, and told apart", () => {
    expect(run?.outages.map((each) => [each.run, each.cause, each.failoverMs])).toEqual([
      ["a", "unknown", 28],
      ["b", "unknown", 28],
    ]);
    expect(run?.remarks.filter((remark) => remark.includes("not subtracted"))).toHaveLength(2);
    expect(run?.recovery).toMatchObject({ affectedCount: 2, recoveredCount: 2, worstMs: 28 });
  });

  test("count each request by its run and number", () => {
    expect(run?.executions).toMatchObject({ total: 2, duplicateRequestCount: 0 });
    expect(run?.executions.serverLedgers).toMatchObject([{ path: "server.log", executions: 2 }]);
    const replica = run?.replicas.find(({ endpoint }) => endpoint === "replica2:50052");
    expect(replica).toMatchObject({ ok: 2, executions: 2 });
  });
});

function collectReports(files: Files) {
  expect(collect(files).runs).toHaveLength(2);
  return reportOf(files).reports;
}
