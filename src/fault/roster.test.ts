import { describe, expect, test } from "bun:test";
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { FaultSimulation } from "../../tests/support/fault-simulation.ts";
import { tempDir } from "../../tests/support/temp-dir.ts";
import { DfsError } from "../base/errors.ts";
import { limits } from "../base/limits.ts";
import { Roster } from "./roster.ts";
import { rosterDirectories } from "./roster-directory.ts";
import { formatRunningFault, parseRunningFault, type RunningFault } from "./running-fault.ts";
import { runningFaults, undoFault } from "./running-faults.ts";

const onWindows = process.platform === "win32";
const fault: RunningFault = {
  ...{ id: "k2bgi", fault: "stall", port: 50052, run: "r1", sinceUs: 5, untilUs: 9e6 },
  targets: [{ pid: 7, identity: "start of 7", name: "dfs\u001b[2J", uid: 1000, user: "anna" }],
  injector: { pid: 8, identity: "start of 8", name: "dfs", uid: undefined, user: "" },
  watchdog: { pid: 9, identity: "start of 9", name: "dfs", uid: 1000, user: "anna" },
};

describe("Roster", () => {
  test("gives back what was put there, by its begin, until it is removed", () => {
    using dir = tempDir();
    const roster = new Roster([dir.file("dfs")]);
    const earlier = { ...fault, id: "zzzz", sinceUs: 1 };
    roster.put({ ...fault, port: 1 });
    roster.put(fault);
    roster.put(earlier);
    expect(roster.list()).toEqual([earlier, fault]);
    roster.askUndo("zzzz");
    expect([roster.isUndoAsked("zzzz"), roster.isUndoAsked("k2bgi")]).toEqual([true, false]);
    roster.remove("zzzz");
    roster.remove("zzzz");
    expect([roster.has("zzzz"), roster.list()]).toEqual([false, [fault]]);
    expect(readdirSync(dir.file("dfs"))).toEqual(["k2bgi.json"]);
  });

  test.skipIf(onWindows)("is for its user alone, also where it was open to others", () => {
    using dir = tempDir();
    const path = dir.file("dfs");
    mkdirSync(path);
    chmodSync(path, 0o777);
    const roster = new Roster([path]);
    // What others could have written is not believed.
    writeFileSync(join(path, "k2bgi.json"), formatRunningFault(fault));
    expect(roster.list()).toEqual([]);
    roster.put(fault);
    expect(statSync(path).mode & 0o777).toBe(0o700);
    expect(statSync(join(path, "k2bgi.json")).mode & 0o777).toBe(0o600);
  });

  test.skipIf(onWindows)("follows no link, neither to a directory nor to an entry", () => {
    using dir = tempDir();
    const [elsewhere, path] = [dir.file("elsewhere"), dir.file("dfs")];
    mkdirSync(elsewhere, { mode: 0o700 });
    symlinkSync(elsewhere, path);
    const roster = new Roster([path, dir.file("second")]);
    roster.put(fault);
    expect(readdirSync(elsewhere)).toEqual([]);
    expect(existsSync(dir.file("second/k2bgi.json"))).toBe(true);
    writeFileSync(dir.file("linked"), formatRunningFault({ ...fault, id: "linked" }));
    symlinkSync(dir.file("linked"), dir.file("second/linked.json"));
    expect(roster.list()).toEqual([fault]);
  });

  test("takes whatever else lies there for nothing", () => {
    using dir = tempDir();
    const path = dir.file("dfs");
    const roster = new Roster([path]);
    roster.put(fault);
    const text = formatRunningFault(fault);
    const hostile: Readonly<Record<string, string>> = {
      "aaaa1.json": "",
      "aaaa2.json": text.slice(0, -20),
      "aaaa3.json": "null",
      "aaaa4.json": "[]",
      // Another's name.
      "aaaa5.json": text,
      "aaaa6.json": text + " ".repeat(limits.rosterEntryMaxBytes),
      "aaaa7.json": "[".repeat(60_000),
      "aa.json": text,
      "AAAAA.json": text,
      "note.txt": text,
      "aaaa8.undo": "",
    };
    for (const [name, content] of Object.entries(hostile)) writeFileSync(join(path, name), content);
    mkdirSync(join(path, "aaaa9.json"));
    if (!onWindows) Bun.spawnSync(["mkfifo", join(path, "aaaaa.json")]);
    expect(roster.list()).toEqual([fault]);
  });

  test("says why it cannot keep an entry, and lists nothing then", () => {
    using dir = tempDir();
    writeFileSync(dir.file("dfs"), "");
    const roster = new Roster([dir.file("dfs"), dir.file("no/such")]);
    const put = () => roster.put(fault);
    expect(put).toThrow(DfsError);
    expect(put).toThrow("dfs is not a directory; ENOENT");
    expect(roster.list()).toEqual([]);
    roster.remove("k2bgi");
  });
});

describe("parseRunningFault()", () => {
  test("refuses an entry that would have a wrong process touched", () => {
    const wrong = [
      { targets: [] },
      { targets: [{ ...fault.targets[0], pid: 0 }] },
      { targets: [{ ...fault.targets[0], pid: 1 }] },
      { targets: [{ ...fault.targets[0], pid: -7 }] },
      { targets: [{ ...fault.targets[0], pid: 7.5 }] },
      { targets: [{ ...fault.targets[0], pid: "7" }] },
      { targets: [fault.targets[0], { pid: 7 }] },
      { targets: "all" },
      { fault: "crash" },
      { fault: "toString" },
      { id: "../x" },
      { port: -1 },
      { untilUs: 1e300 },
      { injector: null },
    ];
    for (const change of wrong) {
      expect(parseRunningFault(JSON.stringify({ ...fault, ...change }))).toBeUndefined();
    }
    expect(parseRunningFault(formatRunningFault(fault))).toEqual(fault);
  });
});

test("rosterDirectories() prefers the user's runtime directory", () => {
  const [runtime, shared, ...rest] = rosterDirectories({ XDG_RUNTIME_DIR: "/run/user/1000" });
  expect([runtime, rest]).toEqual([join("/run/user/1000", "dfs"), []]);
  expect(rosterDirectories({})).toEqual([shared ?? ""]);
  expect(rosterDirectories({ XDG_RUNTIME_DIR: "relative" })).toEqual([shared ?? ""]);
});

describe("runningFaults() and undoFault()", () => {
  function stage(path: string, pids: readonly number[]) {
    const sim = new FaultSimulation();
    const roster = new Roster([path]);
    for (const pid of pids) sim.add(pid);
    roster.put(fault);
    return { sim, tools: { roster, system: sim.system, clock: sim.clock } };
  }

  test("an entry of which nothing is left is dropped", async () => {
    using dir = tempDir();
    const { sim, tools } = stage(dir.file("dfs"), [7]);
    // Its pid was given away.
    sim.add(8, { identity: "a later start" });
    expect(await runningFaults(tools)).toEqual([]);
    expect(tools.roster.list()).toEqual([]);
  });

  test("an entry whose target stands still is kept though nobody guards it", async () => {
    using dir = tempDir();
    const { sim, tools } = stage(dir.file("dfs"), [7]);
    sim.set(7, "stopped");
    const [status] = await runningFaults(tools);
    expect(status).toEqual({
      ...{ fault, isInjectorAlive: false, isWatchdogAlive: false, targetStates: ["stopped"] },
    });
    if (status === undefined) throw new Error("It was not listed");
    expect(await sim.run(undoFault(status, tools))).toEqual(["running"]);
    expect([sim.signals, tools.roster.list()]).toEqual([["resume 7"], []]);
  });

  test("an undo is the injector's to do while it answers", async () => {
    using dir = tempDir();
    const { sim, tools } = stage(dir.file("dfs"), [7, 8, 9]);
    sim.set(7, "stopped");
    const [status] = await runningFaults(tools);
    if (status === undefined) throw new Error("It was not listed");
    expect([status.isInjectorAlive, status.isWatchdogAlive]).toEqual([true, true]);
    sim.clock.after(100, () => {
      if (!tools.roster.isUndoAsked(fault.id)) return;
      sim.set(7, "running");
      tools.roster.remove(fault.id);
    });
    expect(await sim.run(undoFault(status, tools))).toEqual(["running"]);
    expect(sim.signals).toEqual([]);
  });

  test("an undo that nobody answers is done all the same", async () => {
    using dir = tempDir();
    const { sim, tools } = stage(dir.file("dfs"), [7, 8]);
    sim.set(7, "stopped");
    const [status] = await runningFaults(tools);
    if (status === undefined) throw new Error("It was not listed");
    expect(await sim.run(undoFault(status, tools))).toEqual(["running"]);
    expect([sim.signals, tools.roster.list()]).toEqual([["resume 7"], []]);
  });

  test("a target that does not resume is an error with what a person can do", async () => {
    using dir = tempDir();
    const { sim, tools } = stage(dir.file("dfs"), []);
    sim.add(7, { state: "stopped" }).onResume = () => undefined;
    const [status] = await runningFaults(tools);
    if (status === undefined) throw new Error("It was not listed");
    const failure = sim.run(undoFault(status, tools)).catch(String);
    expect(await failure).toContain("still suspended; resume it with kill -CONT 7");
  });
});
