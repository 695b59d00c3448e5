import { describe, expect, test } from "bun:test";
import { FaultSimulation, simulatedPort as port } from "../../tests/support/fault-simulation.ts";
import { sleep } from "../base/clock.ts";
import { DfsError } from "../base/errors.ts";
import { injectCrash } from "./crash.ts";
import type { System } from "./system.ts";

const crash = { port, delayMs: 0 };

/** The same look, which takes 2 s. */
function slowly(sim: FaultSimulation, inspect: System["inspect"]): System["inspect"] {
  return async (pids) => {
    await sleep(sim.clock, 2000);
    return inspect(pids);
  };
}

describe("injectCrash()", () => {
  test("records when the process was seen gone, not when it was signalled", async () => {
    const sim = new FaultSimulation();
    const startUs = sim.clock.nowUs();
    sim.add(7).onKill = () => void sim.clock.after(300, () => sim.set(7, "gone"));
    const result = await sim.run(injectCrash(crash, sim.options()));
    expect(result.outcome).toBe("done");
    expect(sim.written(startUs)).toEqual(["crash begin 7 @300"]);
    expect(sim.events.at(-1)).toMatchObject({ kind: "injected", tUs: startUs + 300_000, port });
  });

  test("fails when the process does not go", async () => {
    const sim = new FaultSimulation();
    sim.add(7).onKill = () => undefined;
    const { message } = await sim.failure(injectCrash(crash, sim.options()));
    expect(message).toContain("dfs (pid 7) was killed: it is still there 2 s after its SIGKILL");
    expect(sim.records).toEqual([]);
  });

  test("sends the signal asked for, and says what to do when it is survived", async () => {
    const sim = new FaultSimulation();
    sim.add(7);
    await sim.run(injectCrash({ ...crash, signal: "SIGTERM" }, sim.options()));
    expect(sim.signals).toEqual(["SIGTERM 7"]);
    expect(sim.events.at(-1)).toMatchObject({ kind: "injected", signal: "SIGTERM" });

    const survivor = new FaultSimulation();
    survivor.add(7).onKill = () => undefined;
    const { message } = await survivor.failure(
      injectCrash({ ...crash, signal: "SIGTERM" }, survivor.options()),
    );
    expect(message).toContain(
      "still there 2 s after its SIGTERM; it handles or blocks that signal",
    );
    expect(message).toContain("leave --signal out for SIGKILL");
    expect(survivor.records).toEqual([]);
  });

  test("sends no signal that the target ignores or the system does not have", async () => {
    const deaf = new FaultSimulation({ dropsSignal: () => "it ignores that signal" });
    deaf.add(7);
    const request = { ...crash, signal: "SIGHUP", delayMs: 5000 } as const;
    const { message } = await deaf.failure(injectCrash(request, deaf.options()));
    expect(message).toContain("Cannot send SIGHUP to dfs (pid 7) as it ignores that signal");
    expect(deaf.signals).toEqual([]);
    const other = new FaultSimulation({ signals: ["SIGKILL"] });
    other.add(7);
    const failure = await other.failure(injectCrash(request, other.options()));
    expect(failure.message).toContain("this system does not know it");
  });

  test("sends a suspended process nothing but SIGKILL, as it would heed it later", async () => {
    const sim = new FaultSimulation();
    sim.add(7, { state: "stopped" });
    const request = { ...crash, signal: "SIGTERM" } as const;
    const { message } = await sim.failure(injectCrash(request, sim.options()));
    expect(message).toBe(
      "Cannot send SIGTERM to dfs (pid 7) as it is suspended, and would take that only when it " +
        "is resumed; only SIGKILL (dfs fault crash) ends it",
    );
    expect(sim.signals).toEqual([]);
    await sim.run(injectCrash(crash, sim.options()));
    expect(sim.signals).toEqual(["kill 7"]);
  });

  test("does not wait for a blow by a signal that the system does not have", async () => {
    const sim = new FaultSimulation({ signals: ["SIGKILL"] });
    const startUs = sim.clock.nowUs();
    const request = { ...crash, signal: "SIGTERM", delayMs: 40_000 } as const;
    const { message } = await sim.failure(injectCrash(request, sim.options()));
    expect(message).toBe(
      "Cannot send SIGTERM as this system does not know it: it has SIGKILL, " +
        "which dfs fault crash sends",
    );
    expect(sim.clock.nowUs() - startUs).toBeLessThan(1_000_000);
  });

  test("does not claim the end of a process that ended by itself before the blow", async () => {
    const sim = new FaultSimulation({ glance: async () => "gone" });
    sim.add(7);
    const { message } = await sim.failure(injectCrash(crash, sim.options()));
    expect(message).toContain("it ended by itself just before the blow");
    expect([sim.signals, sim.records]).toEqual([[], []]);
  });

  test("fails when the port stays with the dead process", async () => {
    const sim = new FaultSimulation();
    sim.add(7).onKill = () => void sim.processes.delete(7);
    const { message } = await sim.failure(injectCrash(crash, sim.options()));
    expect(message).toContain("port 50051 was closed: pid 7 is gone, but is still listed");
    expect(sim.kinds()).toEqual(["resolved"]);
  });

  test("does not mind that a supervisor starts a successor on the port at once", async () => {
    const sim = new FaultSimulation();
    sim.add(7).onKill = () => {
      sim.set(7, "gone");
      sim.add(8);
    };
    await sim.run(injectCrash(crash, sim.options()));
    expect(sim.kinds()).toEqual(["resolved", "injected"]);
    expect(sim.signals).toEqual(["kill 7"]);
  });

  test("hits a successor of the same command after the delay, and says so", async () => {
    const sim = new FaultSimulation();
    sim.add(7);
    sim.clock.after(2000, () => {
      sim.set(7, "gone");
      sim.add(8);
    });
    await sim.run(injectCrash({ ...crash, delayMs: 5000 }, sim.options()));
    expect(sim.kinds()).toEqual(["resolved", "target-replaced", "injected"]);
    expect(sim.signals).toEqual(["kill 8"]);
  });

  test("does not hit another program that took the port during the delay", async () => {
    const sim = new FaultSimulation();
    sim.add(7);
    sim.clock.after(2000, () => {
      sim.set(7, "gone");
      sim.add(8, { executable: "/usr/bin/postgres", commandLine: "postgres" });
    });
    const { message } = await sim.failure(injectCrash({ ...crash, delayMs: 5000 }, sim.options()));
    expect(message).toContain("the port changed hands since");
    expect(message).toContain("now it is dfs (pid 8), command: postgres; shown was dfs (pid 7)");
    expect(sim.signals).toEqual([]);
  });

  test("warns of an empty port at the start of a delay and fails for one at its end", async () => {
    const late = new FaultSimulation();
    late.clock.after(2000, () => void late.add(7));
    await late.run(injectCrash({ ...crash, delayMs: 5000 }, late.options()));
    expect(late.kinds()).toEqual(["port-empty", "resolved", "injected"]);

    const never = new FaultSimulation();
    const { message } = await never.failure(
      injectCrash({ ...crash, delayMs: 5000 }, never.options()),
    );
    expect(message).toContain("nothing listens there");
    expect(never.kinds()).toEqual(["port-empty"]);
  });

  test("strikes when the delay is over, not sooner", async () => {
    const sim = new FaultSimulation();
    sim.add(7);
    const startUs = sim.clock.nowUs();
    await sim.run(injectCrash({ ...crash, delayMs: 5000 }, sim.options()));
    expect(sim.written(startUs)).toEqual(["crash begin 7 @5000"]);
  });

  test("resolves again so early that a slow look does not delay the blow", async () => {
    const sim = new FaultSimulation();
    sim.system.inspect = slowly(sim, sim.system.inspect);
    sim.add(7);
    const startUs = sim.clock.nowUs();
    await sim.run(injectCrash({ ...crash, delayMs: 5000 }, sim.options()));
    expect(sim.written(startUs)).toEqual(["crash begin 7 @5000"]);
  });

  test("does nothing when it is interrupted during the delay", async () => {
    const sim = new FaultSimulation();
    sim.add(7);
    sim.clock.after(1000, () => sim.interrupt.abort());
    const result = await sim.run(injectCrash({ ...crash, delayMs: 5000 }, sim.options()));
    expect(result).toEqual({ outcome: "interrupted", targets: [] });
    expect(sim.signals).toEqual([]);
  });

  test("says that the owner is hidden when an unlisted port takes connections", async () => {
    const sim = new FaultSimulation({ acceptsConnections: async () => true });
    const { message } = await sim.failure(injectCrash(crash, sim.options()));
    expect(message).toContain("something accepts connections there whose process is not visible");
  });

  test("passes a refused signal on before it kills anyone", async () => {
    const sim = new FaultSimulation({
      assertMaySignal: (target) => {
        if (target.pid === 8) throw new DfsError("fault", "not permitted");
      },
    });
    sim.add(7);
    sim.add(8);
    const { message } = await sim.failure(injectCrash({ ...crash, all: true }, sim.options()));
    expect(message).toBe("not permitted");
    expect(sim.signals).toEqual([]);
  });
});
