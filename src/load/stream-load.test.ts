import { describe, expect, test } from "bun:test";
import { orderOf } from "../../tests/support/order-messages.ts";
import {
  ScriptedStreamClient,
  type StreamScript,
} from "../../tests/support/scripted-stream-client.ts";
import { VirtualClock } from "../../tests/support/virtual-clock.ts";
import { limits } from "../base/limits.ts";
import type { LedgerRecord } from "../ledger/record.ts";
import { OrderReference } from "../workload/order-reference.ts";
import { TraverseConsumer } from "../workload/traverse-consumer.ts";
import type { StreamWorkload } from "../workload/workload.ts";
import { runStreams, type Standstill, type StreamTotals } from "./stream-load.ts";

/** 0 -> 1 -> ... -> 99. */
const path = orderOf(Array.from({ length: 100 }, (_, vertex) => (vertex < 99 ? [vertex + 1] : [])));

interface Start {
  readonly count?: number;
  readonly durationMs?: number;
  readonly ratePerSecond?: number;
  readonly batchSize?: number;
  readonly scriptOf?: (number: number) => StreamScript;
}

/** Streams of the path on a virtual clock; ten batches of ten, one each 10 ms, unless told. */
function start(options: Start = {}) {
  const { count = 1, durationMs = 1000, ratePerSecond, batchSize = 10 } = options;
  const { scriptOf = () => ({ everyMs: 10 }) } = options;
  const clock = new VirtualClock();
  const startUs = clock.nowUs();
  const records: LedgerRecord[] = [];
  const standstills: Standstill[] = [];
  const abort = new AbortController();
  const client = new ScriptedStreamClient(path, clock, { batchSize, scriptOf });
  const reference = new OrderReference();
  const workload: StreamWorkload = {
    path: "/test.Service/Stream",
    isIdempotent: true,
    openConsumer: () =>
      new TraverseConsumer({ question: { numVertices: 100 }, vertexCount: 100, reference }),
  };
  const outcome: { totals?: StreamTotals; endedAfterMs?: number } = {};
  runStreams({
    run: "r",
    client,
    workload,
    streams: { count, ratePerSecond, numVertices: undefined },
    durationMs,
    ledger: { append: (record) => records.push(record) },
    clock,
    signal: abort.signal,
    observer: {
      onGap: () => undefined,
      onStreamEnded: () => undefined,
      onFlow: (_flow, standstill) => standstills.push(standstill),
    },
  }).then((totals) => {
    outcome.totals = totals;
    outcome.endedAfterMs = (clock.nowUs() - startUs) / 1000;
  });
  const ended = () => records.filter((record) => record.kind === "stream");
  return { clock, startUs, records, ended, standstills, abort, outcome, client };
}

describe("runStreams()", () => {
  test("keeps so many running for the whole duration, and stops the rest as they stand", async () => {
    const { clock, ended, outcome, client, records } = start({ count: 2, durationMs: 1050 });
    await clock.advanceMs(2000);
    // Each takes 100 ms: ten times two complete, and two are half way.
    expect(outcome.totals).toEqual({
      ...{ streams: 22, ok: 20, stopped: 2, wrong: 0, failed: 0, items: 2080, gaps: 0 },
      ...{ heldMs: 1050, isInterrupted: false },
    });
    expect(outcome.endedAfterMs).toBe(1050);
    expect(client.requests.map(({ number }) => number)).toEqual(
      Array.from({ length: 22 }, (_, index) => index + 1),
    );
    expect(client.requests[2]).toMatchObject({ id: "r-s3", mayExecuteTwice: true });
    expect(ended()[0]).toMatchObject({
      ...{ stream: "r-s1", outcome: "ok", endpoint: "localhost:1", attempts: 1, items: 100 },
      ...{ elapsedUs: 100_000, detail: "" },
    });
    expect(ended().at(-1)).toMatchObject({ outcome: "stopped", items: 40 });
    const flows = records.filter((record) => record.kind === "flow");
    expect(flows).toMatchObject([
      { run: "r", second: 1, open: 2 },
      { run: "r", second: 2, open: 0 },
    ]);
    expect(flows.reduce((sum, { items }) => sum + items, 0)).toBe(2080);
    expect(clock.timerCount).toBe(0);
  });

  test("records a gap, and the stream goes on through it", async () => {
    const gap = { after: 30, gapMs: 70 };
    const scriptOf = () => ({ everyMs: 10, gap });
    const { clock, startUs, records, outcome } = start({ durationMs: 165, scriptOf });
    await clock.advanceMs(1000);
    expect(records.find((record) => record.kind === "gap")).toEqual({
      ...{ kind: "gap", tUs: startUs + 110_000, stream: "r-s1", gapUs: 70_000, items: 30 },
      ...{ from: "localhost:1", to: "localhost:2", error: "UNAVAILABLE", detail: "gone" },
    });
    expect(outcome.totals).toMatchObject({ ok: 0, stopped: 1, gaps: 1 });
  });

  test("begins another after a pause when one failed, and counts it", async () => {
    const scriptOf = (number: number) => ({
      everyMs: 10,
      ...(number === 1 ? { failAfter: 20 } : {}),
    });
    const { clock, ended, outcome } = start({ durationMs: 2000, scriptOf });
    await clock.advanceMs(3000);
    expect(ended()[0]).toMatchObject({ outcome: "failed", detail: "INTERNAL: why", items: 20 });
    // Failed at 30 ms, pause to 1030 ms, then 9 whole ones of 100 ms and most of a tenth.
    expect(limits.streamAgainPauseMs).toBe(1000);
    expect(outcome.totals).toMatchObject({ streams: 11, failed: 1, ok: 9, stopped: 1 });
  });

  test("calls an order wrong that differs from the others', though it is one in itself", async () => {
    const other = orderOf([[1], ...Array.from({ length: 99 }, () => [])]);
    const scriptOf = (number: number) => ({
      everyMs: 10,
      ...(number === 2 ? { order: other } : {}),
    });
    const { clock, ended, outcome } = start({ durationMs: 500, scriptOf });
    await clock.advanceMs(2000);
    expect(outcome.totals).toMatchObject({ wrong: 1 });
    expect(ended()[1]?.detail).toContain("but another stream brought");
  });

  test("reads at the pace it is given, and asks nothing of a reader that waits", async () => {
    const { clock, outcome } = start({ durationMs: 10_000, ratePerSecond: 25 });
    await clock.advanceMs(11_000);
    // 25/s for 10 s are 250 vertices, and the last batch of each stream is not waited for.
    expect(outcome.totals?.items).toBeGreaterThanOrEqual(240);
    expect(outcome.totals?.items).toBeLessThanOrEqual(290);
    expect(outcome.totals).toMatchObject({ ok: 2, stopped: 1, failed: 0 });
    expect(clock.timerCount).toBe(0);
  });

  test("a stream that stands still at the end is lost, unless it moves", async () => {
    const silent = start({ durationMs: 2000, scriptOf: () => ({ everyMs: 10, silentAfter: 50 }) });
    await silent.clock.advanceMs(2000 + limits.streamGraceMs + 1);
    expect(silent.outcome.totals).toMatchObject({ failed: 1, stopped: 0 });
    expect(silent.ended()[0]?.detail).toBe("stood still for 6.95s when the load was over");
    expect(silent.clock.timerCount).toBe(0);
    const gap = { after: 50, gapMs: 3500 };
    const late = start({ durationMs: 2000, scriptOf: () => ({ everyMs: 10, gap }) });
    await late.clock.advanceMs(8000);
    expect(late.outcome.totals).toMatchObject({ failed: 0, stopped: 1, gaps: 1 });
    expect(late.outcome.endedAfterMs).toBe(3560);
  });

  test("a stream that was kept from bringing anything is lost, though it could go on now", async () => {
    const gap = { after: 0, gapMs: 2500 };
    const starved = start({ durationMs: 2000, scriptOf: () => ({ everyMs: 10, gap }) });
    await starved.clock.advanceMs(2001);
    expect(starved.outcome.totals).toMatchObject({ failed: 1, stopped: 0, items: 0 });
    const detail = "stood still for 2s when the load was over: UNAVAILABLE from a: gone";
    expect(starved.ended()).toMatchObject([{ outcome: "failed", detail }]);
    expect(starved.standstills).toEqual([
      { failedAttempts: 1, heldUpBy: ["UNAVAILABLE"] },
      { failedAttempts: 0, heldUpBy: ["UNAVAILABLE"] },
    ]);
  });

  test("and so is one that has been kept from it for long", async () => {
    const gap = { after: 50, gapMs: limits.streamStarvedMs + 1000 };
    const durationMs = limits.streamStarvedMs + 100;
    const starved = start({ durationMs, scriptOf: () => ({ everyMs: 10, gap }) });
    await starved.clock.advanceMs(durationMs + 1);
    expect(starved.outcome.totals).toMatchObject({ failed: 1, stopped: 0, items: 50 });
  });

  test("stops at once when it is interrupted", async () => {
    const { clock, abort, outcome } = start({ durationMs: 60_000 });
    await clock.advanceMs(345);
    abort.abort();
    await clock.advanceMs(1);
    expect(outcome.totals).toMatchObject({ ok: 3, stopped: 1, isInterrupted: true, heldMs: 345 });
  });
});
