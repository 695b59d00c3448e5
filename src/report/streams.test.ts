import { describe, expect, test } from "bun:test";
import {
  executionLine,
  type Files,
  faultHeader,
  faultLine,
  flowLine,
  gapLine,
  loadFooter,
  loadHeader,
  okLine,
  reportOf,
  runReportOf,
  serverHeader,
  stateLine,
  streamLine,
  tickLine,
} from "../../tests/support/ledger-lines.ts";
import { renderText } from "./render-text.ts";
import { judgeRequirement, parseRequirement } from "./requirement.ts";

const streamMode = (text: string) =>
  text.replace(" t_us=", " config.mode=stream config.streams=2 t_us=");

/** A run of streams alone, 4 s long. */
function streamsOf(lines: readonly string[], totals: Readonly<Record<string, number>>): Files {
  return { "client.log": [streamMode(loadHeader(0)), ...lines, loadFooter(4010, totals)] };
}

const well = streamsOf(
  [
    flowLine(1, 2, 700_000),
    gapLine(1500, 2, { gapMs: 34.1, items: 300_000 }),
    streamLine(1900, 1, { elapsedMs: 2000 }),
    gapLine(2500, 2, { gapMs: 120.5, status: "DEADLINE_EXCEEDED", items: 400_000 }),
    streamLine(4000, 2, { outcome: "stopped", items: 450_000, elapsedMs: 4000, attempts: 3 }),
    streamLine(4001, 3, { outcome: "stopped", items: 250_000, elapsedMs: 2000 }),
  ],
  { streams: 3, streams_ok: 1, streams_stopped: 2, stream_gaps: 2 },
);

describe("the streams of a report", () => {
  test("are counted by outcome, with what they brought and their gaps", () => {
    expect(runReportOf(well).streams).toMatchObject({
      ...{ total: 3, totalIsExact: true, ok: 1, stopped: 2, wrong: 0, failed: 0, lost: 0 },
      ...{ unaccounted: 0, contradictory: 0, items: 1_200_000, itemsPerSecond: 300_000 },
      byOutcome: [
        { outcome: "ok", count: 1, items: 500_000, itemsPerSecond: 250_000 },
        { outcome: "stopped", count: 2, items: 700_000, itemsPerSecond: 700_000 / 6 },
      ],
      ...{ continued: 1, gapP50Ms: 120.5, gapWorstMs: 120.5 },
      gaps: [
        {
          ...{ stream: "r-s2", begin: "2026-11-22 21:35:01", gapMs: 34.1, items: 300_000 },
          ...{ from: "localhost:50051", to: "localhost:50052", error: "UNAVAILABLE" },
        },
        { gapMs: 120.5, error: "DEADLINE_EXCEEDED" },
      ],
    });
  });

  test("are none where the ledgers hold nothing of any", () => {
    const files = {
      "client.log": [loadHeader(0), okLine(4, 1), loadFooter(4000, { scheduled: 1 })],
    };
    const report = runReportOf(files);
    expect(report.streams).toBeNull();
    expect(report.verdict.criteria.map(({ name }) => name)).not.toContain("no stream lost");
  });

  test("verify a run without requests, of which nothing is then asked", () => {
    const { verdict } = runReportOf(well);
    expect(verdict.result).toBe("verified");
    expect(verdict.criteria.map(({ name }) => name)).toEqual([
      ...["full duration held", "no stream lost", "no stream wrong"],
      ...["ledger complete", "ledgers consistent"],
    ]);
  });

  test.each<[string, Files, string]>([
    [
      "one failed",
      streamsOf([streamLine(900, 1, { outcome: "failed" })], { streams: 1, streams_failed: 1 }),
      "no stream lost: 1 of 1 streams did not come whole",
    ],
    [
      "one was wrong",
      streamsOf([streamLine(900, 1, { outcome: "wrong" })], { streams: 1, streams_wrong: 1 }),
      "no stream wrong: 1 streams brought what was not right",
    ],
    [
      "one has no outcome",
      streamsOf([streamLine(900, 1)], { streams: 2, streams_ok: 1 }),
      "no stream lost: 1 of 2 streams have no outcome in the ledger",
    ],
    ["none was begun", streamsOf([], { streams: 0 }), "no stream lost: no stream was begun"],
    [
      "nothing came of any",
      streamsOf([streamLine(4000, 1, { outcome: "stopped", items: 0 })], { streams: 1 }),
      "no stream wrong: nothing came that could be checked",
    ],
    [
      "one has two outcomes",
      streamsOf([streamLine(900, 1), streamLine(950, 1)], { streams: 1, streams_ok: 1 }),
      "ledger complete: 1 streams have more than one outcome",
    ],
    [
      "records are gone",
      streamsOf([streamLine(900, 1)], { streams: 1, streams_ok: 1, stream_gaps: 2 }),
      "ledger complete: records that the footer counts are missing: 0 of 2 gaps",
    ],
  ])("do not verify it when %s", (_what, files, reason) => {
    const { verdict } = runReportOf(files);
    expect(verdict.result).toBe("not-verified");
    expect(verdict.reasons.join("\n")).toContain(reason);
  });

  test("of a load that was killed are those that it left open", () => {
    const lines = [streamMode(loadHeader(0)), streamLine(900, 1), flowLine(1, 2, 5)];
    const { streams, verdict } = runReportOf({ "client.log": lines });
    expect(streams).toMatchObject({ total: 2, totalIsExact: false, lost: 1, unaccounted: 1 });
    expect(verdict.result).toBe("not-verified");
  });

  test("are judged beside requests, by their own criteria", () => {
    const files = {
      "client.log": [
        loadHeader(0, { ratePerS: 1, durationS: 4 }),
        ...[1, 2, 3, 4].map((number) => okLine(number * 900, number)),
        streamLine(3000, 1, { outcome: "wrong" }),
        loadFooter(4000, { scheduled: 4, ok: 4, streams: 1, streams_wrong: 1 }),
      ],
    };
    const { verdict, requests } = runReportOf(files);
    expect(requests).toMatchObject({ scheduled: 4, ok: 4, lost: 0 });
    expect(verdict.criteria.filter(({ met }) => met !== "yes").map(({ name }) => name)).toEqual([
      ...["no stream lost", "no stream wrong"],
    ]);
  });

  test("are no requests: neither to the requests' figures nor to the audit of executions", () => {
    const client = [
      loadHeader(0, { durationS: 4, ratePerS: 1, replicas: "localhost:50051" }),
      okLine(904, 1),
      tickLine(1, 1),
      gapLine(1500, 1),
      streamLine(3000, 1),
      loadFooter(4000, { scheduled: 1, ok: 1, streams: 1, streams_ok: 1, stream_gaps: 1 }),
    ];
    const server = [
      serverHeader(-500, { run: "s1", port: 50051 }),
      executionLine(902, 1),
      ...[1, 2, 3].map((attempt) =>
        executionLine(1000 * attempt, 0, { request: "r-s1", attempt, code: "CANCELLED" }),
      ),
    ];
    const report = runReportOf({ "client.log": client, "server_50051.log": server });
    expect(report.executions).toMatchObject({
      ...{ total: 1, duplicateRequestCount: 0, okNotExecutedCount: 0, afterGivenUpCount: 0 },
      ...{ executedWithoutOutcomeCount: 0, repeatedCount: 0 },
    });
    expect(report.requests).toMatchObject({ scheduled: 1, ok: 1, lost: 0 });
    expect(report.verdict.criteria.filter(({ met }) => met === "no")).toEqual([]);
  });

  test("of several load machines are counted together, apart by their numbers", () => {
    const client = (run: string, host: string) => [
      streamMode(loadHeader(0, { run, host })),
      gapLine(500, 1, { run }),
      streamLine(2000, 1, { run }),
      streamLine(4000, 2, { run, outcome: "stopped" }),
      loadFooter(4010, { streams: 2, streams_ok: 1, streams_stopped: 1, stream_gaps: 1 }, { run }),
    ];
    const report = reportOf({ "a.log": client("a", "h1"), "b.log": client("b", "h2") });
    const [pooled] = report.reports;
    expect(pooled?.run.parts).toHaveLength(2);
    expect(pooled?.streams).toMatchObject({ total: 4, ok: 2, stopped: 2, lost: 0, continued: 2 });
    expect(pooled?.streams?.gaps.map(({ stream }) => stream)).toEqual(["a-s1", "b-s1"]);
    expect(pooled?.verdict.result).toBe("verified");
  });

  test("are the same whatever the order of their records", () => {
    const expected = runReportOf(well);
    const [header = "", ...rest] = well["client.log"] ?? [];
    const footer = rest.pop() ?? "";
    for (let turn = 1; turn <= rest.length; turn++) {
      const turned = [...rest.slice(turn), ...rest.slice(0, turn)];
      for (const lines of [turned, turned.toReversed()]) {
        expect(runReportOf({ "client.log": [header, ...lines, footer] })).toEqual(expected);
      }
    }
  });

  test("stand in the text, by outcome and gap by gap", () => {
    const text = renderText(reportOf(well), { color: false, width: 200 });
    expect(text).toContain("begun 3, lost 0 (no outcome 0); 1200000 vertices in 4s, 300000.00/s");
    // 700000 of streams 1 and 3, and what stream 2 brought before its gaps.
    expect(text).toMatch(/localhost:50051 +1150000 +3 +2$/m);
    expect(text).toMatch(/localhost:50052 +50000 +0 +0$/m);
    for (const empty of ["ok 0", "0 scheduled", "Audit"]) expect(text).not.toContain(empty);
    expect(text).toMatch(/ok +1 +500000 +250000\.00\/s/);
    expect(text).toContain("2 gaps in 1 streams: p50 120.50ms, worst 120.50ms");
    expect(text).toMatch(
      /1 {2}21:35:01 +34\.10ms {2}r-s2 +300000 {2}localhost:50051 {2}localhost:50052 {2}UNAVAILABLE/,
    );
  });
});

describe("requirements of streams", () => {
  const judged = (text: string, files: Files = well) =>
    judgeRequirement(parseRequirement(text, "--require"), runReportOf(files)).criterion;

  test("are met or not, by underscores or hyphens", () => {
    expect(judged("stream_gap_worst<=500ms")).toMatchObject({
      met: "yes",
      required: "at most 500ms",
    });
    expect(judged("stream-gap-worst<=100ms")).toMatchObject({ met: "no" });
    expect(judged("streams-lost<=0")).toMatchObject({ met: "yes", actual: "0 (0 to spare)" });
    expect(judged("streams_ok>=1").met).toBe("yes");
    expect(judged("stream_gaps<=1").met).toBe("no");
    expect(judged("stream_rate>=100000").met).toBe("yes");
    expect(judged("stream_gap_p50<=121ms").met).toBe("yes");
  });

  test("are not known of a run without any", () => {
    const without = { "client.log": [loadHeader(0), loadFooter(4000, {})] };
    expect(judged("streams_lost<=0", without)).toMatchObject({ met: "unknown" });
  });
});

test("a replica that streams alone tell of is back when the client holds it for healthy", () => {
  const [header = "", ...rest] = well["client.log"] ?? [];
  const files = {
    "client.log": [
      header,
      stateLine(10, "localhost:50051", "healthy"),
      stateLine(1466, "localhost:50051", "down"),
      stateLine(2400, "localhost:50051", "healthy"),
      ...rest,
    ],
    "fault.log": [faultHeader(1400, { run: "f" }), faultLine(1460, { run: "f", port: 50051 })],
  };
  expect(runReportOf(files).outages).toMatchObject([{ noticed: true, rejoinMs: 940 }]);
});
