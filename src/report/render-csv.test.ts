import { describe, expect, test } from "bun:test";
import {
  attemptLine,
  collect,
  type Files,
  line,
  loadFooter,
  loadHeader,
  lostLine,
  okLine,
} from "../../tests/support/ledger-lines.ts";
import { randomRun } from "../../tests/support/random-run.ts";
import { selectedRuns } from "./pooled-run.ts";
import { renderCsv } from "./render-csv.ts";
import { reportLedgers } from "./report-run.ts";

function csv(files: Files): string {
  return [...renderCsv(selectedRuns(collect(files)).flat())].join("");
}

/** RFC 4180, read back by a reader of its own. */
function parseCsv(text: string): string[][] {
  const rows: string[][] = [];
  let row: string[] = [];
  for (const [, quoted, plain = "", end] of text.matchAll(
    /(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r\n)/g,
  )) {
    row.push(quoted === undefined ? plain : quoted.replaceAll('""', '"'));
    if (end === ",") continue;
    rows.push(row);
    row = [];
  }
  return rows;
}

describe("renderCsv()", () => {
  test("writes a line per request, in the order of their numbers, with all there is to say", () => {
    const text = csv({
      "client.log": [
        loadHeader(0),
        // Ended first, though it was due second.
        okLine(520, 2, { latencyMs: 20, lagMs: 1.5, serviceMs: 18.25, messages: 9, firstMs: 2 }),
        attemptLine(30, 1),
        attemptLine(40, 1, { attempt: 2, error: "DEADLINE_EXCEEDED" }),
        attemptLine(60, 1, { attempt: 3, ended: "late", error: "OK" }),
        okLine(50, 1, { latencyMs: 50, attempts: 3, endpoint: "[::1]:50052" }),
        lostLine(1003, 3, { outcome: "indeterminate", elapsedMs: 3.125 }),
        loadFooter(4000, { scheduled: 4, ok: 2, indeterminate: 1 }),
      ],
    });
    const day = "2026-11-22T21:35:";
    expect(text.split("\r\n")).toEqual([
      "id,number,endpoint,outcome,scheduled,sent,finished,latency_ms,service_ms,lag_ms,attempts,error,first_ms,messages",
      `r-1,1,[::1]:50052,ok,${day}00.000000Z,${day}00.000000Z,${day}00.050000Z,50.000,50.000,0.000,3,` +
        "UNAVAILABLE DEADLINE_EXCEEDED,,",
      `r-2,2,localhost:50051,ok,${day}00.500000Z,${day}00.501500Z,${day}00.520000Z,20.000,18.250,1.500,1,,2.000,9`,
      `r-3,3,localhost:50051,indeterminate,${day}00.999875Z,${day}00.999875Z,${day}01.003000Z,` +
        "3.125,,0.000,1,,,",
      // The footer counts it, no record tells of it.
      "r-4,4,,unaccounted,,,,,,,,,,",
      "",
    ]);
  });

  test("keeps whatever a ledger holds in one cell, and no cell begins like a formula", () => {
    const nasty = ['=cmd|"/C calc"!A0', "+1", "@SUM(1)", "-2+3", "\ttab", 'a,"b"\r\nc', "", "ok"];
    const lines = nasty.map((error, index) =>
      line(
        index,
        `endpoint=localhost:50051 error=${JSON.stringify(error)} request=r-1 attempt=1 ` +
          'ended=failed service_ms=1.000 detail="x"',
      ),
    );
    for (const [index, error] of nasty.entries()) {
      const text = csv({ "client.log": [loadHeader(0), lines[index] ?? "", lostLine(900, 1)] });
      const [, row = []] = parseCsv(text);
      expect(row).toHaveLength(14);
      const cell = row.at(-3) ?? "";
      expect(cell.replace(/^'/, "")).toBe(error);
      expect(cell).not.toMatch(/^[=+\-@\t\r]/);
    }
  });

  test("holds as many requests of each outcome as the report counts, of any run", () => {
    for (let seed = 1; seed <= 20; seed++) {
      const files = randomRun(seed);
      const rows = parseCsv(csv(files)).slice(1);
      const [run] = reportLedgers(collect(files)).reports;
      const count = (outcome: string) => rows.filter((row) => row[3] === outcome).length;
      const { ok, wrong, failed, indeterminate, unaccounted, scheduled } = run?.requests ?? {};
      expect({
        ...{ ok: count("ok"), wrong: count("wrong"), failed: count("failed") },
        ...{ indeterminate: count("indeterminate"), unaccounted: count("unaccounted") },
        scheduled: rows.length,
      }).toEqual({ ok, wrong, failed, indeterminate, unaccounted, scheduled } as never);
      const numbers = rows.map((row) => Number(row[1]));
      expect(numbers).toEqual(numbers.toSorted((a, b) => a - b));
    }
  });

  test("comes in pieces, and does not believe a footer that counts to the stars", () => {
    const lines = Array.from({ length: 20_000 }, (_, index) => okLine(index / 10, index + 1));
    const files = { "client.log": [loadHeader(0), ...lines] };
    const pieces = [...renderCsv(selectedRuns(collect(files)).flat())];
    expect(pieces.length).toBeGreaterThan(1);
    expect(pieces.join("").split("\r\n")).toHaveLength(20_002);
    const stars = [loadHeader(0), okLine(4, 1), loadFooter(9, { scheduled: 1e15, ok: 1 })];
    const text = csv({ "client.log": stars });
    expect(text.split("\r\n").length).toBe(1_000_003);
  });
});
