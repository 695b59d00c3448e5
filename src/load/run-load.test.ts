import { expect, test } from "bun:test";
import { type Behaviour, ScriptedChannel } from "../../tests/support/scripted-channel.ts";
import { VirtualClock } from "../../tests/support/virtual-clock.ts";
import { FailoverClient } from "../failover/failover-client.ts";
import { createPolicy } from "../failover/policy.ts";
import { ReplicaSet } from "../failover/replica-set.ts";
import type { LedgerRecord } from "../ledger/record.ts";
import type { Workload } from "../workload/workload.ts";
import { constantProfile, type LoadProfile } from "./load-profile.ts";
import type { SecondSummary } from "./request-flow.ts";
import { type LoadTotals, runLoad } from "./run-load.ts";

const workload: Workload = {
  path: "/test.Service/Call",
  isIdempotent: true,
  requestBytes: () => new Uint8Array(),
  faultOf: (number) => (number === 3 ? "not the answer to 3" : undefined),
};

/** A load of 10/s on one replica, or another one, on a virtual clock. */
function start(
  behaviour: Behaviour,
  durationMs: number,
  profile: LoadProfile = constantProfile(10, durationMs),
) {
  const clock = new VirtualClock();
  const startUs = clock.nowUs();
  const records: LedgerRecord[] = [];
  const seconds: SecondSummary[] = [];
  const abort = new AbortController();
  const channels: ScriptedChannel[] = [];
  const replicas = new ReplicaSet({
    endpoints: [{ host: "localhost", port: 1 }],
    openChannel(endpoint) {
      const channel = new ScriptedChannel(endpoint, clock, behaviour);
      channels.push(channel);
      return channel;
    },
    clock,
  });
  const outcome: { totals?: LoadTotals; endedAfterMs?: number } = {};
  runLoad({
    run: "r",
    ...{ profile, durationMs, seed: 1 },
    client: new FailoverClient({ replicas, policy: createPolicy("retry"), clock }),
    workload,
    deadlineMs: 30_000,
    ledger: { append: (record) => records.push(record) },
    clock,
    signal: abort.signal,
    onSecond: (second) => seconds.push(second),
  }).then((totals) => {
    outcome.totals = totals;
    outcome.endedAfterMs = (clock.nowUs() - startUs) / 1000;
  });
  return { clock, records, seconds, abort, outcome, channels };
}

test("runLoad() sends every request when it is due, holds its full duration, and accounts for all", async () => {
  const { clock, records, outcome } = start({ kind: "answers", afterMs: 5 }, 2000);
  await clock.advanceMs(3000);
  expect(outcome.totals).toEqual({
    scheduled: 20,
    ok: 19,
    wrong: 1,
    failed: 0,
    indeterminate: 0,
    notSent: 0,
    warmup: 0,
    heldMs: 2000,
    isInterrupted: false,
  });
  expect(outcome.endedAfterMs).toBe(2000);
  const oks = records.filter((record) => record.kind === "ok");
  expect(oks.map((record) => record.request).slice(0, 3)).toEqual(["r-1", "r-2", "r-4"]);
  expect(new Set(oks.map((record) => record.latencyUs))).toEqual(new Set([5000]));
  expect(records.find((record) => record.kind === "request")).toMatchObject({
    request: "r-3",
    outcome: "wrong",
  });
  expect(clock.timerCount).toBe(0);
});

test("runLoad() is an open loop: a replica that stays silent does not slow the schedule", async () => {
  const { clock, outcome, channels, records } = start({ kind: "silent" }, 2000);
  await clock.advanceMs(2000);
  const calls = channels[0]?.calls.filter((call) => call.path === workload.path);
  expect(calls?.length).toBe(20);
  // What is in flight at the end is waited for, not cut.
  expect(outcome.totals).toBeUndefined();
  channels[0]?.become({ kind: "answers", afterMs: 1 });
  await clock.advanceMs(1);
  expect(outcome.totals?.ok).toBe(19);
  const first = records.find((record) => record.kind === "ok");
  expect(first?.latencyUs).toBe(2_000_000);
});

test("runLoad() ticks once a second and tells what fell due in it", async () => {
  const { clock, records, seconds } = start({ kind: "answers", afterMs: 5 }, 2000);
  await clock.advanceMs(2500);
  const ticks = records.filter((record) => record.kind === "tick");
  // Request 11 is due as second 1 ends, and belongs to second 2.
  expect(ticks.map(({ second, scheduled }) => ({ second, scheduled }))).toEqual([
    { second: 1, scheduled: 10 },
    { second: 2, scheduled: 10 },
  ]);
  expect(seconds.map((second) => second.ok)).toEqual([9, 10]);
});

test("runLoad() stops scheduling when aborted, and drains", async () => {
  const { clock, abort, outcome } = start({ kind: "answers", afterMs: 50 }, 10_000);
  await clock.advanceMs(1020);
  abort.abort("SIGINT");
  await clock.advanceMs(100);
  // Due at 0, 100, ... 1000 ms: 11 requests, of which number 3 is answered wrong.
  expect(outcome.totals).toMatchObject({ scheduled: 11, ok: 10, wrong: 1, isInterrupted: true });
  expect(outcome.endedAfterMs).toBe(1050);
});

test("runLoad() ends after a total, and counts what was due within the warm-up", async () => {
  const profile = { ...constantProfile(10, 60_000), totalCount: 15, warmupMs: 500 };
  const { clock, outcome } = start({ kind: "answers", afterMs: 5 }, 60_000, profile);
  await clock.advanceMs(1600);
  // Due at 0, 100, ... 1400 ms; a sixteenth would be at 1500. Of the warm-up: 0 to 400 ms.
  expect(outcome.totals).toMatchObject({ scheduled: 15, warmup: 5, heldMs: 1500 });
  expect(outcome.endedAfterMs).toBe(1500);
});

test("runLoad() sends as a Poisson process does, and copes with however many there are", async () => {
  const profile = { ...constantProfile(50, 4000), arrival: "poisson" } as const;
  const { clock, outcome, records } = start({ kind: "answers", afterMs: 1 }, 4000, profile);
  await clock.advanceMs(4100);
  const { scheduled = 0, heldMs } = outcome.totals ?? {};
  expect(heldMs).toBe(4000);
  expect(scheduled).toBeGreaterThan(150);
  expect(scheduled).toBeLessThan(250);
  const ticks = records.filter((record) => record.kind === "tick");
  expect(ticks.reduce((sum, tick) => sum + tick.scheduled, 0)).toBe(scheduled);
  expect(new Set(ticks.map((tick) => tick.scheduled)).size).toBeGreaterThan(1);
});

test("runLoad() counts as not sent what falls due while as many as allowed are in flight", async () => {
  const profile = { ...constantProfile(10, 1000), maxInFlight: 3 };
  const { clock, outcome, channels, records, seconds } = start({ kind: "silent" }, 1000, profile);
  await clock.advanceMs(1000);
  channels[0]?.become({ kind: "answers", afterMs: 1 });
  await clock.advanceMs(10);
  // 3 are in flight, of which number 3 is answered wrong; 7 never left.
  expect(outcome.totals).toMatchObject({ scheduled: 10, ok: 2, wrong: 1, failed: 7, notSent: 7 });
  expect(seconds[0]?.notSent).toBe(7);
  expect(records.find((record) => record.kind === "request")).toMatchObject({
    ...{ outcome: "failed", attempts: 0, detail: "not sent: 3 requests were in flight" },
  });
});

test("runLoad() keeps a closed loop's requests open, for its duration", async () => {
  const closed: LoadProfile = {
    ...{ kind: "closed", concurrency: 4, totalCount: undefined, warmupMs: 100 },
  };
  const { clock, outcome, records, channels } = start(
    { kind: "answers", afterMs: 100 },
    2000,
    closed,
  );
  await clock.advanceMs(50);
  const calls = () => channels[0]?.calls.filter((call) => call.path === workload.path).length;
  expect(calls()).toBe(4);
  await clock.advanceMs(100);
  expect(calls()).toBe(8);
  await clock.advanceMs(2000);
  // 4 at once, and 4 more every 100 ms up to 1900 ms; none at 2000 ms.
  expect(outcome.totals).toMatchObject({ scheduled: 80, ok: 79, warmup: 4, heldMs: 2000 });
  expect(outcome.endedAfterMs).toBe(2000);
  const oks = records.filter((record) => record.kind === "ok");
  expect(new Set(oks.map(({ latencyUs, lagUs }) => `${latencyUs} ${lagUs}`))).toEqual(
    new Set(["100000 0"]),
  );
  const ticks = records.filter((record) => record.kind === "tick");
  expect(ticks.map(({ second, scheduled }) => [second, scheduled])).toEqual([
    [1, 40],
    [2, 40],
  ]);
});

test("runLoad() ends a closed loop after its total, however its requests end", async () => {
  const closed: LoadProfile = {
    ...{ kind: "closed", concurrency: 4, totalCount: 10, warmupMs: 0 },
  };
  const { clock, outcome } = start({ kind: "answers", afterMs: 100 }, 60_000, closed);
  await clock.advanceMs(1000);
  expect(outcome.totals).toMatchObject({ scheduled: 10, ok: 9, wrong: 1, heldMs: 200 });
  expect(outcome.endedAfterMs).toBe(300);
  expect(clock.timerCount).toBe(0);
});

test("runLoad() stops a closed loop when aborted, and drains", async () => {
  const closed: LoadProfile = {
    ...{ kind: "closed", concurrency: 2, totalCount: undefined, warmupMs: 0 },
  };
  const { clock, abort, outcome } = start({ kind: "answers", afterMs: 50 }, 60_000, closed);
  await clock.advanceMs(120);
  abort.abort("SIGINT");
  await clock.advanceMs(100);
  expect(outcome.totals).toMatchObject({ scheduled: 6, heldMs: 120, isInterrupted: true });
  expect(outcome.endedAfterMs).toBe(150);
});
