import { describe, expect, test } from "bun:test";
import { FaultSimulation, simulatedPort as port } from "../../tests/support/fault-simulation.ts";
import { injectDrain } from "./drain.ts";

const drain = { port, delayMs: 0, withinMs: 5000 };

/** A process that closes its port and ends so long after it is asked to. */
function slowly(closesMs: number | undefined, endsMs: number): FaultSimulation {
  const sim = new FaultSimulation();
  sim.add(7).onKill = () => {
    if (closesMs !== undefined) {
      sim.clock.after(closesMs, () => {
        sim.listeners = [];
      });
    }
    sim.clock.after(endsMs, () => sim.set(7, "gone"));
  };
  return sim;
}

describe("injectDrain()", () => {
  test("records when the port was seen closed and when the process was seen gone", async () => {
    const sim = slowly(100, 2000);
    const startUs = sim.clock.nowUs();
    const result = await sim.run(injectDrain(drain, sim.options()));
    expect(result.outcome).toBe("done");
    expect(sim.signals).toEqual(["SIGTERM 7"]);
    expect(sim.written(startUs)).toEqual(["drain begin 7 @100", "drain end 7 @2000"]);
    expect(sim.kinds()).toEqual(["resolved", "asked", "port-closed", "drained"]);
    expect(sim.events.at(-1)).toMatchObject({ endedAfterMs: 2000, closedAfterMs: 100 });
  });

  test("claims no graceful close of a port that was open until the end", async () => {
    const sim = slowly(undefined, 300);
    const startUs = sim.clock.nowUs();
    await sim.run(injectDrain(drain, sim.options()));
    expect(sim.written(startUs)).toEqual(["drain begin 7 @300", "drain end 7 @300"]);
    expect(sim.kinds()).toEqual(["resolved", "asked", "drained"]);
    expect(sim.events.at(-1)).toMatchObject({ endedAfterMs: 300, closedAfterMs: undefined });
  });

  test("fails when the process has not ended in time, and leaves it alone", async () => {
    const sim = slowly(100, 60_000);
    const { message } = await sim.failure(injectDrain(drain, sim.options()));
    expect(message).toContain("has not ended 5s after SIGTERM, its port closed after 100ms");
    expect(message).toContain("it is left alone: give it longer with --within, or end it with");
    expect(sim.signals).toEqual(["SIGTERM 7"]);
    const open = slowly(undefined, 60_000);
    const failure = await open.failure(injectDrain(drain, open.options()));
    expect(failure.message).toContain("its port is still open");
    expect(open.records).toEqual([]);
  });

  test("says that nobody waits any more when it is interrupted", async () => {
    const sim = slowly(undefined, 60_000);
    sim.clock.after(1000, () => sim.interrupt.abort());
    const result = await sim.run(injectDrain(drain, sim.options()));
    expect(result.outcome).toBe("interrupted");
    expect(sim.kinds()).toEqual(["resolved", "asked", "not-awaited"]);
  });

  test("asks nobody who cannot notice", async () => {
    const sim = new FaultSimulation({ dropsSignal: () => "it ignores that signal" });
    sim.add(7);
    const { message } = await sim.failure(injectDrain(drain, sim.options()));
    expect(message).toStartWith("Cannot send SIGTERM to dfs (pid 7) as it ignores that signal");
    expect(sim.signals).toEqual([]);
  });

  test("is refused where there is no SIGTERM", async () => {
    const sim = new FaultSimulation({ signals: ["SIGKILL"] });
    // At once, though nothing listens yet.
    const request = { ...drain, delayMs: 40_000 };
    const { message } = await sim.failure(injectDrain(request, sim.options()));
    expect(message).toContain("this system does not know it: it has SIGKILL");
    expect(sim.signals).toEqual([]);
  });

  test("asks all owners with --all, and waits for each", async () => {
    const sim = new FaultSimulation();
    for (const pid of [7, 8]) {
      sim.add(pid).onKill = () => void sim.clock.after(pid * 100, () => sim.set(pid, "gone"));
    }
    const startUs = sim.clock.nowUs();
    await sim.run(injectDrain({ ...drain, all: true }, sim.options()));
    const ends = sim.written(startUs).filter((line) => line.includes("end"));
    expect(ends).toEqual(["drain end 7 @700", "drain end 8 @800"]);
  });
});
