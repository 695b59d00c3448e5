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
  stateLine,
} from "../../tests/support/ledger-lines.ts";
import { seededRandom } from "../base/random.ts";
import { decodeRecord } from "../ledger/decode.ts";
import { LedgerCollector } from "./ledger-collector.ts";
import { reportLedgers } from "./report-run.ts";

const files: Files = {
  "client.log": [
    loadHeader(-60_000, { run: "old" }),
    okLine(-59_000, 1, { run: "old" }),
    loadHeader(0),
    okLine(4, 1),
    attemptLine(503, 2),
    stateLine(503, "localhost:50051", "down"),
    okLine(510, 2, { endpoint: "localhost:50052", attempts: 2 }),
    okLine(1004, 3, { endpoint: "localhost:50052" }),
    loadFooter(4000, { scheduled: 3, ok: 3 }),
  ],
  "server_50051.log": [
    serverHeader(-90_000, { run: "s1", port: 50051 }),
    executionLine(-59_001, 1, { request: "old-1" }),
    executionLine(2, 1),
    serverHeader(800, { run: "s2", port: 50051, pid: 201 }),
  ],
  "server_50052.log": [
    serverHeader(-90_000, { run: "s3", port: 50052 }),
    executionLine(508, 2),
    executionLine(1002, 3),
  ],
  "fault.log": [faultHeader(-1, { run: "f" }), faultLine(500, { run: "f", port: 50051 })],
};

describe("LedgerCollector", () => {
  test("gives the same report for every interleaving of the files", () => {
    const expected = reportOf(files);
    expect(expected.reports[0]?.outages.length).toBe(1);
    const random = seededRandom(11);
    for (let round = 0; round < 50; round++) {
      const ledger = new LedgerCollector();
      const queues = Object.entries(files).map(([path, lines]) => ({
        source: ledger.source(path),
        lines: [...lines],
      }));
      while (queues.some(({ lines }) => lines.length > 0)) {
        const queue = queues[Math.floor(random.next() * queues.length)];
        const record = decodeRecord(queue?.lines.shift() ?? "");
        if (record !== undefined) queue?.source.append(record);
      }
      expect(reportLedgers(ledger)).toEqual(expected);
    }
  });

  test("reports the newest run of a file and names the others", () => {
    const { reports, otherRuns } = reportOf(files);
    expect(reports.map(({ run }) => run.run)).toEqual(["r"]);
    expect(otherRuns.map(({ run, started }) => [run, started])).toEqual([
      ["old", "2026-11-22 21:34:00"],
    ]);
    expect(reports[0]?.requests.ok).toBe(3);
    expect(reports[0]?.executions.total).toBe(3);
  });

  test("reports the run that is asked for, or all of them", () => {
    const old = reportOf(files, { run: "old" });
    expect(old.reports.map(({ run, requests }) => [run.run, requests.ok])).toEqual([["old", 1]]);
    expect(old.otherRuns.map(({ run }) => run)).toEqual(["r"]);
    const all = reportOf(files, "all");
    expect(all.reports.map(({ run }) => run.run)).toEqual(["r", "old"]);
    expect(all.otherRuns).toEqual([]);
  });

  test("says which runs there are when the one that is asked for is not", () => {
    expect(() => reportOf(files, { run: "nope" })).toThrow(
      "Cannot report as run nope is not in the given log files: they hold " +
        "r (2026-11-22 21:35:00), old (2026-11-22 21:34:00)",
    );
  });

  test("keeps a run whose header is missing, and does not verify it", () => {
    const [run] = reportOf({ "client.log": [okLine(4, 1), okLine(8, 2)] }).reports;
    expect(run?.requests.ok).toBe(2);
    expect(run?.run.version).toBeNull();
    expect(run?.verdict.result).toBe("not-verified");
  });

  test("refuses a run that is in two files, since a copy would count twice", () => {
    const copy = [loadHeader(0), okLine(4, 1)];
    expect(() => collect({ "a.log": copy, "b.log": copy })).toThrow(
      "Cannot report as run r is in two files, a.log and b.log: name only one of them",
    );
  });

  test("ignores executions of other clients and ids that are none of ours", () => {
    const strange = [
      "",
      "r",
      "r-",
      "r-1x",
      "-5",
      "r-99999999999999999999",
      "curl",
      "r2-1",
      "r-r-1",
    ];
    const ledger = collect({
      "client.log": [loadHeader(0), okLine(4, 1), loadFooter(4000, { scheduled: 1, ok: 1 })],
      "server.log": [
        serverHeader(-9, { run: "s1", port: 50051 }),
        ...strange.map((request) =>
          executionLine(2, 0, { request: request === "" ? '""' : request }),
        ),
        executionLine(3, 1),
      ],
    });
    const [run] = reportLedgers(ledger).reports;
    expect(run?.executions.total).toBe(1);
  });

  test("frees the rows of runs that prove to be older than another of their file", () => {
    const older = [loadHeader(0, { run: "a" }), okLine(4, 1, { run: "a" })];
    const newer = [loadHeader(9000, { run: "b" }), okLine(9004, 1, { run: "b" })];
    const elsewhere = [loadHeader(5000, { run: "c" }), okLine(5004, 1, { run: "c" })];
    for (const client of [
      [...older, ...newer],
      [...newer, ...older],
    ]) {
      const ledger = collect({ "a.log": client, "c.log": elsewhere });
      expect(ledger.runs.map(({ run }) => run)).toEqual(["b", "c"]);
      expect(ledger.clientHeaders.map(({ run }) => run)).toEqual(["b", "c", "a"]);
    }
  });
});
