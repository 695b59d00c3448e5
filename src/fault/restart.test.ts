import { describe, expect, test } from "bun:test";
import { FaultSimulation, simulatedPort as port } from "../../tests/support/fault-simulation.ts";
import { DfsError } from "../base/errors.ts";
import { injectRestart } from "./restart.ts";

const restart = {
  ...{ port, delayMs: 0, command: undefined, downtimeMs: 0, withinMs: 5000 },
  outputPath: "restart_50051.log",
};

describe("injectRestart()", () => {
  test("records the crash, and the restart when the port was seen open again", async () => {
    const sim = new FaultSimulation();
    sim.add(7);
    sim.onLaunch = () => {
      sim.clock.after(400, () => void sim.add(100));
      return {};
    };
    const startUs = sim.clock.nowUs();
    const result = await sim.run(injectRestart(restart, sim.options()));
    expect(result.outcome).toBe("done");
    expect(sim.signals).toEqual(["kill 7", "launch"]);
    expect(sim.written(startUs)).toEqual(["crash begin 7 @0", "restart"]);
    expect(sim.records[1]).toMatchObject({
      ...{ endpoint: "localhost:50051", by: "fault restart", pid: 100, after: "SIGKILL" },
      tUs: startUs + 400_000,
    });
    expect(sim.kinds()).toEqual(["resolved", "injected", "restarted"]);
    const ended = { by: "us", downMs: 400, process: { pid: 100 } };
    expect(sim.events.at(-1)).toMatchObject(ended);
  });

  test("is refused at once where nothing can be started again, be it by --command", async () => {
    for (const command of [undefined, "./start.sh"]) {
      const sim = new FaultSimulation({ cannotLaunch: "it has no sh" });
      sim.add(7);
      const request = { ...restart, command, delayMs: 5000 };
      const { message } = await sim.failure(injectRestart(request, sim.options()));
      expect(message).toBe(
        `Cannot restart the listener of port ${port} as it has no sh; ` +
          "end it with dfs fault crash, and start it yourself",
      );
      expect(sim.signals).toEqual([]);
    }
  });

  test("keeps the port closed for the downtime", async () => {
    const sim = new FaultSimulation();
    sim.add(7);
    await sim.run(injectRestart({ ...restart, downtimeMs: 3000 }, sim.options()));
    expect(sim.events.at(-1)).toMatchObject({ kind: "restarted", downMs: 3000 });
  });

  test("starts none beside what a supervisor has started meanwhile, and says so", async () => {
    const sim = new FaultSimulation();
    sim.add(7).onKill = () => {
      sim.set(7, "gone");
      sim.clock.after(500, () => void sim.add(8));
    };
    await sim.run(injectRestart({ ...restart, downtimeMs: 1000 }, sim.options()));
    expect(sim.signals).toEqual(["kill 7"]);
    expect(sim.events.at(-1)).toMatchObject({ kind: "restarted", by: "others" });
    // Whoever restarted it records that.
    expect(sim.records.map(({ kind }) => kind)).toEqual(["fault"]);
  });

  test("ends what it started when somebody else takes the port first", async () => {
    const sim = new FaultSimulation();
    let killed = false;
    sim.add(7);
    sim.onLaunch = () => {
      sim.clock.after(200, () => void sim.add(8));
      const kill = () => {
        killed = true;
      };
      return { kill };
    };
    await sim.run(injectRestart(restart, sim.options()));
    expect(killed).toBe(true);
    expect(sim.kinds()).toEqual(["resolved", "injected", "second-ended", "restarted"]);
    expect(sim.events.at(-1)).toMatchObject({ by: "others", process: { pid: 8 } });
  });

  test("takes a process below the one it started, or left behind by it, for its own", async () => {
    const below = new FaultSimulation();
    below.add(7);
    below.onLaunch = () => {
      below.add(101, { parentPid: 100 });
      return {};
    };
    below.processes.set(100, { facts: { ...below.add(7).facts, pid: 100, parentPid: 1 } });
    await below.run(injectRestart(restart, below.options()));
    expect(below.events.at(-1)).toMatchObject({ by: "us", process: { pid: 101 } });

    const daemon = new FaultSimulation();
    daemon.add(7);
    daemon.onLaunch = () => {
      daemon.add(102, { startedUs: daemon.clock.nowUs() });
      return { ended: () => "status 0" };
    };
    await daemon.run(injectRestart(restart, daemon.options()));
    expect(daemon.events.at(-1)).toMatchObject({ by: "us", process: { pid: 102 } });
  });

  test("fails when what it started ends, or does not open the port in time", async () => {
    const ends = new FaultSimulation();
    ends.add(7);
    ends.onLaunch = () => ({ ended: () => "status 1" });
    const failure = await ends.failure(injectRestart(restart, ends.options()));
    expect(failure.message).toContain("port 50051 was restarted: pid 100 ended with status 1");

    const silent = new FaultSimulation();
    silent.add(7);
    silent.onLaunch = () => ({});
    const { message } = await silent.failure(injectRestart(restart, silent.options()));
    expect(message).toContain("pid 100 runs and is left alone, but the port is not open 5s after");
  });

  test("kills nothing that it could not start again", async () => {
    const sim = new FaultSimulation({
      launchOf: () => {
        throw new DfsError("fault", "Cannot restart it");
      },
    });
    sim.add(7);
    const { message } = await sim.failure(injectRestart(restart, sim.options()));
    expect(message).toBe("Cannot restart it");
    expect(sim.signals).toEqual([]);
    await sim.run(injectRestart({ ...restart, command: "dfs serve" }, sim.options()));
    expect(sim.signals).toEqual(["kill 7", "launch"]);
  });

  test("starts it again although it is interrupted during the downtime", async () => {
    const sim = new FaultSimulation();
    sim.add(7);
    sim.clock.after(500, () => sim.interrupt.abort());
    const result = await sim.run(injectRestart({ ...restart, downtimeMs: 9000 }, sim.options()));
    expect(result.outcome).toBe("interrupted");
    expect(sim.events.at(-1)).toMatchObject({ kind: "restarted", by: "us", downMs: 500 });
  });
});
