import { expect, test } from "bun:test";
import { type Behaviour, ScriptedChannel } from "../../tests/support/scripted-channel.ts";
import { VirtualClock } from "../../tests/support/virtual-clock.ts";
import { FailoverClient } from "../failover/failover-client.ts";
import { createPolicy } from "../failover/policy.ts";
import { ReplicaSet } from "../failover/replica-set.ts";
import type { LedgerRecord } from "../ledger/record.ts";
import type { Workload } from "../workload/workload.ts";
import { type LoadTotals, runLoad, type SecondSummary } from "./run-load.ts";
import { constantRate } from "./schedule.ts";

const workload: Workload = {
  path: "/test.Service/Call",
  isIdempotent: true,
  requestBytes: () => new Uint8Array(),
  faultOf: (number) => (number === 3 ? "not the answer to 3" : undefined),
};

/** A load of 10/s on one replica, on a virtual clock. */
function start(behaviour: Behaviour, durationMs: number) {
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
    schedule: constantRate(10, durationMs),
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
