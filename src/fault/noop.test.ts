import { describe, expect, test } from "bun:test";
import { FaultSimulation, simulatedPort as port } from "../../tests/support/fault-simulation.ts";
import { injectNoop } from "./noop.ts";

const crash = { port, delayMs: 0 };

describe("injectNoop()", () => {
  test("shows whom the fault would hit, and neither signals nor records", async () => {
    const sim = new FaultSimulation();
    sim.add(7);
    const noop = { ...crash, insteadOf: "stall" } as const;
    const result = await sim.run(injectNoop(noop, sim.options()));
    expect(result.targets.map(({ process }) => process.pid)).toEqual([7]);
    expect(sim.kinds()).toEqual(["resolved"]);
    expect([sim.signals, sim.records]).toEqual([[], []]);
  });

  test("gives the refusals of the fault it stands in for", async () => {
    const sim = new FaultSimulation();
    sim.add(7, { state: "stopped" });
    const noop = { ...crash, insteadOf: "stall" } as const;
    expect((await sim.failure(injectNoop(noop, sim.options()))).message).toStartWith(
      "Cannot stall",
    );
    await sim.run(injectNoop({ ...crash, insteadOf: "crash" }, sim.options()));
  });
});
