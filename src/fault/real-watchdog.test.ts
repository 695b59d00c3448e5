/** Real watchdogs over real processes. */
import { afterAll, afterEach, describe, expect, setDefaultTimeout, test } from "bun:test";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { isAlive, linuxState } from "../../tests/support/process-state.ts";
import { tempDir } from "../../tests/support/temp-dir.ts";
import { soon, startUndoTarget } from "../../tests/support/undo-round.ts";
import { systemClock } from "../base/clock.ts";
import type { LedgerRecord } from "../ledger/record.ts";
import type { FaultEvent } from "./fault-event.ts";
import type { FaultOptions } from "./fault-request.ts";
import { injectLimp } from "./limp.ts";
import { Roster } from "./roster.ts";
import { injectStall } from "./stall.ts";

const onLinux = process.platform === "linux";
setDefaultTimeout(60_000);

// Watchdogs inherit where this user's faults are listed.
const runtime = tempDir();
const before = process.env["XDG_RUNTIME_DIR"];
process.env["XDG_RUNTIME_DIR"] = runtime.path;
const roster = new Roster([join(runtime.path, "dfs")]);
afterAll(() => {
  if (before === undefined) delete process.env["XDG_RUNTIME_DIR"];
  else process.env["XDG_RUNTIME_DIR"] = before;
  runtime[Symbol.dispose]();
});

const watchdogPids: number[] = [];
afterEach(async () => {
  expect(await soon(() => !watchdogPids.splice(0).some(isAlive))).toBe(true);
  expect(roster.list()).toEqual([]);
});

function newRun() {
  const events: FaultEvent[] = [];
  const records: LedgerRecord[] = [];
  const options: FaultOptions = {
    ...{ clock: systemClock, run: "r1", signal: new AbortController().signal },
    ledger: { append: (record) => records.push(record) },
    notify: (event) => events.push(event),
  };
  const warnings = () => events.flatMap((event) => (event.kind === "warned" ? event.reason : []));
  return { options, records, warnings };
}

/** The watchdog of the only fault, once that is listed. */
async function watchdogPid(not?: number): Promise<number> {
  const find = () => roster.list()[0]?.watchdog?.pid;
  expect(await soon(() => find() !== undefined && find() !== not)).toBe(true);
  const pid = find() ?? 0;
  watchdogPids.push(pid);
  return pid;
}

const stalled = (pid: number) => soon(() => linuxState(pid) === "T");

// What is seen here is seen by /proc.
describe.skipIf(!onLinux)("a real watchdog", () => {
  test("is in a session of its own, and heeds neither Ctrl-C nor a hang-up", async () => {
    await using target = await startUndoTarget();
    const { options, records, warnings } = newRun();
    const stall = injectStall({ port: target.port, delayMs: 0, durationMs: 1200 }, options);
    const pid = await watchdogPid();
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    const [, , group, session] = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    expect([Number(group), Number(session)]).toEqual([pid, pid]);
    expect(await stalled(target.pid)).toBe(true);
    for (const signal of ["SIGINT", "SIGHUP"] as const) process.kill(pid, signal);
    expect((await stall).outcome).toBe("done");
    expect(warnings()).toEqual([]);
    const [begin, end] = records;
    expect(((end?.tUs ?? 0) - (begin?.tUs ?? 0)) / 1000).toBeGreaterThanOrEqual(1199);
  });

  test("undoes the stall on SIGTERM", async () => {
    await using target = await startUndoTarget();
    const { options, warnings } = newRun();
    const stall = injectStall({ port: target.port, delayMs: 0, durationMs: 600_000 }, options);
    const pid = await watchdogPid();
    expect(await stalled(target.pid)).toBe(true);
    process.kill(pid, "SIGTERM");
    expect((await stall).outcome).toBe("undone");
    expect(linuxState(target.pid)).not.toBe("T");
    expect(warnings()).toEqual(["undone-early"]);
  });

  test("is replaced when it is killed, and its successor takes requests", async () => {
    await using target = await startUndoTarget();
    const { options, warnings } = newRun();
    const stall = injectStall({ port: target.port, delayMs: 0, durationMs: 600_000 }, options);
    const first = await watchdogPid();
    expect(await stalled(target.pid)).toBe(true);
    process.kill(first, "SIGKILL");
    const second = await watchdogPid(first);
    expect(linuxState(target.pid)).toBe("T");
    expect(second).not.toBe(first);
    roster.askUndo(roster.list()[0]?.id ?? "");
    expect((await stall).outcome).toBe("undone");
    expect(linuxState(target.pid)).not.toBe("T");
    expect(warnings()).toEqual(["watchdog-replaced", "undone-early"]);
  });

  test("lets no second fault suspend the same process", async () => {
    await using target = await startUndoTarget();
    const { options } = newRun();
    const request = { port: target.port, delayMs: 0, durationMs: 600_000 };
    const limp = injectLimp({ ...request, periodMs: 1000, dutyShare: 0.05 }, options);
    await watchdogPid();
    const [running] = roster.list();
    expect(await stalled(target.pid)).toBe(true);
    expect(await soon(() => linuxState(target.pid) !== "T")).toBe(true);
    const refusal = await injectStall(request, options).catch(String);
    // In the moment that it is suspended another reason comes first.
    expect(refusal).toMatch(/limp \w+ has .* already|is suspended already/);
    roster.askUndo(running?.id ?? "");
    expect((await limp).outcome).toBe("undone");
  });
});

test.skipIf(!onLinux)(
  "injectLimp() suspends a real process and lets it run, in turns",
  async () => {
    await using target = await startUndoTarget();
    const { options, records } = newRun();
    const request = { port: target.port, delayMs: 0, durationMs: 1500 };
    const limp = injectLimp({ ...request, periodMs: 200, dutyShare: 0.5 }, options);
    watchdogPids.push(await watchdogPid());
    let changeCount = 0;
    let isSuspended = false;
    let isOver = false;
    void limp.then(() => {
      isOver = true;
    });
    await soon(() => {
      const now = linuxState(target.pid) === "T";
      if (now !== isSuspended) changeCount++;
      isSuspended = now;
      return isOver;
    });
    expect((await limp).outcome).toBe("done");
    expect(linuxState(target.pid)).not.toBe("T");
    // Seven periods and a half, twice each; a busy machine may drop most of them.
    expect(changeCount).toBeWithin(4, 17);
    const about = { kind: "fault", fault: "limp", pid: target.pid };
    expect(records).toMatchObject([
      { ...about, phase: "begin" },
      { ...about, phase: "end" },
    ]);
  },
);
