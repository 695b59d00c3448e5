import { describe, expect, test } from "bun:test";
import { collect, type Files } from "../../tests/support/ledger-lines.ts";
import { randomRun } from "../../tests/support/random-run.ts";
import { type Random, seededRandom } from "../base/random.ts";
import { decodeRecord } from "../ledger/decode.ts";
import type { LedgerRecord } from "../ledger/record.ts";
import { LedgerCollector } from "./ledger-collector.ts";
import { reportLedgers } from "./report-run.ts";

/*
 * Whatever order files are named in, however their records arrive while they are still being
 * written, and whichever of two events that have nothing to do with each other a process happened
 * to write first: the same run gives the same report.
 */

function shuffled<T>(values: readonly T[], random: Random): T[] {
  const result = [...values];
  for (let at = result.length - 1; at > 0; at--) {
    const other = Math.floor(random.next() * (at + 1));
    [result[at], result[other]] = [result[other] as T, result[at] as T];
  }
  return result;
}

/** Records within one life of a process may stand in any order; headers and footers part them. */
function shuffledWithinLives(records: readonly LedgerRecord[], random: Random) {
  const result: LedgerRecord[] = [];
  let life: LedgerRecord[] = [];
  for (const record of records) {
    if (record.kind !== "run" && record.kind !== "end") life.push(record);
    else {
      result.push(...shuffled(life, random), record);
      life = [];
    }
  }
  return [...result, ...shuffled(life, random)];
}

function reportInAnyOrder(files: Files, random: Random) {
  const ledger = new LedgerCollector();
  const queues = shuffled(Object.entries(files), random).map(([path, lines]) => {
    const records = lines.map(decodeRecord).filter((record) => record !== undefined);
    return { source: ledger.source(path), records: shuffledWithinLives(records, random) };
  });
  let open = queues.filter(({ records }) => records.length > 0);
  while (open.length > 0) {
    const queue = open[Math.floor(random.next() * open.length)];
    const record = queue?.records.shift();
    if (record !== undefined) queue?.source.append(record);
    open = open.filter(({ records }) => records.length > 0);
  }
  return reportLedgers(ledger);
}

describe("reportLedgers() whatever the order of records", () => {
  const seeds = Array.from({ length: 40 }, (_, index) => index + 1);

  test.each(seeds)("gives one report of run %d", (seed) => {
    const files = randomRun(seed);
    const expected = reportLedgers(collect(files));
    const random = seededRandom(seed);
    for (let round = 0; round < 10; round++) {
      expect(reportInAnyOrder(files, random)).toEqual(expected);
    }
  });

  test("of runs in which there is something to report", () => {
    const runs = seeds.map((seed) => reportLedgers(collect(randomRun(seed))).reports[0]);
    const most = (figure: (run: NonNullable<(typeof runs)[number]>) => number) =>
      Math.max(...runs.map((run) => (run === undefined ? 0 : figure(run))));
    expect(most(({ outages }) => outages.length)).toBeGreaterThan(3);
    expect(
      most(({ outages }) => Math.max(...outages.map((each) => each.flapCount))),
    ).toBeGreaterThan(1);
    expect(
      most(({ outages }) => Math.max(...outages.map((each) => each.lostCount))),
    ).toBeGreaterThan(0);
    expect(most(({ executions }) => executions.duplicateRequestCount)).toBeGreaterThan(3);
    expect(most(({ executions }) => executions.overtakenCount)).toBeGreaterThan(0);
    expect(most(({ executions }) => executions.afterGivenUpCount)).toBeGreaterThan(0);
    expect(most(({ executions }) => executions.okNotExecutedCount ?? 0)).toBeGreaterThan(0);
  });
});
