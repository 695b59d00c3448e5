import { describe, expect, test } from "bun:test";
import { FaultSimulation, simulatedPort as port } from "../../tests/support/fault-simulation.ts";
import { injectCrash } from "./crash.ts";
import { blowOffsetsMs, repeatFault, type Series } from "./repeat.ts";
import { injectRestart } from "./restart.ts";
import { injectStall } from "./stall.ts";

const every = { count: 3, everyMs: 10_000, jitterMs: 0, seed: 7 };
const request = { port, delayMs: 2000 };

/** Crashes again and again, with a successor so long after each end; 0: none. */
function crashes(sim: FaultSimulation, successorMs: number, count = 3): Promise<Series> {
  let pid = 7;
  const add = () => {
    const own = pid++;
    sim.add(own).onKill = () => {
      sim.set(own, "gone");
      if (successorMs > 0) sim.clock.after(successorMs, add);
    };
  };
  add();
  const repetition = { ...every, count };
  return repeatFault(injectCrash, { fault: "crash", request, repetition }, sim.options());
}

describe("blowOffsetsMs()", () => {
  test("follows from its seed, begins at once, and keeps the order whatever the jitter", () => {
    const repetition = { count: 1000, everyMs: 100, jitterMs: 50, seed: 7 };
    const offsets = blowOffsetsMs(repetition);
    expect(offsets).toEqual(blowOffsetsMs(repetition));
    expect(offsets).not.toEqual(blowOffsetsMs({ ...repetition, seed: 8 }));
    expect(offsets[0]).toBe(0);
    expect(offsets).toEqual(offsets.toSorted((a, b) => a - b));
    for (const [index, offset] of offsets.entries()) {
      expect(Math.abs(offset - index * 100)).toBeLessThanOrEqual(50);
    }
  });
});

describe("repeatFault()", () => {
  test("looks the target up anew each time, at its time", async () => {
    const sim = new FaultSimulation();
    const startUs = sim.clock.nowUs();
    const series = await sim.run(crashes(sim, 1000));
    expect(series).toMatchObject({ outcome: "done", failedCount: 0, begunCount: 3 });
    expect(series.targets.map(({ process }) => process.pid)).toEqual([7, 8, 9]);
    expect(sim.written(startUs)).toEqual([
      "crash begin 7 @2000",
      "crash begin 8 @12000",
      "crash begin 9 @22000",
    ]);
    // A successor is expected: no word of an empty port or another process.
    expect(new Set(sim.kinds())).toEqual(new Set(["resolved", "injected"]));
  });

  test("goes on after a repetition that finds nobody, and counts it", async () => {
    const sim = new FaultSimulation();
    const series = await sim.run(crashes(sim, 15_000));
    expect(series).toMatchObject({ outcome: "done", failedCount: 1, begunCount: 3 });
    expect(sim.signals).toEqual(["kill 7", "kill 8"]);
    const told = sim.events.find(
      (event) => event.kind === "warned" && /2 of 3/.test(event.message),
    );
    expect(told).toMatchObject({ reason: "repetition-failed" });
  });

  test("ends at the first blow when that one fails", async () => {
    const sim = new FaultSimulation();
    const inject = repeatFault(
      injectCrash,
      { fault: "crash", request: { ...request, delayMs: 0 }, repetition: every },
      sim.options(),
    );
    const error = await sim.run(inject.then(String, String));
    expect(error).toContain("nothing listens there");
  });

  test("never hits another program that has taken the port between two blows", async () => {
    const sim = new FaultSimulation();
    sim.add(7).onKill = () => {
      sim.set(7, "gone");
      sim.add(8, { executable: "/usr/bin/postgres", commandLine: "postgres" });
    };
    const repetition = every;
    const series = await sim.run(
      repeatFault(injectCrash, { fault: "crash", request, repetition }, sim.options()),
    );
    expect(series.failedCount).toBe(2);
    expect(sim.signals).toEqual(["kill 7"]);
  });

  test("hits what a restart has started, whatever its command is", async () => {
    const sim = new FaultSimulation();
    sim.add(7);
    let pid = 100;
    sim.onLaunch = () => {
      const own = pid++;
      sim.add(own, { commandLine: `dfs serve --run ${own}` });
      return { pid: own };
    };
    const restart = { command: "start it", downtimeMs: 0, withinMs: 5000, outputPath: "x.log" };
    const series = await sim.run(
      repeatFault(
        (again, options) => injectRestart({ ...again, ...restart }, options),
        { fault: "restart", request, repetition: every },
        sim.options(),
      ),
    );
    expect(series.failedCount).toBe(0);
    expect(series.targets.map(({ process }) => process.pid)).toEqual([7, 100, 101]);
  });

  test("a fault that lasts longer than the time between two is followed at once", async () => {
    const sim = new FaultSimulation();
    sim.add(7);
    const startUs = sim.clock.nowUs();
    const series = await sim.run(
      repeatFault(
        (again, options) => injectStall({ ...again, durationMs: 4000 }, options),
        { fault: "stall", request, repetition: { ...every, count: 2, everyMs: 1000 } },
        sim.options(),
      ),
    );
    expect(series.failedCount).toBe(0);
    expect(sim.written(startUs)).toEqual([
      "stall begin 7 @2000",
      "stall end 7 @6000",
      "stall begin 7 @6000",
      "stall end 7 @10000",
    ]);
  });

  test("ends with the one whose undo was asked for", async () => {
    const sim = new FaultSimulation();
    sim.add(7);
    sim.clock.after(500, () => sim.watchdogs[0]?.says({ word: "asked" }));
    const series = await sim.run(
      repeatFault(
        (again, options) => injectStall({ ...again, durationMs: 1000 }, options),
        { fault: "stall", request, repetition: every },
        sim.options(),
      ),
    );
    expect(series).toMatchObject({ outcome: "undone", begunCount: 1, failedCount: 0 });
    expect(sim.signals).toEqual(["suspend 7", "resume 7"]);
  });

  test("ends between two blows when it is interrupted", async () => {
    const sim = new FaultSimulation();
    sim.clock.after(5000, () => sim.interrupt.abort());
    const series = await sim.run(crashes(sim, 1000));
    expect(series).toMatchObject({ outcome: "interrupted", begunCount: 1 });
    expect(sim.signals).toEqual(["kill 7"]);
  });

  test("a single one is the fault itself, its failure included", async () => {
    const sim = new FaultSimulation();
    expect(await sim.run(crashes(sim, 0, 1))).toMatchObject({ outcome: "done", begunCount: 1 });
    const error = await sim.run(
      repeatFault(
        injectCrash,
        { fault: "crash", request, repetition: { ...every, count: 1 } },
        sim.options(),
      ).then(String, String),
    );
    expect(error).toContain("nothing listens there");
  });
});
