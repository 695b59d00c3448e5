import { describe, expect, test } from "bun:test";
import {
  executionLine,
  loadFooter,
  loadHeader,
  lostLine,
  okLine,
  reportOf,
  runReportOf,
  serverHeader,
  type Where,
} from "../../tests/support/ledger-lines.ts";
import { renderText } from "./render-text.ts";

const b = "localhost:50052";

/*
 * #1 is ok on b. #2 was given up at 2.000 s as indeterminate, #3 at 3.000 s as failed, #4 was
 * answered wrong at 3.500 s, #5 has no outcome.
 */
const client = [
  loadHeader(0),
  okLine(1010, 1, { endpoint: b, latencyMs: 10 }),
  lostLine(2000, 2, { outcome: "indeterminate" }),
  lostLine(3000, 3),
  lostLine(3500, 4, { outcome: "wrong" }),
  loadFooter(4000, { scheduled: 5, ok: 1, wrong: 1, failed: 1, indeterminate: 1 }),
];

function executionsOf(lines: readonly string[], where: Where = {}) {
  return runReportOf({
    "client.log": client,
    "s1.log": [serverHeader(-9, { run: "s1", port: 50051, ...where }), ...lines],
    "s2.log": [serverHeader(-9, { run: "s2", port: 50052, pid: 201 }), executionLine(1008, 1)],
  }).executions;
}

describe("the audit of executions", () => {
  test("counts those after the client had given up, beyond what the clocks may differ by", () => {
    // Nothing bounds the first server's clock, so processes of one host may differ by 1 ms.
    const executions = executionsOf([
      executionLine(1900, 2), // in time
      executionLine(2000.9, 2), // 0.9 ms after: unclear
      executionLine(2501, 2), // 501 ms after, 500 at least
      executionLine(3002.5, 3), // 2.5 ms after, 1.5 at least
      executionLine(3900, 4), // answered wrong: nobody gave it up
    ]);
    expect(executions).toMatchObject({
      ...{ total: 6, afterGivenUpCount: 2, afterGivenUpUnknownCount: 1 },
      afterGivenUp: [
        { request: "r-2", endpoint: "localhost:50051", afterMs: 500 },
        { request: "r-3", endpoint: "localhost:50051", afterMs: 1.5 },
      ],
    });
  });

  test("says nothing of before and after when the clocks are of two hosts", () => {
    expect(executionsOf([executionLine(2501, 2)], { host: "far" })).toMatchObject({
      ...{ afterGivenUpCount: 0, afterGivenUpUnknownCount: 1 },
    });
  });

  test("takes the clocks' error from requests that were answered there", () => {
    // #1, sent at 1.000 s and answered at 1.010 s, was executed at 1.008 s as b says: the clock of
    // b is -2 to 8 ms ahead. #3 executed at 3.009 s there: 1 ms after, or up to 11 ms.
    const executions = (ms: number) =>
      runReportOf({
        "client.log": client,
        "s2.log": [
          serverHeader(-9, { run: "s2", port: 50052 }),
          ...[executionLine(1008, 1), executionLine(ms, 3)],
        ],
      }).executions;
    expect(executions(3009).afterGivenUp).toEqual([{ request: "r-3", endpoint: b, afterMs: 1 }]);
    expect(executions(3007)).toMatchObject({ afterGivenUpCount: 0, afterGivenUpUnknownCount: 1 });
    expect(executions(2997)).toMatchObject({ afterGivenUpCount: 0, afterGivenUpUnknownCount: 0 });
  });

  test("holds an execution that another overtook for a duplicate, not for one given up", () => {
    const executions = executionsOf([executionLine(1500, 1)]);
    expect(executions).toMatchObject({
      ...{ overtakenCount: 1, afterGivenUpCount: 0, duplicateRequestCount: 1, repeatedCount: 1 },
    });
    // 0.9 ms after the answer: within the clocks' error.
    expect(executionsOf([executionLine(1010.9, 1)])).toMatchObject({
      ...{ overtakenCount: 0, duplicateRequestCount: 1 },
    });
  });

  test("counts requests executed that the client ledger does not know the end of", () => {
    const executions = executionsOf([executionLine(3600, 5), executionLine(3601, 5)]);
    expect(executions).toMatchObject({ executedWithoutOutcomeCount: 1, repeatedCount: 1 });
  });

  test("shows how everything adds up, and what may be more", () => {
    const report = reportOf({
      "client.log": client,
      "s1.log": [
        serverHeader(-9, { run: "s1", port: 50051 }),
        ...[executionLine(2501, 2), executionLine(3600, 5)],
        "torn",
      ],
      "s2.log": [serverHeader(-9, { run: "s2", port: 50052 }), executionLine(1008, 1)],
    });
    const text = renderText(report, { color: false, width: 200 });
    for (const part of [
      "  5 scheduled = 1 ok + 1 wrong + 1 failed + 1 indeterminate + 1 unaccounted\n",
      "  3 executions, 0 refusals; 0 requests executed more than once\n",
      "    r-2: executed on localhost:50051 at least 500.00ms after it was given up\n",
      "  ok without an execution: 0\n",
      "  executed after given up: 1; overtaken: 0; without an outcome: 1\n",
      "  counts of executions are lower bounds, as server ledgers are not complete:\n",
      "    1 lines of s1.log are torn or foreign: they may have held executions\n",
    ]) {
      expect(text).toContain(part);
    }
  });
});
