import { describe, expect, test } from "bun:test";
import { planFaults, type RandomPlanRequest, randomKinds } from "./random-plan.ts";

const request: RandomPlanRequest = {
  ...{ seed: 7, ports: [50051, 50052, 50053], everyMs: 5000, jitterMs: 2500 },
  kinds: [
    { kind: "crash", weight: 1 },
    { kind: "stall", weight: 1 },
    { kind: "limp", weight: 1 },
  ],
  ...{ durationMs: 600_000, faultMinMs: 1000, faultMaxMs: 5000 },
};

describe("planFaults()", () => {
  test("is the same for the same seed and flags, for ever", () => {
    const plan = planFaults(request);
    expect(plan).toEqual(planFaults({ ...request }));
    expect(plan).not.toEqual(planFaults({ ...request, seed: 8 }));
    // What was printed once must be found again by a later version.
    expect(plan.slice(0, 4)).toEqual([
      { number: 1, offsetMs: 6968, kind: "limp", port: 50051, lengthMs: 2535 },
      { number: 2, offsetMs: 9402, kind: "limp", port: 50051, lengthMs: 2683 },
      { number: 3, offsetMs: 17_337, kind: "crash", port: 50053, lengthMs: undefined },
      { number: 4, offsetMs: 18_257, kind: "stall", port: 50053, lengthMs: 2104 },
    ]);
  });

  test("keeps order, times and lengths within what was asked, for two thousand seeds", () => {
    for (let seed = 0; seed < 2000; seed++) {
      const durationMs = 60_000;
      const plan = planFaults({ ...request, seed, durationMs });
      expect(plan.length).toBeWithin(11, 13);
      let beforeMs = 0;
      for (const [index, { number, offsetMs, kind, port, lengthMs }] of plan.entries()) {
        expect(number).toBe(index + 1);
        expect(Math.abs(offsetMs - number * 5000)).toBeLessThanOrEqual(2500);
        expect(offsetMs).toBeGreaterThanOrEqual(beforeMs);
        beforeMs = offsetMs;
        expect(request.ports).toContain(port);
        expect(lengthMs !== undefined).toBe(randomKinds[kind].lasts);
        if (lengthMs === undefined) continue;
        expect(lengthMs).toBeWithin(1000, 5001);
        expect(offsetMs + lengthMs).toBeLessThanOrEqual(durationMs);
      }
    }
  });

  test("hits every port by every kind, as often as its weight says", () => {
    const kinds = [
      { kind: "crash", weight: 1 },
      { kind: "stall", weight: 3 },
    ] as const;
    const plan = planFaults({ ...request, kinds, durationMs: 50_000_000 });
    const share = (part: readonly unknown[]) => part.length / plan.length;
    expect(share(plan.filter(({ kind }) => kind === "stall"))).toBeCloseTo(0.75, 1);
    for (const port of request.ports) {
      expect(share(plan.filter((fault) => fault.port === port))).toBeCloseTo(1 / 3, 1);
    }
  });

  test("begins as that of a longer duration does", () => {
    const short = planFaults({ ...request, durationMs: 60_000 });
    const long = planFaults(request);
    const when = ({ offsetMs, kind, port }: (typeof long)[number]) => ({ offsetMs, kind, port });
    expect(long.slice(0, short.length).map(when)).toEqual(short.map(when));
  });

  test("without jitter is a grid, and empty when nothing fits", () => {
    const grid = planFaults({ ...request, jitterMs: 0, durationMs: 16_000 });
    expect(grid.map(({ offsetMs }) => offsetMs)).toEqual([5000, 10_000, 15_000]);
    expect(planFaults({ ...request, durationMs: 3000 })).toEqual([]);
  });
});
