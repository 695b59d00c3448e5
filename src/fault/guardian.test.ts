/** A stall and its watchdog, from the injector's side. */
import { describe, expect, test } from "bun:test";
import { FaultSimulation, simulatedPort as port } from "../../tests/support/fault-simulation.ts";
import { injectStall } from "./stall.ts";

const stall = { port, delayMs: 0, durationMs: 1000 };

describe("a stall under its watchdog", () => {
  test("suspends nothing before the watchdog is ready", async () => {
    const sim = new FaultSimulation();
    const startUs = sim.clock.nowUs();
    sim.add(7);
    sim.onWatchdog = (watchdog) => watchdog.isReadyAfterMs(700);
    await sim.run(injectStall(stall, sim.options()));
    expect(sim.written(startUs)).toEqual(["stall begin 7 @700", "stall end 7 @1700"]);
    const [watchdog] = sim.watchdogs;
    expect(watchdog?.orders.map(({ order }) => order)).toEqual(["guard", "begun", "release"]);
  });

  test("tells it whom it guards and until when, by the wall clock", async () => {
    const sim = new FaultSimulation();
    sim.sleptUs = 5e6;
    sim.add(7).onSuspend = () => void sim.clock.after(200, () => sim.set(7, "stopped"));
    const wallUs = sim.clock.nowUs() + sim.sleptUs;
    await sim.run(injectStall(stall, { ...sim.options(), ledgerPath: "/x/fault.log" }));
    const [guard, begun] = sim.watchdogs[0]?.orders ?? [];
    expect(guard).toMatchObject({
      order: "guard",
      fault: {
        ...{ fault: "stall", port, run: "r1", sinceUs: wallUs, untilUs: wallUs + 1e6 },
        targets: [{ pid: 7, identity: "start of 7", name: "dfs" }],
        injector: { pid: process.pid },
      },
      ledger: "/x/fault.log",
    });
    expect(begun).toEqual({ order: "begun", pid: 7, untilUs: wallUs + 1.2e6 });
  });

  test("starts it before the delay is over, and none is left when it is interrupted", async () => {
    const sim = new FaultSimulation();
    sim.add(7);
    const run = injectStall({ ...stall, delayMs: 5000 }, sim.options());
    await sim.clock.advanceMs(100);
    expect(sim.watchdogs).toHaveLength(1);
    sim.interrupt.abort();
    expect((await sim.run(run)).outcome).toBe("interrupted");
    expect(sim.watchdogs[0]?.isKilled).toBe(true);
  });

  test("tells it shortly before the blow, which comes in time", async () => {
    const sim = new FaultSimulation();
    const startUs = sim.clock.nowUs();
    sim.add(7);
    sim.onWatchdog = (watchdog) => watchdog.isReadyAfterMs(25);
    await sim.run(injectStall({ ...stall, delayMs: 5000 }, sim.options()));
    expect(sim.written(startUs)).toEqual(["stall begin 7 @5000", "stall end 7 @6000"]);
    const [guard] = sim.watchdogs[0]?.orders ?? [];
    expect(guard).toMatchObject({ fault: { sinceUs: startUs + 5e6, untilUs: startUs + 6e6 } });
  });

  test("suspends nothing when no watchdog gets ready", async () => {
    const sim = new FaultSimulation();
    sim.add(7);
    sim.onWatchdog = () => undefined;
    const { message } = await sim.failure(injectStall(stall, sim.options()));
    expect(message).toContain("Cannot stall the listener of port 50051 as no watchdog can be");
    expect(message).toEndWith("it was not ready within 15 s; nothing was suspended");
    expect(sim.signals).toEqual([]);
    expect(sim.watchdogs.every(({ isKilled }) => isKilled)).toBe(true);
  });

  test("suspends nothing when it cannot be started, and says why", async () => {
    const sim = new FaultSimulation();
    sim.add(7);
    sim.onWatchdog = (watchdog) => watchdog.dies("spawn ENOENT");
    const { message } = await sim.failure(injectStall(stall, sim.options()));
    expect(message).toContain("should dfs be killed: spawn ENOENT; nothing was suspended");
    expect(sim.signals).toEqual([]);
  });

  test("takes another one when the first died during the delay", async () => {
    const sim = new FaultSimulation();
    sim.add(7);
    sim.clock.after(1000, () => sim.watchdogs[0]?.dies());
    await sim.run(injectStall({ ...stall, delayMs: 2000 }, sim.options()));
    expect(sim.kinds()).toEqual(["resolved", "started", "recovered"]);
    expect(sim.watchdogs).toHaveLength(2);
    expect(sim.watchdogs[1]?.isReleased).toBe(true);
  });

  test("has another guard it when the first dies while it lasts, and says so", async () => {
    const sim = new FaultSimulation();
    const startUs = sim.clock.nowUs();
    sim.add(7);
    sim.clock.after(300, () => sim.watchdogs[0]?.dies());
    expect((await sim.run(injectStall(stall, sim.options()))).outcome).toBe("done");
    expect(sim.kinds()).toEqual(["resolved", "started", "watchdog-replaced", "recovered"]);
    expect(sim.written(startUs)).toEqual(["stall begin 7 @0", "stall end 7 @1000"]);
    const orders = sim.watchdogs[1]?.orders.map(({ order }) => order);
    expect(orders).toEqual(["guard", "begun", "release"]);
  });

  test("is undone at once when no other can be had", async () => {
    const sim = new FaultSimulation();
    const startUs = sim.clock.nowUs();
    sim.add(7);
    sim.clock.after(300, () => {
      sim.onWatchdog = (watchdog) => watchdog.dies("spawn EAGAIN");
      sim.watchdogs[0]?.dies();
    });
    const { message } = await sim.failure(injectStall(stall, sim.options()));
    expect(message).toContain("the first was lost (it ended with SIGKILL)");
    expect(message).toEndWith("cannot be started: spawn EAGAIN; the fault was undone");
    expect(sim.written(startUs)).toEqual(["stall begin 7 @0", "stall end 7 @300"]);
  });

  test("ends when an undo is asked for", async () => {
    const sim = new FaultSimulation();
    const startUs = sim.clock.nowUs();
    sim.add(7);
    sim.clock.after(300, () => sim.watchdogs[0]?.says({ word: "asked" }));
    expect((await sim.run(injectStall(stall, sim.options()))).outcome).toBe("undone");
    expect(sim.kinds()).toEqual(["resolved", "started", "recovered", "undone-early"]);
    expect(sim.written(startUs)).toEqual(["stall begin 7 @0", "stall end 7 @300"]);
  });

  test("ends when its watchdog undoes it upon SIGTERM", async () => {
    const sim = new FaultSimulation();
    sim.add(7);
    sim.clock.after(300, () => {
      sim.watchdogs[0]?.says({ word: "undone", reason: "terminated" });
      sim.set(7, "running");
      sim.watchdogs[0]?.says({ word: "resumed", pid: 7, tUs: sim.clock.nowUs() - 1 });
      sim.watchdogs[0]?.dies("it ended with status 0");
    });
    expect((await sim.run(injectStall(stall, sim.options()))).outcome).toBe("undone");
    expect(sim.kinds()).toEqual(["resolved", "started", "recovered", "undone-early"]);
    expect(sim.watchdogs).toHaveLength(1);
  });

  test("tells and records what its watchdog did while it was held up itself", async () => {
    const sim = new FaultSimulation();
    const startUs = sim.clock.nowUs();
    sim.add(7);
    sim.clock.after(450, () => sim.set(7, "running"));
    // The word is read only after the target was seen running.
    sim.clock.after(550, () => {
      sim.watchdogs[0]?.says({ word: "asked" });
      sim.watchdogs[0]?.says({ word: "undone", reason: "asked" });
      sim.watchdogs[0]?.says({ word: "resumed", pid: 7, tUs: startUs + 451_000 });
    });
    expect((await sim.run(injectStall(stall, sim.options()))).outcome).toBe("undone");
    const after = ["resumed-by-watchdog", "recovered", "undone-early"];
    expect(sim.kinds()).toEqual(["resolved", "started", ...after]);
    expect(sim.written(startUs)).toEqual(["stall begin 7 @0", "stall end 7 @451"]);
  });

  test("ends at once when the machine has slept through its end", async () => {
    const sim = new FaultSimulation();
    const startUs = sim.clock.nowUs();
    sim.add(7);
    sim.clock.after(410, () => {
      sim.sleptUs = 3600e6;
    });
    expect((await sim.run(injectStall(stall, sim.options()))).outcome).toBe("done");
    // The watch looks every 100 ms.
    expect(sim.written(startUs)).toEqual(["stall begin 7 @0", "stall end 7 @500"]);
  });

  test("goes on where it cannot be listed, and says so", async () => {
    const sim = new FaultSimulation();
    sim.add(7);
    sim.onWatchdog = (watchdog) => {
      watchdog.says({ word: "unlisted", reason: "it is read-only" });
      watchdog.isReadyAfterMs(0);
    };
    expect((await sim.run(injectStall(stall, sim.options()))).outcome).toBe("done");
    expect(sim.kinds()).toEqual(["not-listed", "resolved", "started", "recovered"]);
  });
});
