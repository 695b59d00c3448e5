import { expect, test } from "bun:test";
import type { LiveRun, LiveUpdate } from "../live-update.ts";
import { GrowingRun } from "./growing-run.ts";

const startUs = 1_795_383_300_000_000;
const live: LiveRun = {
  ...{ run: "r", startUs, version: "1", utcOffset: "-05:30", config: {} },
  replicas: ["a:1", "b:2"],
};

function update(second: number, changes: Partial<LiveUpdate> = {}): LiveUpdate {
  return {
    ...{ second, newReplicas: [], okByReplica: [0, 0], lost: 0 },
    ...{ p50Us: null, p99Us: null, maxUs: null },
    totals: { scheduled: 0, ok: 0, wrong: 0, failed: 0, indeterminate: 0, inFlight: 0 },
    requests: {
      ...{ count: 0, number: [], endUs: [], latencyUs: [], replica: [], attempts: [], outcome: [] },
    },
    ...{ attempts: [], states: [], faults: [], restarts: [], gaps: [], streams: null },
    ...changes,
  };
}

test("GrowingRun appends requests and failed attempts as the tables of a report have them", () => {
  const run = new GrowingRun(live);
  expect(run.facts).toMatchObject({ startUs, utcOffsetMinutes: -330, endpoints: ["a:1", "b:2"] });
  const requests = {
    ...{ count: 2, number: [4, 5], endUs: [startUs + 10, startUs + 20], latencyUs: [7, 8] },
    ...{ replica: [1, -1], attempts: [2, 0], outcome: ["ok", "failed"] },
  };
  const attempt = { number: 4, endUs: startUs + 5, serviceUs: 3, replica: 0, isLate: false };
  run.apply(update(0, { requests, attempts: [{ ...attempt, error: "UNAVAILABLE" }] }));
  run.apply(update(1, { attempts: [{ ...attempt, error: "CANCELLED", isLate: true }] }));
  const rows = Object.entries(run.requests).map(([name, values]) => [name, [...values]]);
  expect(Object.fromEntries(rows)).toEqual({
    ...{ number: [4, 5], endedUs: [10, 20], latencyUs: [7, 8] },
    ...{ endpointPlus1: [2, 0], attempts: [2, 0], outcome: [0, 2] },
  });
  expect([...run.attempts.isLate]).toEqual([0, 1]);
  expect(Array.from(run.attempts.error, (error) => run.facts.errors[error])).toEqual([
    ...["UNAVAILABLE", "CANCELLED"],
  ]);
  expect(run.whole).toEqual({ fromUs: 0, toUs: 2e6 });
});

test("GrowingRun lets states and faults last until they change or end, a crash but an instant", () => {
  const run = new GrowingRun(live);
  const state = (atS: number, name: string) => ({
    ...{ tUs: startUs + atS * 1e6, replica: 1, state: name, cause: "" },
  });
  const fault = (atS: number, name: string, phase: "begin" | "end") => ({
    ...{ tUs: startUs + atS * 1e6, replica: 1, port: 2, fault: name, phase },
  });
  const faults = [fault(0.2, "crash", "begin"), fault(0.3, "stall", "begin")];
  run.apply(update(0, { states: [state(0.1, "healthy"), state(0.4, "down")], faults }));
  const spans = (all: readonly { fromUs: number; toUs: number }[]) =>
    all.map(({ fromUs, toUs }) => [fromUs / 1e6, toUs / 1e6]);
  expect(spans(run.facts.states)).toEqual([
    [0.1, 0.4],
    [0.4, 1],
  ]);
  expect(spans(run.facts.faults)).toEqual([
    [0.2, 0.2],
    [0.3, 1],
  ]);
  expect([run.stateOf(0), run.stateOf(1)]).toEqual([undefined, "down"]);
  run.apply(update(1, { states: [state(1.5, "healthy")], faults: [fault(1.4, "stall", "end")] }));
  run.apply(update(2));
  expect(spans(run.facts.states).slice(1)).toEqual([
    [0.4, 1.5],
    [1.5, 3],
  ]);
  expect(spans(run.facts.faults)[1]).toEqual([0.3, 1.4]);
});

test("GrowingRun appends gaps of streams, and what they bring second by second", () => {
  const run = new GrowingRun(live);
  const gap = { gapUs: 40_000, number: 3, from: 0, to: 1, items: 7, error: "UNAVAILABLE" };
  const streams = { open: 1, items: 900, complete: 0, lost: 0, gaps: 1 };
  run.apply(update(0));
  run.apply(update(1, { gaps: [{ tUs: startUs + 1_540_000, ...gap }], streams }));
  expect(run.facts.gaps).toEqual([{ fromUs: 1_500_000, toUs: 1_540_000, from: 0, to: 1 }]);
  expect(run.facts.flows).toEqual([{ fromUs: 1_000_000, toUs: 2_000_000, items: 900 }]);
});
