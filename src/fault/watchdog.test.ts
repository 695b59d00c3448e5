import { describe, expect, test } from "bun:test";
import { join } from "node:path";
import { FaultSimulation } from "../../tests/support/fault-simulation.ts";
import { tempDir } from "../../tests/support/temp-dir.ts";
import type { LedgerRecord } from "../ledger/record.ts";
import { Roster } from "./roster.ts";
import { factsOf, type RunningFault, refOf } from "./running-fault.ts";
import { Watchdog } from "./watchdog.ts";
import type { Word } from "./watchdog-words.ts";

/** A watchdog of this process over simulated others, which has been told to guard pid 7. */
async function guarding(dir: string, change: Partial<RunningFault> = {}) {
  const sim = new FaultSimulation();
  const target = sim.add(7);
  // The watchdog looks itself up.
  sim.add(process.pid);
  const words: Word[] = [];
  const records: LedgerRecord[] = [];
  const terminate = new AbortController();
  const roster = new Roster([join(dir, "dfs")]);
  const wallUs = () => sim.clock.nowUs() + sim.sleptUs;
  const watchdog = new Watchdog({
    ...{ system: sim.system, clock: sim.clock, wallUs, roster, signal: terminate.signal },
    say: (word) => words.push(word),
    record: (_path, record) => records.push(record),
  });
  const running = watchdog.run();
  let isOver = false;
  void running.then(() => {
    isOver = true;
  });
  const injector = factsOf({ pid: 99, identity: "i", name: "dfs", uid: 1000, user: "anna" });
  const fault: RunningFault = {
    ...{ id: "abcd1", fault: "stall", port: 50051, run: "r1", sinceUs: wallUs() },
    ...{ untilUs: wallUs() + 10_000_000, targets: [refOf(target.facts)] },
    ...{ injector: refOf(injector), watchdog: undefined },
    ...change,
  };
  watchdog.hear({ order: "guard", fault, ledger: join(dir, "fault.log") });
  await sim.clock.advanceMs(0);
  const startUs = sim.clock.nowUs();
  return {
    ...{ sim, words, records, terminate, roster, watchdog, fault },
    isOver: () => isOver,
    /** The injector's suspension, on record as it ought to be. */
    async suspend() {
      sim.set(7, "stopped");
      watchdog.hear({ order: "begun", pid: 7, untilUs: fault.untilUs });
      await sim.clock.advanceMs(0);
    },
    sinceStartMs: () => (sim.clock.nowUs() - startUs) / 1000,
  };
}

describe("Watchdog", () => {
  test("says that it is ready, and has listed the fault by then", async () => {
    using dir = tempDir();
    const { words, roster, fault } = await guarding(dir.path);
    expect(words).toEqual([{ word: "ready" }]);
    expect(roster.list()).toMatchObject([{ ...fault, watchdog: { pid: process.pid } }]);
  });

  test("only waits while its injector lives, and leaves when it is released", async () => {
    using dir = tempDir();
    const { sim, suspend, watchdog, isOver, roster } = await guarding(dir.path);
    await suspend();
    await sim.clock.advanceMs(9990);
    expect(sim.signals).toEqual([]);
    sim.set(7, "running");
    watchdog.hear({ order: "release" });
    await sim.clock.advanceMs(0);
    expect([isOver(), roster.list(), sim.signals]).toEqual([true, [], []]);
  });

  test("resumes the target at the planned end when its injector is gone", async () => {
    using dir = tempDir();
    const { sim, suspend, watchdog, isOver, roster, records, words } = await guarding(dir.path);
    await suspend();
    watchdog.injectorGone();
    await sim.clock.advanceMs(9999);
    expect(sim.signals).toEqual([]);
    await sim.clock.advanceMs(1);
    expect(sim.signals).toEqual(["resume 7"]);
    expect([isOver(), roster.list()]).toEqual([true, []]);
    expect(records).toMatchObject([{ fault: "stall", phase: "end", pid: 7, run: "r1" }]);
    // Nobody is left to be told.
    expect(words).toHaveLength(1);
  });

  test("counts from the suspension that it saw when its injector could not tell", async () => {
    using dir = tempDir();
    const { sim, watchdog, records, isOver } = await guarding(dir.path);
    await sim.clock.advanceMs(400);
    sim.set(7, "stopped");
    await sim.clock.advanceMs(20);
    watchdog.injectorGone();
    await sim.clock.advanceMs(9970);
    expect(sim.signals).toEqual([]);
    await sim.clock.advanceMs(30);
    expect([isOver(), sim.signals]).toEqual([true, ["resume 7"]]);
    // No begin is on record, so no end is either.
    expect(records).toEqual([]);
  });

  test("resumes at once when the machine has slept through the planned end", async () => {
    using dir = tempDir();
    const { sim, suspend, watchdog, isOver } = await guarding(dir.path);
    await suspend();
    watchdog.injectorGone();
    await sim.clock.advanceMs(1000);
    sim.sleptUs = 3600e6;
    await sim.clock.advanceMs(50);
    expect([isOver(), sim.signals]).toEqual([true, ["resume 7"]]);
  });

  test("is not fooled by a wall clock that is set back", async () => {
    using dir = tempDir();
    const { sim, suspend, watchdog, isOver } = await guarding(dir.path);
    await suspend();
    watchdog.injectorGone();
    sim.sleptUs = -3600e6;
    await sim.clock.advanceMs(10_000);
    expect([isOver(), sim.signals]).toEqual([true, ["resume 7"]]);
  });

  test("never resumes another process that was given the pid meanwhile", async () => {
    using dir = tempDir();
    const { sim, suspend, watchdog, isOver } = await guarding(dir.path);
    await suspend();
    sim.set(7, "gone");
    sim.add(7, { identity: "a later start", state: "stopped" });
    watchdog.injectorGone();
    await sim.clock.advanceMs(20_000);
    expect([isOver(), sim.signals]).toEqual([true, []]);
  });

  test("leaves early when its injector died before it suspended anything", async () => {
    using dir = tempDir();
    const { sim, watchdog, isOver, roster } = await guarding(dir.path);
    watchdog.injectorGone();
    await sim.clock.advanceMs(1100);
    expect([isOver(), sim.signals, roster.list()]).toEqual([true, [], []]);
  });

  test("resumes a target at once on SIGTERM, and tells its injector", async () => {
    using dir = tempDir();
    const { sim, suspend, terminate, words, isOver, records } = await guarding(dir.path);
    await suspend();
    terminate.abort();
    await sim.clock.advanceMs(0);
    expect([isOver(), sim.signals]).toEqual([true, ["resume 7"]]);
    expect(words.slice(-2)).toEqual([
      { word: "undone", reason: "terminated" },
      { word: "resumed", pid: 7, tUs: sim.clock.nowUs() },
    ]);
    // The injector lives, and writes its records itself.
    expect(records).toEqual([]);
  });

  test("acts for an injector that lives but is late", async () => {
    using dir = tempDir();
    const { sim, suspend, words, isOver } = await guarding(dir.path);
    await suspend();
    await sim.clock.advanceMs(10_024);
    expect(sim.signals).toEqual([]);
    await sim.clock.advanceMs(1);
    expect([isOver(), sim.signals]).toEqual([true, ["resume 7"]]);
    expect(words.slice(-2)).toEqual([
      { word: "undone", reason: "overdue" },
      { word: "resumed", pid: 7, tUs: sim.clock.nowUs() },
    ]);
  });

  test("puts no end on record that its late injector has, though it leaves meanwhile", async () => {
    using dir = tempDir();
    const { sim, suspend, watchdog, isOver, records } = await guarding(dir.path);
    const target = sim.processes.get(7);
    // A look that takes a while, as on Windows.
    if (target !== undefined) {
      target.onResume = () => void sim.clock.after(500, () => sim.set(7, "running"));
    }
    await suspend();
    await sim.clock.advanceMs(10_100);
    expect(sim.signals).toEqual(["resume 7"]);
    watchdog.hear({ order: "release" });
    watchdog.injectorGone();
    await sim.clock.advanceMs(1000);
    expect([isOver(), records]).toEqual([true, []]);
  });

  test("passes a request to end on, and grants it itself when nobody does", async () => {
    using dir = tempDir();
    const { sim, suspend, words, roster, isOver } = await guarding(dir.path);
    await suspend();
    roster.askUndo("abcd1");
    await sim.clock.advanceMs(60);
    expect(words.at(-1)).toEqual({ word: "asked" });
    expect(sim.signals).toEqual([]);
    await sim.clock.advanceMs(1100);
    expect([isOver(), sim.signals, roster.list()]).toEqual([true, ["resume 7"], []]);
  });

  test("grants a request at once when its injector is gone", async () => {
    using dir = tempDir();
    const { sim, suspend, watchdog, roster, isOver, sinceStartMs } = await guarding(dir.path);
    await suspend();
    watchdog.injectorGone();
    roster.askUndo("abcd1");
    await sim.clock.advanceMs(60);
    expect([isOver(), sim.signals]).toEqual([true, ["resume 7"]]);
    expect(sinceStartMs()).toBeLessThan(100);
  });

  test("leaves a limp running as soon as its injector is gone, whatever comes late", async () => {
    using dir = tempDir();
    const { sim, watchdog, isOver } = await guarding(dir.path, { fault: "limp" });
    // A suspension that was asked for takes effect after the look.
    sim.clock.after(100, () => sim.set(7, "stopped"));
    watchdog.injectorGone();
    await sim.clock.advanceMs(1000);
    expect([isOver(), sim.processes.get(7)?.facts.state]).toEqual([true, "running"]);
  });

  test("keeps the entry of a target that does not resume", async () => {
    using dir = tempDir();
    const { sim, suspend, watchdog, roster, isOver } = await guarding(dir.path);
    const target = sim.processes.get(7);
    if (target !== undefined) target.onResume = () => undefined;
    await suspend();
    watchdog.injectorGone();
    await sim.clock.advanceMs(20_000);
    expect([isOver(), roster.list().length]).toEqual([true, 1]);
  });

  test("guards also where nothing can be listed, and says so", async () => {
    using dir = tempDir();
    await Bun.write(dir.file("dfs"), "not a directory");
    const { words } = await guarding(dir.path);
    expect(words).toMatchObject([{ word: "unlisted" }, { word: "ready" }]);
  });
});
