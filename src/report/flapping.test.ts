import { describe, expect, test } from "bun:test";
import {
  attemptLine,
  faultHeader,
  faultLine,
  loadFooter,
  loadHeader,
  lostLine,
  okLine,
  runReportOf,
  startUs,
  stateLine,
} from "../../tests/support/ledger-lines.ts";

const a = "localhost:50051";
const b = "localhost:50052";

/** Request `number` failed on a and was answered by b 10 ms later. */
function moved(ms: number, number: number): readonly string[] {
  return [attemptLine(ms, number), okLine(ms + 10, number, { endpoint: b, attempts: 2 })];
}

function outagesOf(client: readonly string[], fault: readonly string[] = []) {
  const lines = [loadHeader(0, { durationS: 20 }), ...client];
  const files = { "client.log": [...lines, loadFooter(20_000, { held_ms: 20_000 })] };
  return runReportOf(fault.length === 0 ? files : { ...files, "fault.log": fault }).outages;
}

describe("without a fault ledger, an outage", () => {
  test("is one while the replica answers and fails again within a second", () => {
    const outages = outagesOf([
      ...moved(1000, 1),
      okLine(1200, 2),
      ...moved(1500, 3), // 300 ms after it answered
      okLine(1700, 4),
      ...moved(2699, 5), // sent at 2.698 s, 998 ms after
      okLine(2900, 6),
      ...moved(3902, 7), // sent at 3.901 s, 1001 ms after: another one
      okLine(4000, 8),
    ]);
    expect(outages).toMatchObject([
      {
        ...{ beginUs: startUs + 1_000_000, endUs: startUs + 2_900_000, flapCount: 2 },
        // Its first answer, at 1.2 s, is 200 ms after it began.
        ...{ rejoinMs: 200, affectedCount: 3, recoveryMs: 10, worstRequest: "r-1" },
      },
      { beginUs: startUs + 3_902_000, flapCount: 0, rejoinMs: 98, affectedCount: 1 },
    ]);
  });

  test("goes on while the client holds the replica for down, though no attempt failed", () => {
    const outages = outagesOf([
      ...moved(1000, 1),
      okLine(1200, 2),
      stateLine(2100, a, "down"), // 900 ms after it answered
      okLine(2900, 3),
      ...moved(3800, 4), // 900 ms after it answered again
      okLine(4000, 5),
    ]);
    expect(outages).toMatchObject([{ endUs: startUs + 4_000_000, flapCount: 2, affectedCount: 2 }]);
  });

  test("is not begun by a state alone, nor by that of another replica", () => {
    expect(outagesOf([okLine(900, 1), stateLine(1000, a, "down"), okLine(2000, 2)])).toEqual([]);
    const outages = outagesOf([
      ...[...moved(1000, 1), okLine(1200, 2)],
      ...[stateLine(1300, b, "down"), okLine(2000, 3)],
    ]);
    expect(outages).toMatchObject([{ endpoint: a, endUs: startUs + 1_200_000, flapCount: 0 }]);
  });

  test("does not flap by attempts that were sent before the replica answered", () => {
    const outages = outagesOf([
      ...moved(1000, 1),
      okLine(1500, 2, { latencyMs: 100 }),
      // Sent at 1.1 s, given up at 1.6 s.
      attemptLine(1600, 3, { ended: "abandoned", serviceMs: 500 }),
      okLine(1610, 3, { endpoint: b, attempts: 2 }),
    ]);
    expect(outages).toMatchObject([{ endUs: startUs + 1_500_000, flapCount: 0, affectedCount: 2 }]);
  });

  test("that does not end lasts as far as anybody knows", () => {
    expect(outagesOf([...moved(1000, 1), okLine(1200, 2), ...moved(1300, 3)])).toMatchObject([
      { endUs: null, rejoinMs: 200, flapCount: 1 },
    ]);
  });
});

describe("with a fault ledger, an outage", () => {
  const fault = (...at: readonly number[]) => [
    faultHeader(0, { run: "f" }),
    ...at.map((ms) => faultLine(ms, { run: "f", port: 50051 })),
  ];

  test("of each crash is its own, however soon the next one follows", () => {
    const crashes = [
      ...[...moved(1001, 1), okLine(1500, 2)],
      // Seen 2 ms before the second crash was proved, 500 ms after the replica had answered.
      ...[...moved(1998, 3), okLine(2500, 4)],
    ];
    expect(outagesOf(crashes, fault(1000, 2000))).toMatchObject([
      { cause: "crash", flapCount: 0, endUs: startUs + 1_500_000, affectedCount: 1 },
      { cause: "crash", flapCount: 0, endUs: startUs + 2_500_000, affectedCount: 1 },
    ]);
  });

  test("leaves out what failed before it, when the replica answered in between", () => {
    const outages = outagesOf(
      [...moved(1200, 1), okLine(1500, 2), ...moved(2001, 3), okLine(2500, 4)],
      fault(2000),
    );
    expect(outages).toMatchObject([
      { cause: "unknown", affectedCount: 1, endUs: startUs + 1_500_000 },
      { cause: "crash", affectedCount: 1, detectionMs: 1 },
    ]);
  });

  test("takes along the trouble that comes soon after it", () => {
    const outages = outagesOf(
      [...moved(1001, 1), okLine(1500, 2), ...moved(1700, 3), okLine(1800, 4)],
      fault(1000),
    );
    expect(outages).toMatchObject([
      { cause: "crash", rejoinMs: 500, endUs: startUs + 1_800_000, flapCount: 1, affectedCount: 2 },
    ]);
  });

  test("takes along all trouble while the fault lasts: a limping replica has one", () => {
    const limp = (ms: number, phase: string) =>
      faultLine(ms, { run: "f", port: 50051, fault: "limp", phase });
    const outages = outagesOf(
      // 2.3 s between its answer and the next failure, but the fault lasts until 5 s.
      [...moved(1100, 1), okLine(1200, 2), ...moved(3500, 3), okLine(3600, 4)],
      [faultHeader(0, { run: "f", fault: "limp" }), limp(1000, "begin"), limp(5000, "end")],
    );
    expect(outages).toMatchObject([
      { cause: "limp", detectionMs: 100, endUs: startUs + 3_600_000, affectedCount: 2 },
    ]);
  });

  test("that is repeated gives a distribution", () => {
    // Four crashes, 3 s apart: answered again after 100 200 300 400 ms, recovered after 10 ms.
    const rejoins = [100, 200, 300, 400];
    const client = rejoins.flatMap((ms, index) => {
      const beginMs = 1000 + index * 3000;
      return [...moved(beginMs + 5, index * 2 + 1), okLine(beginMs + ms, index * 2 + 2)];
    });
    const run = runReportOf({
      "client.log": [loadHeader(0), ...client, loadFooter(20_000, { scheduled: 8, ok: 8 })],
      "fault.log": fault(...rejoins.map((_, index) => 1000 + index * 3000)),
    });
    const all = (ms: number) => ({ count: 4, minMs: ms, p50Ms: ms, p90Ms: ms, maxMs: ms });
    expect(run.outagesByCause).toEqual([
      {
        ...{ cause: "crash", outageCount: 4, unnoticedCount: 0, unendedCount: 0 },
        ...{ affectedCount: 4, lostCount: 0 },
        ...{ detection: all(5), failover: all(15), recovery: all(10) },
        // p50 at floor(4 * 0.5) = 2, p90 at floor(3.6) = 3.
        rejoin: { count: 4, minMs: 100, p50Ms: 300, p90Ms: 400, maxMs: 400 },
      },
    ]);
  });
});

describe("the requests of an outage", () => {
  test("are told apart by how they ended", () => {
    const outages = outagesOf([
      ...[attemptLine(1000, 1), lostLine(1001, 1)],
      ...[attemptLine(1100, 2), lostLine(1101, 2, { outcome: "indeterminate" })],
      ...[attemptLine(1200, 3), lostLine(1201, 3, { outcome: "wrong", endpoint: b })],
      attemptLine(1300, 4), // no outcome
      attemptLine(1350, 5),
      okLine(1390, 5, { endpoint: b, latencyMs: 70, attempts: 2 }),
      ...moved(1400, 6), // 4 ms
      okLine(1450, 7, { endpoint: b, latencyMs: 5 }), // not affected
      okLine(1500, 8),
    ]);
    expect(outages).toMatchObject([
      {
        ...{ affectedCount: 6, recoveredCount: 2, lostCount: 4 },
        ...{ wrongCount: 1, indeterminateCount: 1 },
        lostRequests: ["r-1", "r-2", "r-3", "r-4"],
        // #5 failed at 1.350 s and was ok at 1.390 s; of 4 70 p50 is at floor(2 * 0.5) = 1.
        ...{ recoveryMs: 40, worstRequest: "r-5", affectedP50Ms: 70, affectedP99Ms: 70 },
        ...{ healthyP50Ms: 5, healthyP99Ms: 5 },
      },
    ]);
  });

  test("are also those that waited for it to end, in every outage that was on", () => {
    // Both replicas are out: #3 is due at 1.5 s and waits until a is back.
    const outages = outagesOf([
      ...[
        attemptLine(1000, 1),
        attemptLine(1001, 1, { endpoint: b, attempt: 2 }),
        lostLine(1002, 1),
      ],
      okLine(3000, 3, { latencyMs: 1500, serviceMs: 5 }),
      okLine(3500, 4, { endpoint: b }),
    ]);
    expect(outages).toMatchObject([
      // a answered #3 itself, which is no failover; for b it was answered elsewhere, at 3 s.
      { endpoint: a, affectedCount: 2, recoveryMs: 1500, failoverMs: null, worstRequest: "r-3" },
      { endpoint: b, affectedCount: 2, recoveryMs: 1500, failoverMs: 1999 },
    ]);
  });
});

describe("a request that no attempt failed of", () => {
  test("is affected when it waited in vain, not when a wrong answer took its time", () => {
    const run = runReportOf({
      "client.log": [
        loadHeader(0),
        lostLine(1000, 1, { outcome: "wrong", elapsedMs: 900 }),
        lostLine(2000, 2, { attempts: 0, elapsedMs: 900, lagMs: 800 }),
        lostLine(2000, 3, { attempts: 0, elapsedMs: 50, endpoint: '""' }),
        loadFooter(4000, { scheduled: 3, wrong: 1, failed: 2 }),
      ],
    });
    // #2 waited 100 ms beyond its lag; 50 ms are no wait yet.
    expect(run.recovery).toMatchObject({ affectedCount: 1, recoveredCount: 0 });
  });

  test("belongs to no outage that was over, or had not begun, while it waited", () => {
    const waiting = { endpoint: b, latencyMs: 100, serviceMs: 5 };
    const outages = outagesOf([
      okLine(990, 1, waiting), // ended 10 ms before
      ...moved(1000, 2),
      okLine(1050, 3, waiting), // from 0.950 s to 1.050 s
      okLine(1200, 4),
      okLine(1290, 5, waiting), // began 10 ms before the end
      okLine(1310, 6, waiting), // began 10 ms after it
      lostLine(1100, 7, { attempts: 0, elapsedMs: 150 }), // in vain, from 0.950 s to 1.100 s
    ]);
    expect(outages).toMatchObject([
      { affectedCount: 4, lostCount: 1, recoveryMs: 100, worstRequest: "r-3" },
    ]);
  });
});

describe("the windows of an outage", () => {
  /** One ok every 100 ms, from 0.1 s to 9.9 s, of 10 ms before 5 s and 20 ms from then on. */
  const steady = Array.from({ length: 99 }, (_, index) => {
    const ms = (index + 1) * 100;
    return okLine(ms, 100 + index, { endpoint: b, latencyMs: ms < 5000 ? 10 : 20 });
  });

  test("are as long as the outage, and at least a second", () => {
    const [outage] = outagesOf([...steady, attemptLine(4950, 1), okLine(5250, 2)]);
    expect(outage).toMatchObject({
      // 4.0 to 4.9 s in the second before 4.95 s.
      ...{ beforeSpanMs: 1000, beforeOkPerSecond: 10, beforeP99Ms: 10 },
      // 5.0 5.1 5.2 s in 300 ms.
      ...{ duringSpanMs: 300, duringOkPerSecond: 10, duringP99Ms: 20 },
      // 5.25 s itself, 5.3 to 6.2 s.
      ...{ afterSpanMs: 1000, afterOkPerSecond: 11, afterP99Ms: 20 },
    });
  });

  test("leave out other outages of any replica, and rates over almost nothing", () => {
    const [first, second] = outagesOf([
      ...steady,
      ...[attemptLine(2000, 1), okLine(3995, 2)],
      ...[attemptLine(4040, 3, { endpoint: b }), okLine(8000, 4)],
    ]);
    // b answers at 4.1 s again, 60 ms after its attempt failed. Between the two are the ok of 4 ms
    // at 3.995 s and that of 10 ms at 4 s.
    expect(first).toMatchObject({ endpoint: a, afterSpanMs: 45, afterOkPerSecond: null });
    expect(second).toMatchObject({
      ...{ endpoint: b, beforeSpanMs: 45, beforeOkPerSecond: null, beforeP99Ms: 10 },
      ...{ duringSpanMs: 60, duringOkPerSecond: null, afterSpanMs: 1000, afterOkPerSecond: 10 },
    });
  });

  test("are cut short where no request was due, and empty while another outage is on", () => {
    const [first, second] = outagesOf([
      ...steady,
      ...[attemptLine(400, 1), okLine(9890, 2)],
      ...[attemptLine(5040, 3, { endpoint: b })],
    ]);
    // The first was due at 0.09 s, the last at 9.886 s.
    expect(first).toMatchObject({ beforeSpanMs: 310, afterSpanMs: 0, afterOkPerSecond: null });
    expect(second).toMatchObject({ beforeSpanMs: 0, beforeP99Ms: null });
  });
});
