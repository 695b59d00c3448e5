import { describe, expect, test } from "bun:test";
import type { OkRecord, RequestRecord } from "../ledger/record.ts";
import { LiveView } from "./live-view.ts";

const t0Us = 1_795_383_300_000_000;
const a = "localhost:50051";
const b = "localhost:50052";
const unary = { hasRequests: true, hasStreams: false };

function ok(endpoint: string, atMs: number, latencyMs: number, serviceMs = latencyMs): OkRecord {
  const common = { kind: "ok", request: "r-1", lagUs: 0, attempts: 1 } as const;
  const [latencyUs, serviceUs] = [latencyMs * 1000, serviceMs * 1000];
  return { ...common, endpoint, tUs: t0Us + atMs * 1000, latencyUs, serviceUs };
}

const lost: RequestRecord = {
  ...{ kind: "request", tUs: t0Us, request: "r-2", outcome: "failed", endpoint: a, attempts: 1 },
  ...{ elapsedUs: 1, lagUs: 0, detail: "" },
};

function at(view: LiveView, ms: number, width: number, height = 20): readonly string[] {
  return view.lines(t0Us + ms * 1000, { color: false, width, height });
}

/** Ten a second on each replica for three seconds; in the third, b answers nothing. */
function threeSeconds(): LiveView {
  const view = new LiveView({ replicas: [a, b], durationMs: 30_000, ...unary });
  view.begin(t0Us);
  view.replicaChanged(a, "healthy");
  view.replicaChanged(b, "suspect");
  for (let ms = 0; ms < 3000; ms += 100) {
    view.settled(ok(a, ms, 4, 3));
    if (ms < 2000) view.settled(ok(b, ms, 20, 9));
  }
  view.second(2);
  return view;
}

describe("LiveView.lines()", () => {
  test("shows progress, the last second, totals and a line per replica", () => {
    const view = threeSeconds();
    view.settled(lost);
    expect(at(view, 3000, 79)).toEqual([
      "████░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░ 0:03 of 0:30, 0:27 left",
      // Of the ten answers at 2000..2900 ms, that at 2000 is exactly a second old: gone.
      "9 ok/s  p50 4.0ms  p99 4.0ms  ok 50  lost 1  in flight 2",
      "localhost:50051  healthy     9 ok/s  p99     3.0ms  ███",
      "localhost:50052  suspect     0 ok/s  p99         -  ██▁",
    ]);
  });

  test("fits 40 columns: totals flow on, p99 of replicas gives way", () => {
    expect(at(threeSeconds(), 3000, 39)).toEqual([
      "█░░░░░░░░░░░░░░ 0:03 of 0:30, 0:27 left",
      "9 ok/s  p50 4.0ms  p99 4.0ms  ok 50",
      "lost 0  in flight 2",
      "localhost:50051  healthy     9 ok/s  ██",
      "localhost:50052  suspect     0 ok/s  █▁",
    ]);
  });

  test("shows what streams bring, and of requests nothing when there are none", () => {
    const options = { replicas: [a, b], durationMs: 30_000, hasStreams: true };
    const view = new LiveView({ ...options, hasRequests: false });
    view.begin(t0Us);
    view.replicaChanged(a, "down");
    view.replicaChanged(b, "healthy");
    view.gap();
    view.streamEnded("ok");
    view.streamEnded("stopped");
    view.streamEnded("wrong");
    view.flow(2, 1_234_567);
    const streams = "1,234,567 vertices/s  streams open 2  complete 1  lost 1  gaps 1";
    expect(at(view, 3000, 79).slice(1)).toEqual([
      streams,
      "localhost:50051  down",
      "localhost:50052  healthy",
    ]);
    const beside = new LiveView({ ...options, hasRequests: true });
    beside.begin(t0Us);
    beside.flow(1, 5);
    expect(at(beside, 3000, 79)[1]).toStartWith("0 ok/s");
    expect(at(beside, 3000, 79)[2]).toStartWith("5 vertices/s  streams open 1");
  });

  test.each([1, 5, 17, 25, 33, 39, 59, 60, 79, 200])("never exceeds %p columns", (width) => {
    for (const line of at(threeSeconds(), 3000, width)) {
      expect(Bun.stringWidth(line)).toBeLessThanOrEqual(width);
    }
  });

  test.each([1, 2, 3, 4, 5])("never exceeds %p lines, and says what it leaves out", (height) => {
    const replicas = Array.from({ length: 64 }, (_, index) => `10.0.0.${index}:50051`);
    const lines = at(new LiveView({ replicas, durationMs: 1000, ...unary }), 0, 79, height);
    expect(lines).toHaveLength(height);
    // Two lines are of the load; the last one is the remark itself.
    expect(lines.at(-1)).toBe(`... and ${64 - Math.max(0, height - 3)} more replicas`);
  });

  test("waits before the first request, and says so when only answers are missing", () => {
    const view = new LiveView({ replicas: [a], durationMs: 1000, ...unary });
    expect(at(view, 0, 79)[0]).toBe("Waiting for the replicas");
    view.begin(t0Us);
    expect(at(view, 1500, 79)[0]).toMatch(/^█+ 0:01 over, waiting for the last answers$/);
  });

  test("keeps a bounded past, however long nothing was drawn", () => {
    const view = threeSeconds();
    const after = at(view, 40 * 24 * 3_600_000, 200);
    expect(after[2]).toEndWith("▁".repeat(30));
    expect(after[0]).toContain("waiting for the last answers");
  });

  test("colours states and losses only where colour is wanted", () => {
    const view = threeSeconds();
    view.settled(lost);
    const size = { color: true, width: 79, height: 20 };
    const coloured = view.lines(t0Us + 3_000_000, size);
    expect(coloured.join("\n")).toContain("\u001b[1;31mlost 1\u001b[0m");
    expect(coloured.map((line) => Bun.stripANSI(line))).toEqual([...at(view, 3000, 79)]);
  });
});

test("LiveView of a load that its total ends counts requests, not time", () => {
  const view = new LiveView({
    ...{ replicas: [a], durationMs: undefined, totalCount: 8 },
    ...unary,
  });
  view.begin(t0Us);
  view.settled(ok(a, 100, 4));
  view.settled(lost);
  expect(at(view, 3000, 79)[0]).toBe(`${"█".repeat(10)}${"░".repeat(30)} 0:03, 2 of 8 requests`);
});
