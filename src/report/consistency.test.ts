import { describe, expect, test } from "bun:test";
import {
  attemptLine,
  executionLine,
  type Files,
  line,
  loadFooter,
  loadHeader,
  okLine,
  runReportOf,
  serverHeader,
  tickLine,
} from "../../tests/support/ledger-lines.ts";
import type { Criterion } from "./run-report.ts";

const header = loadHeader(0);
const footer = loadFooter(4000, { scheduled: 2, ok: 2 });
const ok = [okLine(4, 1), okLine(504, 2)];
const client = [header, ...ok, tickLine(1, 2), footer];

const server = [
  serverHeader(-9, { run: "s1", port: 50051 }),
  executionLine(2, 1),
  executionLine(502, 2),
];

function serverFooter(run: string, executed: number): string {
  return line(5000, `end=${run} reason=normal total.executed=${executed} total.OK=${executed}`);
}

function criterionOf(files: Files): Criterion | undefined {
  const { criteria } = runReportOf(files).verdict;
  return criteria.find(({ name }) => name === "ledgers consistent");
}

describe("ledgers are consistent", () => {
  const rows: readonly { what: string; files: Files; actual: string }[] = [
    { what: "a client ledger alone", files: { "c.log": client }, actual: "none found" },
    {
      what: "all executions in the ledger of a server that ended",
      files: { "c.log": client, "s.log": [...server, serverFooter("s1", 2)] },
      actual: "none found",
    },
    {
      what: "a server that crashed, which is said",
      files: { "c.log": client, "s.log": server },
      actual: "none found; 1 server ledgers without a footer (crashed or still running)",
    },
    {
      // An older replica drains into the file while its successor serves: whose is whose?
      what: "two lives that overlap in one file",
      files: {
        "c.log": client,
        "s.log": [
          ...server.slice(0, 2),
          serverHeader(400, { run: "s2", port: 50051, pid: 201 }),
          ...[executionLine(502, 2), serverFooter("s1", 2), serverFooter("s2", 0)],
        ],
      },
      actual: "none found",
    },
    {
      // Latency 30.1 s of 30 s, 100 ms of which the event loop may be late.
      what: "an ok that was read 100 ms after its deadline",
      files: {
        "c.log": [
          header,
          okLine(30_100, 1, { latencyMs: 30_100 }),
          loadFooter(31_000, { scheduled: 1, ok: 1 }),
        ],
      },
      actual: "none found",
    },
  ];
  test.each(rows)("with $what", ({ files, actual }) => {
    expect(criterionOf(files)).toMatchObject({ met: "yes", actual });
  });
});

describe("ledgers are not consistent", () => {
  const rows: readonly { what: string; files: Files; why: string }[] = [
    {
      what: "a request beyond what was scheduled",
      files: { "c.log": [header, okLine(4, 1), okLine(504, 3), footer] },
      why: "1 records of requests that were never scheduled (1 to 2 were)",
    },
    {
      what: "a request 0, and an attempt of it",
      files: { "c.log": [header, attemptLine(3, 0), okLine(4, 0), okLine(504, 2), footer] },
      why: "2 records of requests that were never scheduled (1 to 2 were)",
    },
    {
      what: "a negative latency",
      files: { "c.log": [header, okLine(4, 1), okLine(504, 2, { latencyMs: -1 }), footer] },
      why: "1 records with a negative latency, lag or service time",
    },
    {
      what: "a request due before the run",
      files: { "c.log": [header, okLine(4, 1, { latencyMs: 6 }), okLine(504, 2), footer] },
      why: "1 requests that were due or ended outside the run",
    },
    {
      what: "a request that ended after the run",
      files: { "c.log": [header, okLine(4, 1), okLine(4002, 2), footer] },
      why: "1 requests that were due or ended outside the run",
    },
    {
      what: "an ok after the deadline",
      files: {
        "c.log": [
          ...[header, okLine(4, 1), okLine(30_101, 2, { latencyMs: 30_100.001 })],
          loadFooter(31_000, { scheduled: 2, ok: 2 }),
        ],
      },
      why: "1 requests that ended ok after their deadline of 30000 ms",
    },
    {
      what: "ticks that count otherwise than the footer",
      files: { "c.log": [header, ...ok, tickLine(1, 2), tickLine(2, 1), footer] },
      why: "the ticks count 3 requests scheduled, the footer 2",
    },
    {
      // 4 s held, 30 s for the last request to end, 10 s to look for replicas before.
      what: "a header that is older than the run can be",
      files: { "c.log": [loadHeader(-40_001), ...client.slice(1)] },
      why: "the run lasted 44001 ms from header to footer, and held 4000 ms as it counts",
    },
    {
      what: "an ok without an execution",
      files: { "c.log": client, "s.log": server.slice(0, 2) },
      why: "1 requests ended ok that no server ledger holds an execution of",
    },
    {
      what: "a server's footer that counts otherwise than its ledger",
      files: { "c.log": client, "s.log": [...server, serverFooter("s1", 3)] },
      why:
        "localhost:50051 on h (pid 200) executed 3 requests as its footer counts, " +
        "its ledger holds 2",
    },
  ];
  test.each(rows)("with $what", ({ files, why }) => {
    expect(criterionOf(files)).toMatchObject({ met: "no", why });
    expect(runReportOf(files).verdict.result).toBe("not-verified");
  });
});

test("executions of one run that answer differently are remarked on", () => {
  const other = executionLine(502, 2).replace("visited=341", "visited=340");
  const run = runReportOf({
    "c.log": client,
    "s.log": [...server.slice(0, 2), other, serverFooter("s1", 2)],
  });
  expect(run.remarks).toEqual([
    "replicas answered the run's requests differently: " +
      "1 times found=true visited=340, 1 times found=true visited=341",
  ]);
});

test("the worst lag is also that of a request without an outcome, as its tick tells", () => {
  const frozen = tickLine(1, 2).replace("lag_max_ms=0.100", "lag_max_ms=1500.000");
  const run = runReportOf({ "c.log": [header, ok[0] ?? "", frozen, footer] });
  expect(run.lag.maxMs).toBe(1500);
  expect(run.verdict.result).toBe("inconclusive");
});

test("a run that was only seen live says that no ledger was kept", () => {
  const { criteria } = runReportOf({ "this run": client }).verdict;
  expect(criteria.find(({ name }) => name === "ledger complete")).toMatchObject({
    met: "yes",
    actual: "no ledger was kept; seen live: none known to be lost",
  });
});
