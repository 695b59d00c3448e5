import { describe, expect, test } from "bun:test";
import { FaultSimulation, simulatedPort as port } from "../../tests/support/fault-simulation.ts";
import { injectStall } from "./stall.ts";

const stall = { port, delayMs: 0, durationMs: 1000 };

describe("injectStall()", () => {
  test("counts its duration from the instant the process was seen suspended", async () => {
    const sim = new FaultSimulation();
    const startUs = sim.clock.nowUs();
    const target = sim.add(7);
    target.onSuspend = () => void sim.clock.after(200, () => sim.set(7, "stopped"));
    target.onResume = () => void sim.clock.after(50, () => sim.set(7, "running"));
    const result = await sim.run(injectStall(stall, sim.options()));
    expect(result.outcome).toBe("done");
    // Seen suspended at 200, resumed 1000 later, seen running after another 50.
    expect(sim.written(startUs)).toEqual(["stall begin 7 @200", "stall end 7 @1250"]);
    expect(sim.kinds()).toEqual(["resolved", "started", "recovered"]);
    expect(sim.events.at(-1)).toMatchObject({ stalledMs: 1050 });
  });

  test("takes the call for the instant where the kernel acts at once", async () => {
    const sim = new FaultSimulation({ actsAtOnce: true, glance: async () => undefined });
    const startUs = sim.clock.nowUs();
    const target = sim.add(7);
    target.onSuspend = () => void sim.clock.after(200, () => sim.set(7, "stopped"));
    target.onResume = () => void sim.clock.after(200, () => sim.set(7, "running"));
    await sim.run(injectStall(stall, sim.options()));
    expect(sim.written(startUs)).toEqual(["stall begin 7 @0", "stall end 7 @1000"]);
  });

  test("takes the suspension back and fails when the process does not stop", async () => {
    const sim = new FaultSimulation();
    sim.add(7).onSuspend = () => undefined;
    const { message } = await sim.failure(injectStall(stall, sim.options()));
    expect(message).toContain("it still runs after 2 s; the suspension was taken back");
    expect(sim.signals).toEqual(["suspend 7", "resume 7"]);
    expect(sim.records).toEqual([]);
  });

  test("fails with what a person can do when the process does not resume", async () => {
    const sim = new FaultSimulation();
    sim.add(7).onResume = () => undefined;
    const { message } = await sim.failure(injectStall(stall, sim.options()));
    expect(message).toContain("dfs (pid 7) runs again: it is still suspended 2 s after");
    expect(message).toEndWith("resume it with kill -CONT 7");
  });

  test("reports a target that dies while suspended, and signals nobody after it", async () => {
    const sim = new FaultSimulation();
    const startUs = sim.clock.nowUs();
    sim.add(7);
    sim.clock.after(450, () => sim.set(7, "gone"));
    const result = await sim.run(injectStall(stall, sim.options()));
    expect(result.outcome).toBe("target-gone");
    expect(sim.kinds()).toEqual(["resolved", "started", "target-gone"]);
    // The watch looks every 100 ms.
    expect(sim.written(startUs)).toEqual(["stall begin 7 @0", "stall end 7 @500"]);
    expect(sim.signals).toEqual(["suspend 7"]);
  });

  test("never resumes another process that was given the pid meanwhile", async () => {
    const sim = new FaultSimulation();
    sim.add(7);
    sim.clock.after(950, () => {
      sim.set(7, "gone");
      sim.add(7, { identity: "a later start", state: "stopped" });
    });
    await sim.run(injectStall(stall, sim.options()));
    expect(sim.signals).toEqual(["suspend 7"]);
    expect(sim.kinds()).toContain("target-gone");
  });

  test("ends early and says so when someone else resumes the process", async () => {
    const sim = new FaultSimulation();
    sim.add(7);
    const startUs = sim.clock.nowUs();
    sim.clock.after(450, () => sim.set(7, "running"));
    await sim.run(injectStall(stall, sim.options()));
    expect(sim.kinds()).toContain("resumed-by-others");
    expect(sim.written(startUs)).toEqual(["stall begin 7 @0", "stall end 7 @500"]);
  });

  test("resumes at once when it is interrupted", async () => {
    const sim = new FaultSimulation();
    const startUs = sim.clock.nowUs();
    sim.add(7);
    sim.clock.after(430, () => sim.interrupt.abort());
    const result = await sim.run(injectStall(stall, sim.options()));
    expect(result.outcome).toBe("interrupted");
    expect(sim.written(startUs)).toEqual(["stall begin 7 @0", "stall end 7 @430"]);
    expect(sim.kinds()).toContain("recovered");
  });

  test("resumes at once when it is interrupted before the suspension was seen", async () => {
    const sim = new FaultSimulation();
    const startUs = sim.clock.nowUs();
    let resumedMs = 0;
    const target = sim.add(7);
    target.onSuspend = () => undefined;
    target.onResume = () => {
      resumedMs = (sim.clock.nowUs() - startUs) / 1000;
    };
    sim.clock.after(35, () => sim.interrupt.abort());
    const result = await sim.run(injectStall(stall, sim.options()));
    expect(result.outcome).toBe("interrupted");
    expect(resumedMs).toBe(35);
    // An effect that nobody saw is not recorded.
    expect(sim.kinds()).toEqual(["resolved"]);
    expect(sim.records).toEqual([]);
  });

  test("resumes every target in order when one of several cannot be stalled", async () => {
    const sim = new FaultSimulation();
    sim.add(7);
    sim.add(8).onSuspend = () => undefined;
    const { message } = await sim.failure(
      injectStall({ ...stall, all: true, durationMs: 60_000 }, sim.options()),
    );
    expect(message).toContain("dfs (pid 8) was suspended: it still runs");
    expect(sim.signals.toSorted()).toEqual(["resume 7", "resume 8", "suspend 7", "suspend 8"]);
    expect(sim.records.map((record) => record.kind === "fault" && record.phase)).toEqual([
      "begin",
      "end",
    ]);
  });

  test("names a target that leads a terminal's foreground job", async () => {
    const sim = new FaultSimulation();
    sim.add(7, { leadsForegroundJob: true });
    await sim.run(injectStall(stall, sim.options()));
    expect(sim.kinds().slice(0, 2)).toEqual(["resolved", "foreground-job"]);
  });

  test("leaves no exit handler behind", async () => {
    const before = process.listenerCount("exit");
    const sim = new FaultSimulation();
    sim.add(7);
    await sim.run(injectStall(stall, sim.options()));
    expect(process.listenerCount("exit")).toBe(before);
  });
});
