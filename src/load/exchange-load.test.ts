import { expect, test } from "bun:test";
import { ScriptedChannel } from "../../tests/support/scripted-channel.ts";
import { VirtualClock } from "../../tests/support/virtual-clock.ts";
import { FailoverClient } from "../failover/failover-client.ts";
import { createPolicy } from "../failover/policy.ts";
import { ReplicaSet } from "../failover/replica-set.ts";
import type { LedgerRecord } from "../ledger/record.ts";
import type { ExchangeWorkload } from "../workload/workload.ts";
import { constantProfile } from "./load-profile.ts";
import { runLoad } from "./run-load.ts";

/** Request N asks by N messages; its answer is right when its messages add up to N. */
function summing(isAnsweredOnce: boolean): ExchangeWorkload {
  return {
    ...{ path: "/test.Service/Call", isIdempotent: true, isAnsweredOnce },
    requestMessages: (number) =>
      Array.from({ length: number }, (_, index) => new Uint8Array([index])),
    openReader(number) {
      let sum = 0;
      return {
        take: ([byte = 0]) => {
          sum += byte;
        },
        fault: () => (sum === number ? undefined : `expected ${number}, got ${sum}`),
      };
    },
  };
}

/** Three requests at 10/s, each answered 5 ms later by what `answerOf` says. */
async function run(workload: ExchangeWorkload, answerOf: (number: number) => readonly number[]) {
  const clock = new VirtualClock();
  const records: LedgerRecord[] = [];
  const endpoint = { host: "localhost", port: 1 };
  const channel = new ScriptedChannel(endpoint, clock, { kind: "answers", afterMs: 1 });
  const openChannel = () => channel;
  const replicas = new ReplicaSet({ endpoints: [endpoint], openChannel, clock });
  await clock.advanceMs(10);
  const totals = runLoad({
    run: "r",
    ...{ profile: constantProfile(10, 300), durationMs: 300, seed: 1 },
    client: new FailoverClient({ replicas, policy: createPolicy("adaptive"), clock }),
    workload,
    deadlineMs: 30_000,
    ledger: { append: (record) => records.push(record) },
    clock,
    signal: new AbortController().signal,
  });
  for (let number = 1; number <= 3; number++) {
    await clock.advanceMs(5);
    const stream = channel.streams.at(-1);
    for (const byte of answerOf(number)) stream?.send(byte);
    await clock.advanceMs(5);
    stream?.end();
    await clock.advanceMs(90);
  }
  const askedCounts = channel.streams.map(({ call }) => [...call.requests].length);
  return { totals: await totals, records, askedCounts };
}

test("each request is one call of many messages, with one outcome and its latency", async () => {
  const { totals, records, askedCounts } = await run(summing(false), (number) =>
    number === 2 ? [] : new Array(number).fill(1),
  );
  expect(askedCounts).toEqual([1, 2, 3]);
  expect(totals).toMatchObject({ scheduled: 3, ok: 2, wrong: 1 });
  expect(records.filter(({ kind }) => kind === "ok")).toMatchObject([
    { request: "r-1", latencyUs: 10_000, serviceUs: 10_000, messages: 1, firstUs: 5000 },
    { request: "r-3", latencyUs: 10_000, serviceUs: 10_000, messages: 3, firstUs: 5000 },
  ]);
  expect(records.find(({ kind }) => kind === "request")).toMatchObject({
    ...{ request: "r-2", outcome: "wrong", detail: "expected 2, got 0" },
  });
});

test("an answer of one message has no time to a first one", async () => {
  const { totals, records } = await run(summing(true), (number) => [number]);
  expect(totals).toMatchObject({ scheduled: 3, ok: 3 });
  for (const record of records) {
    if (record.kind === "ok") expect(Object.keys(record)).not.toContain("messages");
  }
});
