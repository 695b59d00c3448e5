import { describe, expect, test } from "bun:test";
import { limits } from "../base/limits.ts";
import type { LedgerRecord, OkRecord, RunRecord } from "../ledger/record.ts";
import type { LiveRun, LiveUpdate } from "../report/page/live-update.ts";
import { LiveFeed } from "./live-feed.ts";

const startUs = 1_795_383_300_000_000;
const [a, b] = ["localhost:50051", "localhost:50052"];

const header: RunRecord = {
  ...{ kind: "run", tUs: startUs, run: "r", command: "load", version: "1", pid: 1, host: "h" },
  ...{
    boot: "b",
    utcOffset: "+00:00",
    seed: 0,
    config: { replicas: `${a},${b}`, duration_s: "9" },
  },
};

function ok(number: number, atMs: number, endpoint = a, latencyUs = 5000): OkRecord {
  const common = {
    kind: "ok",
    request: `r-${number}`,
    attempts: 1,
    lagUs: 0,
    serviceUs: 1,
  } as const;
  return { ...common, tUs: startUs + atMs * 1000, endpoint, latencyUs };
}

function setUp(...records: readonly LedgerRecord[]) {
  const runs: LiveRun[] = [];
  const updates: LiveUpdate[] = [];
  const feed = new LiveFeed({
    begin: (run) => runs.push(run),
    update: (update) => updates.push(update),
  });
  for (const record of records) feed.append(record);
  return { feed, runs, updates, at: (ms: number) => feed.pass(startUs + ms * 1000) };
}

describe("LiveFeed", () => {
  test("tells the run from the load's header, and not from those of servers or faults", () => {
    const { runs } = setUp({ ...header, command: "demo" }, header);
    expect(runs).toEqual([
      {
        run: "r",
        startUs,
        version: "1",
        utcOffset: "+00:00",
        config: header.config,
        replicas: [a, b],
      },
    ]);
  });

  test("tells of streams what they brought, their gaps, and how they ended", () => {
    const stream = (number: number, outcome: "ok" | "stopped" | "wrong"): LedgerRecord => ({
      ...{ kind: "stream", tUs: startUs + 900_000, stream: `r-s${number}`, outcome, endpoint: b },
      ...{ attempts: 1, elapsedUs: 1, items: 9, detail: "" },
    });
    const { updates, at } = setUp(
      header,
      {
        ...{ kind: "gap", tUs: startUs + 500_000, stream: "r-s12", gapUs: 34_000, items: 7 },
        ...{ from: a, to: b, error: "UNAVAILABLE", detail: "" },
      },
      { kind: "flow", tUs: startUs + 600_000, run: "r", second: 1, open: 2, items: 500 },
      ...[stream(1, "ok"), stream(2, "stopped"), stream(3, "wrong")],
    );
    at(1000);
    at(2000);
    expect(updates[0]?.streams).toEqual({ open: 2, items: 500, complete: 1, lost: 1, gaps: 1 });
    expect(updates[0]?.gaps).toEqual([
      {
        ...{ tUs: startUs + 500_000, gapUs: 34_000, number: 12, from: 0, to: 1, items: 7 },
        error: "UNAVAILABLE",
      },
    ]);
    expect(updates[0]?.totals).toMatchObject({ scheduled: 0, ok: 0 });
  });

  test("tells nothing of streams when there are none", () => {
    const { updates, at } = setUp(header, ok(1, 100));
    at(1000);
    expect(updates[0]).toMatchObject({ streams: null, gaps: [] });
  });

  test("tells a second once it is over, with figures of its own and totals so far", () => {
    const { updates, at } = setUp(
      header,
      ok(1, 100, a, 4000),
      ok(2, 200, b, 8000),
      ok(3, 300, b, 6000),
      {
        ...{ kind: "request", tUs: startUs + 400_000, request: "r-4", outcome: "failed", lagUs: 0 },
        ...{ endpoint: b, attempts: 2, elapsedUs: 30_000, detail: "" },
      },
    );
    at(999);
    expect(updates).toEqual([]);
    at(1000);
    expect(updates).toHaveLength(1);
    expect(updates[0]).toMatchObject({
      second: 0,
      totals: { scheduled: 4, ok: 3, failed: 1, wrong: 0, indeterminate: 0 },
      okByReplica: [1, 2],
      lost: 1,
      // Of 4, 6, 8 ms: floor(3 x 0.5) = 1, floor(3 x 0.99) = 2.
      ...{ p50Us: 6000, p99Us: 8000, maxUs: 8000 },
    });
    expect(updates[0]?.requests).toEqual({
      count: 4,
      number: [1, 2, 3, 4],
      endUs: [100, 200, 300, 400].map((ms) => startUs + ms * 1000),
      latencyUs: [4000, 8000, 6000, 30_000],
      replica: [0, 1, 1, 1],
      attempts: [1, 1, 1, 2],
      outcome: ["ok", "ok", "ok", "failed"],
    });
  });

  test("ends a second by the first record of a later one, and tells quiet ones too", () => {
    const { feed, updates, at } = setUp(header, ok(1, 100), ok(2, 1100));
    expect(updates.map(({ second, okByReplica }) => [second, okByReplica])).toEqual([[0, [1, 0]]]);
    at(2000);
    at(3000);
    feed.append(ok(3, 3500));
    feed.finish();
    expect(updates.map(({ second, okByReplica: [onA] }) => [second, onA])).toEqual([
      [0, 1],
      [1, 1],
      [2, 0],
      [3, 1],
    ]);
    expect(updates[2]).toMatchObject({ p50Us: null, p99Us: null, maxUs: null, lost: 0 });
  });

  test("tells states, faults and restarts by replica, as long as a port is only one's", () => {
    const tUs = startUs + 100;
    const fault = { kind: "fault", tUs, run: "f", fault: "stall", pid: 7, process: "dfs" } as const;
    const { feed, updates } = setUp(
      header,
      { kind: "replica", tUs, run: "r", endpoint: b, state: "suspect", cause: "no answer" },
      { ...fault, phase: "begin", port: 50052 },
      { ...fault, phase: "end", port: 4 },
      { kind: "restart", tUs, run: "f", endpoint: a, by: "demo", pid: 9, after: "SIGKILL" },
    );
    feed.finish();
    expect(updates[0]).toMatchObject({
      states: [{ tUs, replica: 1, state: "suspect", cause: "no answer" }],
      faults: [
        { tUs, replica: 1, port: 50052, fault: "stall", phase: "begin" },
        { tUs, replica: -1, port: 4, fault: "stall", phase: "end" },
      ],
      restarts: [{ tUs, replica: 0, after: "SIGKILL" }],
    });
  });

  test("takes in a replica that comes, and begins anew for whoever comes after it", () => {
    const c = "10.0.0.3:50051";
    const come = { kind: "replica", tUs: startUs + 100, run: "r", endpoint: c } as const;
    const { feed, runs, updates } = setUp(
      header,
      { ...come, state: "probing", cause: "resolved from dns:///search:50051" },
      { ...come, state: "healthy", cause: "probe" },
      ok(1, 200, c),
    );
    feed.finish();
    expect(runs.map(({ replicas }) => replicas)).toEqual([
      [a, b],
      [a, b, c],
    ]);
    expect(updates[0]).toMatchObject({
      newReplicas: [c],
      okByReplica: [0, 0, 1],
      states: [{ replica: 2 }, { replica: 2 }],
    });
    feed.append(ok(2, 1500, c));
    feed.finish();
    expect(updates[1]?.newReplicas).toEqual([]);
  });

  test("tells attempts that failed or came late, by request and replica", () => {
    const attempt = { kind: "attempt", tUs: startUs + 20, attempt: 1, detail: "" } as const;
    const { feed, updates } = setUp(
      header,
      {
        ...{ ...attempt, request: "r-7", endpoint: b, error: "UNAVAILABLE", ended: "failed" },
        serviceUs: 90,
      },
      {
        ...{ ...attempt, request: "r-8", endpoint: "c", error: "DEADLINE_EXCEEDED", ended: "late" },
        serviceUs: 5,
      },
    );
    feed.finish();
    const at = { endUs: startUs + 20 };
    expect(updates[0]?.attempts).toEqual([
      { ...at, number: 7, serviceUs: 90, replica: 1, error: "UNAVAILABLE", isLate: false },
      { ...at, number: 8, serviceUs: 5, replica: -1, error: "DEADLINE_EXCEEDED", isLate: true },
    ]);
  });

  test("counts what comes late in the second that runs", () => {
    const { feed, updates, at } = setUp(header);
    at(1000);
    feed.append(ok(1, 990));
    feed.finish();
    expect(updates.map(({ okByReplica: [onA] }) => onA)).toEqual([0, 1]);
  });

  test("says a bounded amount about a busy second, and nothing before the run", () => {
    const many = Array.from({ length: 20_000 }, (_, index) => ok(index + 1, 500));
    const flapping = Array.from({ length: 1000 }, () => {
      const base = { kind: "replica", tUs: startUs, run: "r", endpoint: a } as const;
      return { ...base, state: "down", cause: "connection lost" } as const;
    });
    const { feed, updates } = setUp(ok(1, 0), header, ...many, ...flapping);
    feed.finish();
    expect(updates[0]?.okByReplica).toEqual([20_000, 0]);
    expect(updates[0]?.requests.count).toBe(20_000);
    expect(updates[0]?.requests.number).toHaveLength(limits.liveRequestMaxPerSecond);
    expect(updates[0]?.states).toHaveLength(limits.liveChangeMaxPerSecond);
    expect(JSON.stringify(updates[0]).length).toBeLessThan(40_000);
  });
});
