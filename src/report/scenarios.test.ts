import { describe, expect, test } from "bun:test";
import {
  attemptLine,
  executionLine,
  faultHeader,
  faultLine,
  line,
  loadFooter,
  loadHeader,
  lostLine,
  okLine,
  reportOf,
  runReportOf,
  serverHeader,
  tickLine,
} from "../../tests/support/ledger-lines.ts";

const threeOk = [okLine(4, 1), okLine(504, 2), okLine(1004, 3)];

describe("a run without trouble", () => {
  const lines = [loadHeader(0), ...threeOk, loadFooter(4000, { scheduled: 3, ok: 3 })];

  test("is verified from the client ledger alone, and its missing server ledgers are said", () => {
    const run = runReportOf({ "client.log": lines });
    expect(run.verdict).toMatchObject({ result: "verified", reasons: [] });
    expect(run.executions).toMatchObject({
      okNotExecutedCount: null,
      missingServerLedgers: ["localhost:50051"],
    });
    expect(run.replicas.map(({ executions }) => executions)).toEqual([null, null]);
    expect(run.verdict.criteria.find(({ name }) => name === "recovery under 1 s")).toMatchObject({
      actual: "no request was affected",
      met: "yes",
    });
  });

  test("a request that had to wait for a replica is affected, though no attempt of it failed", () => {
    // Due at 1000, sent 2 ms late, answered at 3500 by an attempt of 4 ms: it waited 2494 ms, and
    // recovered 2498 ms after it was sent. 40 ms before a hedge are no such wait.
    const waiting = okLine(3500, 2, { latencyMs: 2500, lagMs: 2, serviceMs: 4 });
    const hedged = okLine(3600, 3, { latencyMs: 44, serviceMs: 4, attempts: 2 });
    const run = runReportOf({
      "client.log": [
        loadHeader(0),
        okLine(4, 1),
        waiting,
        hedged,
        loadFooter(4000, { scheduled: 3, ok: 3 }),
      ],
    });
    expect(run.recovery).toMatchObject({ affectedCount: 1, recoveredCount: 1, worstMs: 2498 });
    expect(run.verdict.result).toBe("not-verified");
  });

  test("a torn line costs a record, so it is not verified any more", () => {
    const torn = [...lines];
    torn[2] = `${torn[2]?.slice(0, 60)} torn=true`;
    const { files, reports } = reportOf({ "client.log": torn });
    expect(files[0]?.skippedLineCount).toBe(1);
    expect(reports[0]?.requests).toMatchObject({ scheduled: 3, ok: 2, lost: 1, unaccounted: 1 });
    expect(reports[0]?.verdict.result).toBe("not-verified");
    expect(reports[0]?.verdict.reasons.at(-1)).toBe(
      "ledger complete: records that the footer counts are missing: 2 of 3 ok",
    );
  });

  test("a request with two outcomes makes the ledger contradict itself", () => {
    const run = runReportOf({
      "client.log": [loadHeader(0), ...threeOk, lostLine(9, 1), ...lines.slice(-1)],
    });
    expect(run.requests).toMatchObject({ ok: 3, failed: 0, lost: 0, contradictory: 1 });
    expect(run.verdict.result).toBe("not-verified");
  });
});

describe("a load that was killed", () => {
  const run = runReportOf({
    "client.log": [loadHeader(0), ...threeOk.slice(0, 2), tickLine(1, 2), tickLine(2, 2)],
  });

  test("counts what was scheduled by its ticks, as a lower bound", () => {
    expect(run.requests).toMatchObject({ scheduled: 4, scheduledIsExact: false });
    expect(run.requests).toMatchObject({ ok: 2, lost: 2, unaccounted: 2, lostRecords: null });
    expect(run.duration).toMatchObject({ heldMs: 2000, heldFrom: "records" });
  });

  test("is not verified, and says that it cannot know", () => {
    expect(run.verdict.result).toBe("not-verified");
    const met = Object.fromEntries(run.verdict.criteria.map((each) => [each.name, each.met]));
    expect(met["full duration held"]).toBe("unknown");
    expect(met["nothing lost"]).toBe("unknown");
    expect(met["ledger complete"]).toBe("unknown");
  });
});

test("a run that scheduled nothing is not verified", () => {
  const run = runReportOf({ "client.log": [loadHeader(0), loadFooter(4000, {})] });
  expect(run.verdict.result).toBe("not-verified");
  expect(run.requests.successShare).toBeNull();
  expect(run.latency.ok.p50Ms).toBeNull();
  expect(run.throughput.seconds).toEqual([]);
});

test("files without a client run are refused with what to give instead", () => {
  const server = [serverHeader(0, { run: "s1", port: 50051 }), executionLine(2, 1)];
  for (const files of [
    {},
    { "client.log": [] },
    { "x.log": ["not a ledger"] },
    { "s.log": server },
  ]) {
    expect(() => reportOf(files)).toThrow(
      "Cannot report as a run of dfs load is not in the given log files: they hold none",
    );
  }
});

describe("executions", () => {
  const client = [loadHeader(0), ...threeOk, loadFooter(4000, { scheduled: 3, ok: 3 })];
  const first = serverHeader(-9, { run: "s1", port: 50051 });
  const second = serverHeader(-9, { run: "s2", port: 50052 });

  test("of one request on two replicas are a duplicate", () => {
    const { executions } = runReportOf({
      "client.log": client,
      "a.log": [first, executionLine(2, 1), executionLine(502, 2), executionLine(1002, 3)],
      "b.log": [second, executionLine(700, 2, { attempt: 2 })],
    });
    expect(executions).toMatchObject({ total: 4, duplicateRequestCount: 1, okNotExecutedCount: 0 });
    expect(executions.duplicates.map(({ request, executions: each }) => [request, each])).toEqual([
      [
        "r-2",
        [
          { endpoint: "localhost:50051", tUs: 1795383300_502_000 },
          { endpoint: "localhost:50052", tUs: 1795383300_700_000 },
        ],
      ],
    ]);
  });

  test("that are refusals are none", () => {
    const refused = executionLine(1001, 3, { code: "RESOURCE_EXHAUSTED" });
    const { executions } = runReportOf({
      "client.log": client,
      "a.log": [first, executionLine(2, 1), executionLine(502, 2), refused],
      "b.log": [second, executionLine(1003, 3, { attempt: 2 })],
    });
    expect(executions).toMatchObject({ total: 3, refused: 1, duplicateRequestCount: 0 });
  });

  test("that are nowhere, though their request is ok, are counted", () => {
    const { executions } = runReportOf({
      "client.log": client,
      "a.log": [first, executionLine(2, 1), executionLine(1002, 3)],
    });
    expect(executions).toMatchObject({ okNotExecutedCount: 1, missingServerLedgers: [] });
  });

  test("are not known when the ledger at hand tells nothing of the run", () => {
    // The server ran with another ledger: an old file must not accuse it.
    const { executions, replicas } = runReportOf({
      "client.log": client,
      "a.log": [first, executionLine(-5, 1, { request: "older-1" })],
    });
    expect(executions).toMatchObject({ okNotExecutedCount: null });
    expect(executions.missingServerLedgers).toEqual(["localhost:50051"]);
    expect(replicas[0]?.executions).toBeNull();
  });

  test("of a server that is none of the client's endpoints keep its own name", () => {
    const { executions } = runReportOf({
      "client.log": client,
      "a.log": [serverHeader(-9, { run: "s1", port: 50051, host: "far" }), executionLine(2, 1)],
    });
    expect(executions.total).toBe(1);
    expect(executions.missingServerLedgers).toEqual(["localhost:50051"]);
  });
});

describe("faults of another host, boot or port", () => {
  const client = [
    loadHeader(0),
    attemptLine(1002, 3),
    ...threeOk,
    loadFooter(4000, { scheduled: 3, ok: 3 }),
  ];
  const rows = [
    { what: "another host", header: faultHeader(-1, { run: "f", host: "far" }), port: 50051 },
    { what: "another boot", header: faultHeader(-1, { run: "f", boot: "b0" }), port: 50051 },
    { what: "no header", header: line(0, "unrelated=1"), port: 50051 },
    { what: "a port of no replica", header: faultHeader(-1, { run: "f" }), port: 9 },
  ];
  test.each(rows)("$what: not laid over the run, and said", ({ header, port }) => {
    const run = runReportOf({
      "client.log": client,
      "fault.log": [header, faultLine(1000, { run: "f", port })],
    });
    expect(run.outages.map(({ cause }) => cause)).toEqual(["unknown"]);
    expect(run.remarks.length).toBe(1);
  });

  test("another time: not laid over the run, and nothing to say", () => {
    const run = runReportOf({
      "client.log": client,
      "fault.log": [faultHeader(-9000, { run: "f" }), faultLine(-8000, { run: "f", port: 50051 })],
    });
    expect(run.outages.map(({ cause }) => cause)).toEqual(["unknown"]);
    expect(run.remarks).toEqual([]);
  });
});

describe("restarts", () => {
  test("are the starts within the run, by their own headers too", () => {
    const { restarts } = runReportOf({
      "client.log": [loadHeader(0), ...threeOk, loadFooter(4000, { scheduled: 3, ok: 3 })],
      "a.log": [
        serverHeader(-5000, { run: "s1", port: 50051, pid: 1 }),
        serverHeader(2000, { run: "s2", port: 50051, pid: 2 }),
        serverHeader(9000, { run: "s3", port: 50051, pid: 3 }),
      ],
    });
    expect(restarts.map(({ pid, by, after }) => [pid, by, after])).toEqual([[2, "user", null]]);
  });

  test("on another host are not laid over the load's time", () => {
    const { restarts, remarks } = runReportOf({
      "client.log": [loadHeader(0), ...threeOk, loadFooter(4000, { scheduled: 3, ok: 3 })],
      "a.log": [serverHeader(2000, { run: "s2", port: 50051, host: "far" })],
    });
    expect(restarts).toEqual([]);
    expect(remarks).toEqual(["localhost:50051 was started on far: not laid over the load's time"]);
  });
});
