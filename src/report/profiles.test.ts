import { describe, expect, test } from "bun:test";
import {
  loadFooter,
  loadHeader,
  lostLine,
  okLine,
  reportOf,
  runReportOf,
  tickLine,
} from "../../tests/support/ledger-lines.ts";
import { renderText } from "./render-text.ts";

function criteriaOf(lines: readonly string[]) {
  return Object.fromEntries(
    runReportOf({ "client.log": lines }).verdict.criteria.map((each) => [each.name, each]),
  );
}

describe("a report of a load with a warm-up", () => {
  // Numbers 1 to 3 were due within it: 500 ms, lost, and 300 ms.
  const requests = [
    okLine(500, 1, { latencyMs: 500 }),
    lostLine(600, 2),
    okLine(900, 3, { latencyMs: 300 }),
    ...[4, 5, 6, 7].map((number) => okLine(number * 500, number, { latencyMs: number })),
  ];
  const header = loadHeader(0, { more: { warmup_s: 1 } });
  const totals = { scheduled: 7, ok: 6, failed: 1, warmup: 3 };
  const files = { "client.log": [header, ...requests, loadFooter(4000, totals)] };
  const run = runReportOf(files);

  test("leaves its latencies out of the percentiles, and what was lost in it lost", () => {
    expect(run.latency.ok).toMatchObject({ count: 4, p50Ms: 6, maxMs: 7 });
    expect(run.latency.healthy.count).toBe(4);
    expect(run.latency.withLostAtDeadline).toMatchObject({ count: 5, maxMs: 30_000 });
    expect(run.latency.slowCount).toBe(1);
    expect(run.requests).toMatchObject({ ok: 6, lost: 1 });
    expect(run.replicas[0]).toMatchObject({ ok: 6, serviceP99Ms: 7 });
  });

  test("says so", () => {
    const words =
      "without the 3 requests of the first 1s, to warm up: these count as ok or lost, their " +
      "latencies and service times are left out";
    expect(run.latency.caveats).toEqual([words]);
    const text = renderText(reportOf(files), { color: false, width: 1000 });
    expect(text).toContain(`\n  ${words}\n`);
  });

  test("cannot tell them without a footer, and says that", () => {
    const { latency } = runReportOf({ "client.log": [header, ...requests] });
    expect(latency.ok.count).toBe(6);
    expect(latency.caveats).toEqual([
      "a warm-up of 1s is among them: without the load's footer nobody knows its requests",
    ]);
  });

  test("has one for each of several load machines", () => {
    const client = (name: string, host: string, latencyMs: number) => [
      loadHeader(0, { run: name, host, more: { warmup_s: 1 } }),
      okLine(500, 1, { run: name, latencyMs: 400 }),
      okLine(1500, 2, { run: name, latencyMs }),
      loadFooter(4000, { scheduled: 2, ok: 2, warmup: 1 }, { run: name }),
    ];
    const [pooled] = reportOf({
      "a.log": client("a", "h1", 5),
      "b.log": client("b", "h2", 6),
    }).reports;
    expect(pooled?.latency.ok).toMatchObject({ count: 2, p50Ms: 6, maxMs: 6 });
    expect(pooled?.latency.caveats[0]).toStartWith("without the 2 requests of the first 1s,");
  });
});

describe("a report of a closed loop", () => {
  const lines = [
    loadHeader(0, { more: { concurrency: 8 } }),
    okLine(500, 1),
    loadFooter(4000, { scheduled: 1, ok: 1 }),
  ];

  test("has no rate to be held, and says what its latency hides", () => {
    const { verdict, latency, duration } = runReportOf({ "client.log": lines });
    expect(verdict).toMatchObject({ result: "verified" });
    expect(verdict.criteria.map(({ name }) => name)).not.toContain("rate held");
    expect(duration.plannedPerSecond).toBeNull();
    expect(latency.caveats).toEqual([
      "closed loop of 8: a slow answer holds up the requests behind it, so latency hides what " +
        "users would have waited (coordinated omission); it has no rate to be held",
    ]);
  });
});

describe("a report of a load with a total", () => {
  const lines = (end: readonly string[]) => [
    loadHeader(0, { more: { total: 2 } }),
    okLine(500, 1),
    okLine(900, 2),
    tickLine(1, 2),
    ...end,
  ];
  const totals = { scheduled: 2, ok: 2, held_ms: 900 };

  test("asks whether it was reached, or the duration held", () => {
    expect(criteriaOf(lines([loadFooter(1000, totals)]))["total reached"]).toMatchObject({
      ...{ met: "yes", required: "2 scheduled", actual: "2 in 900ms" },
    });
    expect(criteriaOf(lines([loadFooter(1000, totals)]))).not.toHaveProperty("full duration held");
    const cut = loadFooter(1000, totals, { reason: "interrupted" });
    expect(criteriaOf(lines([cut]))["total reached"]).toMatchObject({
      ...{ met: "no", why: "interrupted after 900ms" },
    });
    expect(criteriaOf(lines([]))["total reached"]?.met).toBe("unknown");
  });
});
