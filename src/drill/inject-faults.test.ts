import { describe, expect, test } from "bun:test";
import { FaultSimulation, simulatedPort } from "../../tests/support/fault-simulation.ts";
import { DfsError } from "../base/errors.ts";
import { parseFault } from "./fault-flag.ts";
import { injectFaults } from "./inject-faults.ts";
import { placeFaults } from "./place-faults.ts";
import { ReturnWatch } from "./return-watch.ts";

const endpoint = { host: "localhost", port: simulatedPort };

/** Faults within a simulated load of 30 s, on one replica with pid 7. */
function play(...texts: readonly string[]) {
  const simulation = new FaultSimulation();
  simulation.add(7);
  const { clock } = simulation;
  const startUs = clock.nowUs();
  const returns = new ReturnWatch(clock);
  const setting = { replicas: [endpoint], durationMs: 30_000 };
  const wishes = texts.map((text) => ({ wish: parseFault(text, "--fault"), name: text }));
  const injected = injectFaults(placeFaults(wishes, setting), {
    ...{ ...simulation.options(), returns, endUs: startUs + 30_000_000, directory: "/" },
  });
  const failure = async () => {
    const error = await simulation.run(injected).catch((reason: unknown) => reason);
    if (error instanceof DfsError) return error.message;
    throw new Error(`It did not fail properly: ${String(error)}`);
  };
  const state = (atMs: number, now: "healthy" | "down") =>
    clock.after(atMs, () => returns.changed({ tUs: clock.nowUs(), endpoint, state: now }));
  const written = () => simulation.written(startUs);
  return { simulation, injected, failure, state, written };
}

describe("injectFaults()", () => {
  test("hits each at its time, counted from the first request", async () => {
    const { simulation, injected, written } = play(
      `stall:${simulatedPort}@1s+2s`,
      `crash:${simulatedPort}@10s`,
    );
    await simulation.run(injected);
    expect(written()).toEqual(["stall begin 7 @1000", "stall end 7 @3000", "crash begin 7 @10000"]);
  });

  test("back+ counts from when the replica of the fault before serves the load again", async () => {
    const { simulation, injected, state, written } = play(
      `crash:${simulatedPort}@5s`,
      `stall:${simulatedPort}@back+3s+10s`,
    );
    state(100, "healthy");
    state(5001, "down");
    simulation.clock.after(6900, () => void simulation.add(8));
    state(7000, "healthy");
    await simulation.run(injected);
    expect(written()).toEqual([
      ...["crash begin 7 @5000", "stall begin 8 @10000", "stall end 8 @20000"],
    ]);
  });

  test("a replica that does not come back in time is a failure, and so is one that does too late", async () => {
    const never = play(`crash:${simulatedPort}@5s`, `stall:${simulatedPort}@back+3s+10s`);
    expect(await never.failure()).toContain(
      `Cannot go on with stall:${simulatedPort}@back+3s+10s as localhost:${simulatedPort} was not ` +
        `serving again 14s after crash:${simulatedPort}@5s`,
    );
    const late = play(`crash:${simulatedPort}@5s`, `stall:${simulatedPort}@back+3s+10s`);
    late.state(18_000, "healthy");
    expect(await late.failure()).toContain("it would have to be 2s longer");
    expect(late.written()).toEqual(["crash begin 7 @5000"]);
  });

  test("one that fails ends the others at once, and undoes them", async () => {
    const { simulation, failure, written } = play(
      `stall:${simulatedPort}@1s+20s`,
      `crash:${simulatedPort}@5s`,
      `crash:${simulatedPort}@28s`,
    );
    const survivor = simulation.processes.get(7);
    if (survivor !== undefined) survivor.onKill = () => undefined;
    expect(await failure()).toContain("Cannot prove");
    expect(written()).toEqual(["stall begin 7 @1000", "stall end 7 @7000"]);
    expect(simulation.signals).toEqual(["suspend 7", "kill 7", "resume 7"]);
  });

  test("one that must not be hit is refused at the start, before anything is hit", async () => {
    const { failure, written } = play(
      `stall:${simulatedPort}@1s+20s`,
      `limp:${simulatedPort}@5s+2s,expect=nginx`,
    );
    expect(await failure()).toContain('its owner is not "nginx" but dfs (pid 7)');
    expect(written()).toEqual([]);
  });

  test("a target that dies while it is suspended is a failure", async () => {
    const { simulation, failure } = play(`stall:${simulatedPort}@1s+5s`);
    simulation.clock.after(3000, () => simulation.set(7, "gone"));
    expect(await failure()).toBe(`Replica localhost:${simulatedPort} died during its stall`);
  });

  test("one that somebody undoes before its time is not what was asked for", async () => {
    const { simulation, failure, written } = play(`stall:${simulatedPort}@1s+10s`);
    simulation.clock.after(3000, () => simulation.watchdogs[0]?.says({ word: "asked" }));
    expect(await failure()).toBe(
      `stall:${simulatedPort}@1s+10s was ended before its time by others`,
    );
    expect(written()).toEqual(["stall begin 7 @1000", "stall end 7 @3000"]);
  });

  test("the signal undoes what is under way, and nothing more is hit", async () => {
    const { simulation, injected, written } = play(
      `stall:${simulatedPort}@1s+10s`,
      `crash:${simulatedPort}@15s`,
      `crash:${simulatedPort}@back+1s`,
    );
    simulation.clock.after(2000, () => simulation.interrupt.abort());
    await simulation.run(injected);
    expect(written()).toEqual(["stall begin 7 @1000", "stall end 7 @2000"]);
    expect(simulation.clock.timerCount).toBe(0);
  });

  test("nothing listens by the time of the blow", async () => {
    const { simulation, failure } = play(`crash:${simulatedPort}@5s`);
    simulation.set(7, "gone");
    expect(await failure()).toContain("nothing listens there");
    expect(simulation.kinds()).toContain("port-empty");
  });
});
