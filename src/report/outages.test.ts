import { describe, expect, test } from "bun:test";
import {
  attemptLine,
  faultHeader,
  faultLine,
  loadFooter,
  loadHeader,
  lostLine,
  okLine,
  reportOf,
  runReportOf,
  stateLine,
} from "../../tests/support/ledger-lines.ts";
import { renderText } from "./render-text.ts";

const a = "localhost:50051";
const b = "localhost:50052";

/** An attempt that waited the whole attempt timeout of 3 s in vain. */
function silent(ms: number, number: number) {
  return attemptLine(ms, number, {
    ...{ endpoint: a, error: "DEADLINE_EXCEEDED", ended: "abandoned", serviceMs: 3000 },
  });
}

describe("an outage by a stall", () => {
  // Stalled from 1 s to 5 s. #1 was on its way when it began; #2 and #3 fell silent.
  const client = [
    loadHeader(0, { durationS: 6 }),
    // Its answer had left before the stall: it proves nothing about afterwards.
    okLine(1001, 1, { endpoint: a, latencyMs: 5 }),
    silent(4010, 2),
    okLine(4020, 2, { endpoint: b, latencyMs: 3010, attempts: 2, serviceMs: 8 }),
    silent(4510, 3),
    okLine(4530, 3, { endpoint: b, latencyMs: 3020, attempts: 2, serviceMs: 8 }),
    okLine(5003, 4, { endpoint: a, latencyMs: 903 }),
    loadFooter(6000, { scheduled: 4, ok: 4, held_ms: 6000 }),
  ];
  const fault = [
    faultHeader(0, { run: "f", fault: "stall" }),
    faultLine(1000, { run: "f", port: 50051, fault: "stall" }),
    faultLine(5000, { run: "f", port: 50051, fault: "stall", phase: "end" }),
  ];

  test("begins with the fault and ends when the replica answers what was sent since", () => {
    const { outages, recovery } = runReportOf({ "client.log": client, "fault.log": fault });
    expect(outages).toMatchObject([
      {
        ...{ endpoint: a, cause: "stall", beginFrom: "fault" },
        detectionMs: 3010, // #2 was given up at 4.010 s
        failoverMs: 3020, // and answered by b at 4.020 s
        rejoinMs: 4003, // #4, sent at 4.100 s, answered at 5.003 s; not #1
        ...{ recoveryMs: 20, affectedCount: 2, recoveredCount: 2 }, // #3: 4.510 to 4.530 s
      },
    ]);
    // 10 ms and 20 ms: p50 at floor(2 * 0.5) = 1.
    expect(recovery).toEqual({ affectedCount: 2, recoveredCount: 2, p50Ms: 20, worstMs: 20 });
  });

  test("begins with the first failed attempt when no fault ledger is there", () => {
    const { outages } = runReportOf({ "client.log": client });
    expect(outages).toMatchObject([
      {
        ...{ endpoint: a, cause: "unknown", beginFrom: "attempt" },
        ...{ detectionMs: null, failoverMs: 10, affectedCount: 2 },
        rejoinMs: 993, // #4 was sent at 4.100 s, after 4.010 s, and answered at 5.003 s
      },
    ]);
  });
});

describe("outages", () => {
  test("of two crashes are two, each with its own requests", () => {
    const { outages } = runReportOf({
      "client.log": [
        loadHeader(0),
        attemptLine(1002, 1, { endpoint: a }),
        okLine(1010, 1, { endpoint: b, attempts: 2 }),
        okLine(1500, 2, { endpoint: a }),
        attemptLine(2002, 3, { endpoint: a }),
        okLine(2012, 3, { endpoint: b, attempts: 2 }),
        okLine(3000, 4, { endpoint: a }),
        loadFooter(4000, { scheduled: 4, ok: 4 }),
      ],
      "fault.log": [
        faultHeader(0, { run: "f" }),
        faultLine(1000, { run: "f", port: 50051 }),
        faultLine(2000, { run: "f", port: 50051 }),
      ],
    });
    expect(
      outages.map(({ rejoinMs, recoveryMs, affectedCount }) => [
        rejoinMs,
        recoveryMs,
        affectedCount,
      ]),
    ).toEqual([
      [500, 8, 1],
      [1000, 10, 1],
    ]);
  });

  test("of two stalls of one process by one run end each with its own stall", () => {
    const { outages } = runReportOf({
      "client.log": [
        loadHeader(0),
        okLine(2510, 1, { endpoint: a, latencyMs: 5 }),
        // Between the two, and not of either's doing.
        attemptLine(4000, 2, { endpoint: a }),
        okLine(4010, 2, { endpoint: b, attempts: 2 }),
        okLine(4500, 3, { endpoint: a }),
        okLine(7500, 4, { endpoint: a }),
        loadFooter(8000, { scheduled: 4, ok: 4 }),
      ],
      "fault.log": [
        faultHeader(0, { run: "f", fault: "random" }),
        ...[1000, 6000].flatMap((ms) => [
          faultLine(ms, { run: "f", port: 50051, fault: "stall" }),
          faultLine(ms + 1000, { run: "f", port: 50051, fault: "stall", phase: "end" }),
        ]),
      ],
    });
    expect(outages.map(({ cause, affectedCount }) => [cause, affectedCount])).toEqual([
      ["stall", 0],
      ["unknown", 1],
      ["stall", 0],
    ]);
  });

  test("count a failure that was known before the fault tool had its proof", () => {
    const { outages } = runReportOf({
      "client.log": [
        loadHeader(0),
        attemptLine(995, 1, { endpoint: a }),
        okLine(1010, 1, { endpoint: b, attempts: 2 }),
        loadFooter(4000, { scheduled: 1, ok: 1 }),
      ],
      "fault.log": [faultHeader(0, { run: "f" }), faultLine(1000, { run: "f", port: 50051 })],
    });
    expect(outages).toMatchObject([
      { cause: "crash", detectionMs: 0, affectedCount: 1, endUs: null, rejoinMs: null },
    ]);
  });

  test("that the client saw more than 1 s before their fault have no detection, and say so", () => {
    const { outages, remarks } = runReportOf({
      "client.log": [
        loadHeader(0),
        // Down 1.050 s before the fault, and its failed attempt within the second before it.
        stateLine(950, a, "down"),
        attemptLine(1030, 1, { endpoint: a }),
        okLine(1040, 1, { endpoint: b, attempts: 2 }),
        loadFooter(4000, { scheduled: 1, ok: 1 }),
      ],
      "fault.log": [faultHeader(0, { run: "f" }), faultLine(2000, { run: "f", port: 50051 })],
    });
    expect(outages).toMatchObject([{ cause: "crash", detectionMs: null, failoverMs: 0 }]);
    expect(remarks).toHaveLength(1);
    expect(remarks[0]).toContain("the client's first sign of it came 1.05s before it");
  });

  test("of a crash during a stall are one, with both causes", () => {
    const { outages } = runReportOf({
      "client.log": [
        loadHeader(0),
        silent(3500, 1),
        okLine(3510, 1, { endpoint: b, attempts: 2 }),
        okLine(3900, 2, { endpoint: a }),
        loadFooter(4000, { scheduled: 2, ok: 2 }),
      ],
      "fault.log": [
        faultHeader(0, { run: "f" }),
        faultLine(500, { run: "f", port: 50051, fault: "stall" }),
        faultLine(2000, { run: "f", port: 50051 }),
      ],
    });
    expect(outages).toMatchObject([{ cause: "stall+crash", rejoinMs: 3400, affectedCount: 1 }]);
  });

  test("of requests that never ended ok say so, and recovery is not met", () => {
    const run = runReportOf({
      "client.log": [
        loadHeader(0),
        attemptLine(1002, 1, { endpoint: a }),
        lostLine(1003, 1),
        loadFooter(4000, { scheduled: 1, failed: 1 }),
      ],
    });
    expect(run.outages).toMatchObject([{ affectedCount: 1, recoveredCount: 0, recoveryMs: null }]);
    const recovery = run.verdict.criteria.find(({ name }) => name === "recovery under 1 s");
    expect(recovery).toMatchObject({ met: "no" });
  });

  test("are none when an attempt answers late or fails after its request was answered", () => {
    const run = runReportOf({
      "client.log": [
        loadHeader(0),
        okLine(1000, 1, { endpoint: b, attempts: 2 }),
        attemptLine(1500, 1, { endpoint: a, ended: "late", serviceMs: 700 }),
        loadFooter(4000, { scheduled: 1, ok: 1 }),
      ],
    });
    expect(run.outages).toEqual([]);
    expect(run.recovery.affectedCount).toBe(0);
    expect(run.attempts).toMatchObject({ failed: 0, late: 1 });
  });
});

describe("a stall that the client had no sign of", () => {
  const fault = [
    faultHeader(0, { run: "f", fault: "stall" }),
    faultLine(1000, { run: "f", port: 50051, fault: "stall" }),
    faultLine(2500, { run: "f", port: 50051, fault: "stall", phase: "end" }),
  ];
  const rows = [
    { why: "no request was open there", met: okLine(3004, 1) },
    {
      // Sent at 1.400 s, answered at 2.510 s.
      why: "it was shorter than the attempt timeout: 1 requests open there were answered by it",
      met: okLine(2510, 1, { latencyMs: 1110 }),
    },
  ];
  test.each(rows)("is not noticed, which is said: $why", ({ why, met }) => {
    const report = reportOf({
      "client.log": [loadHeader(0), met, loadFooter(4000, { scheduled: 1, ok: 1 })],
      "fault.log": fault,
    });
    const [run] = report.reports;
    expect(run?.outages).toMatchObject([{ noticed: false, affectedCount: 0, detectionMs: null }]);
    expect(run?.remarks).toHaveLength(1);
    expect(run?.remarks[0]).toContain(`not noticed, as ${why}`);
    expect(run?.remarks[0]).toEndWith("the run does not show that this fault is survived");
    const text = renderText(report, { color: false, width: 200 });
    expect(text).toMatch(/localhost:50051 +stall +\d\d:35:01 +[\d.]+\w+ +not noticed/);
    expect(text).toContain("\n\nRemarks\n  stall of localhost:50051 at ");
  });
});
