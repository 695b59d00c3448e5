import { describe, expect, test } from "bun:test";
import { readdirSync } from "node:fs";
import { FaultSimulation, simulatedPort as port } from "../../tests/support/fault-simulation.ts";
import { tempDir } from "../../tests/support/temp-dir.ts";
import { Roster } from "./roster.ts";
import type { RunningFault } from "./running-fault.ts";
import { injectStall } from "./stall.ts";

const stall = { port, delayMs: 0, durationMs: 1000 };
/** Claims pid 7; its injector is pid 8. */
const other: RunningFault = {
  ...{ id: "k2bgi", fault: "stall", port, run: "r1", sinceUs: 5, untilUs: 9e6 },
  targets: [{ pid: 7, identity: "start of 7", name: "dfs", uid: 1000, user: "anna" }],
  injector: { pid: 8, identity: "start of 8", name: "dfs", uid: 1000, user: "anna" },
  watchdog: undefined,
};
const taken = "has dfs (pid 7) already: dfs fault undo k2bgi ends that";

describe("a target", () => {
  function stage(path: string) {
    const sim = new FaultSimulation();
    const roster = new Roster([path]);
    sim.add(7);
    return { sim, roster, options: { ...sim.options(), roster } };
  }

  test("is nobody else's from before its watchdog is told", async () => {
    using dir = tempDir();
    const { sim, roster, options } = stage(dir.path);
    sim.add(8, {}, port + 1);
    expect(roster.claim(other, 7)).toBeUndefined();
    expect((await sim.failure(injectStall(stall, options))).message).toEndWith(taken);
    expect(sim.signals).toEqual([]);
    // What the other holds is left alone.
    expect(readdirSync(dir.path)).toEqual(["7.claim"]);
    roster.remove(other.id);
    expect(readdirSync(dir.path)).toEqual([]);
  });

  test("is free again after a stall, and when its claimant is dead or meant another", async () => {
    using dir = tempDir();
    const { sim, roster, options } = stage(dir.path);
    for (const change of [{}, { targets: [{ ...other.targets[0], identity: "earlier" }] }]) {
      roster.claim({ ...other, ...change } as RunningFault, 7);
      expect((await sim.run(injectStall(stall, options))).outcome).toBe("done");
      expect(readdirSync(dir.path)).toEqual([]);
      sim.add(8, {}, port + 1);
    }
  });

  test("of a dead injector is still that of the watchdog that lives", async () => {
    using dir = tempDir();
    const { sim, roster, options } = stage(dir.path);
    const watchdog = { ...other.injector, pid: 9, identity: "start of 9" };
    sim.add(9, {}, port + 1);
    roster.claim(other, 7);
    roster.put({ ...other, watchdog });
    expect((await sim.failure(injectStall(stall, options))).message).toEndWith(taken);
  });

  test("that a fault of ours has suspended is refused by that fault's name", async () => {
    using dir = tempDir();
    const { sim, roster, options } = stage(dir.path);
    sim.set(7, "stopped");
    const stranger = await sim.failure(injectStall(stall, options));
    expect(stranger.message).toEndWith("already: its resumption is not ours to decide");
    roster.put(other);
    expect((await sim.failure(injectStall(stall, options))).message).toEndWith(taken);
  });
});
