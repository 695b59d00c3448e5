import { describe, expect, test } from "bun:test";
import { FaultSimulation, simulatedPort as port } from "../../tests/support/fault-simulation.ts";
import { injectLimp } from "./limp.ts";
import { type LimpSchedule, limpCycle, nextLimpCycle } from "./limp-schedule.ts";

const limp = { port, delayMs: 0, durationMs: 1000, periodMs: 200, dutyShare: 0.8 };

/** Notes when the target is suspended and resumed, in milliseconds since the start. */
function watched(sim: FaultSimulation) {
  const startUs = sim.clock.nowUs();
  const target = sim.add(7);
  const instants: string[] = [];
  const note = (what: string) => instants.push(`${what}${(sim.clock.nowUs() - startUs) / 1000}`);
  target.onSuspend = () => {
    note("-");
    sim.set(7, "stopped");
  };
  target.onResume = () => {
    note("+");
    sim.set(7, "running");
  };
  return { startUs, target, instants, note };
}

describe("injectLimp()", () => {
  test("suspends and resumes on a schedule, and is on record as a whole", async () => {
    const sim = new FaultSimulation();
    const { instants, startUs } = watched(sim);
    expect((await sim.run(injectLimp(limp, sim.options()))).outcome).toBe("done");
    expect(instants.join(" ")).toBe("-0 +160 -200 +360 -400 +560 -600 +760 -800 +960");
    expect(sim.written(startUs)).toEqual(["limp begin 7 @0", "limp end 7 @1000"]);
    expect(sim.kinds()).toEqual(["resolved", "limping", "limped"]);
    expect(sim.events.at(-1)).toMatchObject({ cycleCount: 5, droppedCount: 0, limpedMs: 1000 });
    expect(sim.events.at(-1)).toMatchObject({ suspendedShare: 0.8 });
  });

  test("ends running when its time is over amid a suspension", async () => {
    const sim = new FaultSimulation();
    const { instants } = watched(sim);
    await sim.run(injectLimp({ ...limp, durationMs: 300 }, sim.options()));
    expect(instants).toEqual(["-0", "+160", "-200", "+300"]);
  });

  test("counts from the instant it was first seen suspended", async () => {
    const sim = new FaultSimulation();
    const { target, instants, note, startUs } = watched(sim);
    target.onSuspend = () => {
      note("-");
      sim.clock.after(50, () => sim.set(7, "stopped"));
    };
    await sim.run(injectLimp({ ...limp, durationMs: 400 }, sim.options()));
    expect(instants).toEqual(["-0", "+210", "-250", "+410"]);
    expect(sim.written(startUs)).toEqual(["limp begin 7 @50", "limp end 7 @450"]);
  });

  test("is under a watchdog, which is released at the end", async () => {
    const sim = new FaultSimulation();
    watched(sim);
    await sim.run(injectLimp(limp, sim.options()));
    const [watchdog] = sim.watchdogs;
    expect(watchdog?.orders[0]).toMatchObject({ order: "guard", fault: { fault: "limp" } });
    expect(watchdog?.isReleased).toBe(true);
  });

  test("resumes at once when it is interrupted amid a suspension", async () => {
    const sim = new FaultSimulation();
    const { instants, startUs } = watched(sim);
    sim.clock.after(230, () => sim.interrupt.abort());
    expect((await sim.run(injectLimp(limp, sim.options()))).outcome).toBe("interrupted");
    expect(instants).toEqual(["-0", "+160", "-200", "+230"]);
    expect(sim.written(startUs)).toEqual(["limp begin 7 @0", "limp end 7 @230"]);
  });

  test("suspends no more when it is interrupted while the target runs", async () => {
    const sim = new FaultSimulation();
    const { instants } = watched(sim);
    sim.clock.after(180, () => sim.interrupt.abort());
    expect((await sim.run(injectLimp(limp, sim.options()))).outcome).toBe("interrupted");
    expect(instants).toEqual(["-0", "+160"]);
  });

  test("ends by request", async () => {
    const sim = new FaultSimulation();
    const { instants } = watched(sim);
    sim.clock.after(390, () => sim.watchdogs[0]?.says({ word: "asked" }));
    expect((await sim.run(injectLimp(limp, sim.options()))).outcome).toBe("undone");
    expect(instants).toEqual(["-0", "+160", "-200", "+360"]);
  });

  test("reports a target that dies, and touches nobody who is given its pid", async () => {
    const sim = new FaultSimulation();
    const { startUs } = watched(sim);
    sim.clock.after(170, () => {
      sim.set(7, "gone");
      sim.add(7, { identity: "a later start" });
    });
    expect((await sim.run(injectLimp(limp, sim.options()))).outcome).toBe("target-gone");
    expect(sim.signals).toEqual(["suspend 7", "resume 7"]);
    expect(sim.kinds()).toEqual(["resolved", "limping", "target-gone"]);
    expect(sim.written(startUs).at(-1)).toStartWith("limp end 7 @");
  });

  test("fails when the target is never seen suspended, and takes that back", async () => {
    const sim = new FaultSimulation();
    const { target } = watched(sim);
    target.onSuspend = () => undefined;
    const { message } = await sim.failure(injectLimp(limp, sim.options()));
    expect(message).toContain("it still runs after 2 s");
    expect(sim.signals).toEqual(["suspend 7", "resume 7"]);
    expect(sim.records).toEqual([]);
  });

  test("is refused where another fault has the target", async () => {
    const sim = new FaultSimulation();
    sim.add(7, { state: "stopped" });
    const { message } = await sim.failure(injectLimp(limp, sim.options()));
    expect(message).toContain("is suspended already");
  });
});

describe("nextLimpCycle()", () => {
  const schedule: LimpSchedule = { beginUs: 1000, endUs: 2000, periodUs: 200, suspendedUs: 150 };
  const rows: readonly [string, number, number, number | undefined][] = [
    ["the next when it is in time", 0, 1150, 1],
    ["the next when it is due now", 0, 1200, 1],
    ["a later one when that should have begun", 0, 1201, 2],
    ["far later after a long pause", 0, 1790, 4],
    ["never an earlier one", 3, 1150, 4],
    ["none when the end comes first", 4, 1950, undefined],
    ["none at the end", 4, 2000, undefined],
  ];
  for (const [what, after, nowUs, index] of rows) {
    test(`nextLimpCycle() is ${what}`, () => {
      expect(nextLimpCycle(schedule, after, nowUs)?.index).toBe(index);
    });
  }

  test("cycles are on a grid and end with the limp", () => {
    expect(limpCycle(schedule, 3)).toEqual({ index: 3, suspendUs: 1600, resumeUs: 1750 });
    expect(limpCycle({ ...schedule, endUs: 1900 }, 4).resumeUs).toBe(1900);
  });
});
