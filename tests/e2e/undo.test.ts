/** A fault is undone whatever becomes of its injector. */
import { describe, expect, setDefaultTimeout, test } from "bun:test";
import { copyFileSync, existsSync, readdirSync, rmSync } from "node:fs";
import { systemClock } from "../../src/base/clock.ts";
import { seededRandom } from "../../src/base/random.ts";
import { dfsBinary, runDfs, startDfs } from "../support/dfs-process.ts";
import { isAlive, linuxState, processesMarked } from "../support/process-state.ts";
import { type TempDir, tempDir } from "../support/temp-dir.ts";
import { playUndoRound, soon, startUndoTarget, type UndoTarget } from "../support/undo-round.ts";

setDefaultTimeout(90_000);

const onLinux = process.platform === "linux";

interface Listed {
  readonly id: string;
  readonly fault: string;
  readonly port: number;
  readonly targets: readonly { readonly pid: number; readonly state: string }[];
  readonly injector: { readonly pid: number; readonly alive: boolean };
  readonly watchdog: { readonly pid: number; readonly alive: boolean };
}

/** Faults of this directory alone, and every process that they start is marked. */
function setting(dir: TempDir) {
  const env = { XDG_RUNTIME_DIR: dir.path, TMPDIR: dir.path, DFS_TEST_UNDO: dir.path };
  const options = { cwd: dir.path, env };
  return {
    env,
    start: (...args: string[]) => startDfs(["fault", ...args], options),
    run: (...args: string[]) => runDfs(["fault", ...args], { ...options, withinMs: 20_000 }),
    async list(): Promise<readonly Listed[]> {
      const { stdout } = await runDfs(["fault", "list", "--json"], options);
      return JSON.parse(stdout);
    },
    /** Neither a process nor an entry is left. */
    async isTidy(): Promise<boolean> {
      const mark = `DFS_TEST_UNDO=${dir.path}`;
      const isQuiet = await soon(() => processesMarked(mark).length === 0);
      return isQuiet && readdirSync(dir.file("dfs")).length === 0;
    },
  };
}

/** A stall that has begun, and its only entry. */
async function startStall(dir: TempDir, target: UndoTarget, duration = "60") {
  const { start, list } = setting(dir);
  const stall = start("stall", "--port", String(target.port), "--duration", duration);
  await stall.waitFor(/STALL STARTED/);
  const [listed] = await list();
  if (listed === undefined) throw new Error("It was not listed");
  return { stall, listed };
}

const runs = (pid: number) => soon(() => linuxState(pid) !== "T");

// What is seen here is seen by /proc.
describe.skipIf(!onLinux)("when the injector of a stall is killed", () => {
  test("a stall is undone near its planned end, ten times", async () => {
    using dir = tempDir();
    const { env, isTidy } = setting(dir);
    await using target = await startUndoTarget();
    const random = seededRandom(7);
    for (let round = 0; round < 10; round++) {
      const result = await playUndoRound({
        ...{ dfs: [dfsBinary()], target, durationMs: 500, env },
        fault: ["stall", "--duration", "500ms"],
        killAfterMs: 100 + random.next() * 600,
        logfile: dir.file(`${round}.log`),
      });
      expect(result.isStuck).toBe(false);
      if (result.lateMs !== undefined) expect(result.lateMs).toBeWithin(-400, 3000);
    }
    expect(await isTidy()).toBe(true);
  });

  test("its end is put on record, and the list shows who undoes it until then", async () => {
    using dir = tempDir();
    const { list, run, isTidy } = setting(dir);
    await using target = await startUndoTarget();
    const { stall, listed } = await startStall(dir, target, "3");
    await using _stall = stall;
    stall.kill("SIGKILL");
    await stall.exited();
    expect(linuxState(target.pid)).toBe("T");
    expect(await list()).toMatchObject([
      {
        ...{ id: listed.id, injector: { pid: stall.pid, alive: false } },
        ...{ watchdog: { alive: true }, targets: [{ pid: target.pid, state: "stopped" }] },
      },
    ]);
    const { stdout } = await run("list");
    expect(stdout).toContain(`pid ${stall.pid} killed; its watchdog (pid ${listed.watchdog.pid})`);
    expect(await runs(target.pid)).toBe(true);
    expect(await isTidy()).toBe(true);
    const ledger = await dir.read("fault.log");
    const [, begin, end] =
      /phase=begin .* t_us=(\d+)\n.*phase=end .* t_us=(\d+)\n/.exec(ledger) ?? [];
    expect((Number(end) - Number(begin)) / 1e6).toBeWithin(2.5, 10);
  });

  test("with its whole process group, the watchdog is not hit", async () => {
    using dir = tempDir();
    const { env, isTidy } = setting(dir);
    await using target = await startUndoTarget();
    const words = ["fault", "stall", "--port", String(target.port), "--duration", "2"];
    await using injector = Bun.spawn([dfsBinary(), ...words], {
      ...{ cwd: dir.path, env: { ...process.env, ...env }, detached: true },
      stdio: ["ignore", "ignore", "ignore"],
    });
    expect(await soon(() => linuxState(target.pid) === "T")).toBe(true);
    process.kill(-injector.pid, "SIGKILL");
    await injector.exited;
    expect(linuxState(target.pid)).toBe("T");
    expect(await runs(target.pid)).toBe(true);
    expect(await isTidy()).toBe(true);
  });
});

describe.skipIf(!onLinux)("whatever becomes of an injector", () => {
  test("a limp that is killed leaves its target running", async () => {
    using dir = tempDir();
    const { start, isTidy } = setting(dir);
    await using target = await startUndoTarget();
    const words = ["--port", String(target.port), "--duty", "90%", "--duration", "60"];
    await using limp = start("limp", ...words);
    await limp.waitFor(/LIMP STARTED/);
    limp.kill("SIGKILL");
    await limp.exited();
    expect(await isTidy()).toBe(true);
    expect(linuxState(target.pid)).not.toBe("T");
  });

  test("one that is itself suspended (Ctrl-Z) does not keep its target so", async () => {
    using dir = tempDir();
    const { isTidy } = setting(dir);
    await using target = await startUndoTarget();
    const { stall } = await startStall(dir, target, "1500ms");
    await using _stall = stall;
    stall.kill("SIGSTOP");
    expect(await runs(target.pid)).toBe(true);
    stall.kill("SIGCONT");
    expect((await stall.exited()).status).toBe(0);
    expect(await isTidy()).toBe(true);
  });

  test.each(["stall", "limp"])(
    "one that is itself suspended tells when its %s ended",
    async (kind) => {
      using dir = tempDir();
      const { start, run, isTidy } = setting(dir);
      await using target = await startUndoTarget();
      const words = [
        kind,
        "--port",
        String(target.port),
        ...(kind === "limp" ? ["--duty", "99%", "--period", "2s"] : []),
      ];
      for (const isUndone of [false, true]) {
        await using fault = start(...words, "--duration", isUndone ? "60" : "2s");
        await fault.waitFor(/STARTED/);
        fault.kill("SIGSTOP");
        if (isUndone) await run("undo");
        expect(await runs(target.pid)).toBe(true);
        await Bun.sleep(3000);
        fault.kill("SIGCONT");
        const { status, stdout, stderr } = await fault.exited();
        const [, seconds] = /RECOVERY: .* after ([\d.]+)s/.exec(stdout) ?? [];
        expect(Number(seconds)).toBeLessThan(isUndone ? 3 : 3.5);
        expect(stderr).toContain("was resumed by the watchdog as dfs was held up");
        expect(status).toBe(isUndone ? 130 : 0);
        if (isUndone) expect(stderr).toContain(`dfs fault undo ended the ${kind}`);
        expect(await isTidy()).toBe(true);
      }
      const ledger = await dir.read("fault.log");
      expect(ledger.match(/ reason=undone /g)).toHaveLength(1);
    },
  );
});

describe.skipIf(!onLinux)("dfs fault undo", () => {
  test("ends a stall whose injector lives, which says so and exits with 130", async () => {
    using dir = tempDir();
    const { run, isTidy } = setting(dir);
    await using target = await startUndoTarget();
    const { stall, listed } = await startStall(dir, target);
    await using _stall = stall;
    expect(listed).toMatchObject({ fault: "stall", port: target.port });
    expect(listed).toMatchObject({ injector: { pid: stall.pid, alive: true } });
    const typo = await run("undo", `${listed.id.slice(0, -1)}`);
    expect([typo.status, typo.stderr]).toEqual([
      3,
      expect.stringContaining(`did you mean "${listed.id}"?`),
    ]);
    const undo = await run("undo", listed.id);
    expect(undo.status).toBe(0);
    expect(undo.stdout).toMatch(
      new RegExp(`UNDONE: stall ${listed.id} of port ${target.port}: .* runs again`),
    );
    expect(linuxState(target.pid)).not.toBe("T");
    const ended = await stall.exited(10_000);
    expect(ended.status).toBe(130);
    expect(ended.stdout).toMatch(/RECOVERY: resumed /);
    expect(ended.stderr).toContain("dfs fault undo ended the stall");
    expect(await dir.read("fault.log")).toMatch(/phase=end [\s\S]* reason=undone /);
    expect(await isTidy()).toBe(true);
    const nothing = await run("undo", "all");
    expect([nothing.status, nothing.stderr]).toEqual([
      3,
      expect.stringContaining("no fault of this user runs"),
    ]);
  });

  test("works when the injector is dead, and when its watchdog is too", async () => {
    using dir = tempDir();
    const { run, isTidy } = setting(dir);
    await using target = await startUndoTarget();
    for (const killsWatchdog of [false, true]) {
      const { stall, listed } = await startStall(dir, target);
      await using _stall = stall;
      stall.kill("SIGKILL");
      if (killsWatchdog) process.kill(listed.watchdog.pid, "SIGKILL");
      await stall.exited();
      expect(await soon(() => isAlive(listed.watchdog.pid) === !killsWatchdog)).toBe(true);
      expect(linuxState(target.pid)).toBe("T");
      expect((await run("undo")).status).toBe(0);
      expect(linuxState(target.pid)).not.toBe("T");
      expect(await isTidy()).toBe(true);
    }
  });

  test.each([
    ["Ctrl-C", "SIGINT"],
    ["Ctrl-\\", "SIGQUIT"],
  ] as const)("is the user's: %s also ends a stall, and leaves no watchdog", async (_, signal) => {
    using dir = tempDir();
    const { isTidy, run } = setting(dir);
    await using target = await startUndoTarget();
    const { stall } = await startStall(dir, target);
    await using _stall = stall;
    stall.kill(signal);
    expect((await stall.exited(10_000)).status).toBe(130);
    expect(await isTidy()).toBe(true);
    expect((await run("list")).stdout).toBe("No fault runs\n");
  });
});

describe.skipIf(!onLinux)("a watchdog that is lost", () => {
  test("is replaced while the stall lasts, which ends as planned", async () => {
    using dir = tempDir();
    const { list, isTidy } = setting(dir);
    await using target = await startUndoTarget();
    const { stall, listed } = await startStall(dir, target, "3");
    await using _stall = stall;
    process.kill(listed.watchdog.pid, "SIGKILL");
    await stall.waitFor(/The watchdog was lost \(it ended with SIGKILL\); another guards/);
    const [now] = await list();
    expect(now).toMatchObject({ id: listed.id, watchdog: { alive: true } });
    expect(now?.watchdog.pid).not.toBe(listed.watchdog.pid);
    expect((await stall.exited(20_000)).status).toBe(0);
    expect(await isTidy()).toBe(true);
  });

  test("nothing is suspended when no other can be started", async () => {
    using dir = tempDir();
    const { env } = setting(dir);
    await using target = await startUndoTarget();
    const copy = dir.file("dfs-copy");
    copyFileSync(dfsBinary(), copy);
    const words = ["fault", "stall", "--port", String(target.port), "--duration", "60"];
    await using injector = Bun.spawn([copy, ...words, "--delay", "3"], {
      ...{ cwd: dir.path, env: { ...process.env, ...env } },
      stdio: ["ignore", "ignore", "pipe"],
    });
    const others = () =>
      processesMarked(`DFS_TEST_UNDO=${dir.path}`).filter((pid) => pid !== injector.pid);
    expect(await soon(() => others().length === 1)).toBe(true);
    const startUs = systemClock.nowUs();
    rmSync(copy);
    for (const pid of others()) process.kill(pid, "SIGKILL");
    const [stderr] = await Promise.all([injector.stderr.text(), injector.exited]);
    expect(injector.exitCode).toBe(3);
    expect(stderr).toContain("as no watchdog can be started");
    expect(stderr).toContain("nothing was suspended");
    expect(linuxState(target.pid)).not.toBe("T");
    expect(systemClock.nowUs() - startUs).toBeLessThan(30e6);
    expect(readdirSync(dir.file("dfs"))).toEqual([]);
  });
});

test.skipIf(!onLinux)(
  "nothing is suspended when no descriptor is left for a watchdog",
  async () => {
    using dir = tempDir();
    const { env, isTidy } = setting(dir);
    await using target = await startUndoTarget();
    const stall = [
      dfsBinary(),
      "fault",
      "stall",
      "--port",
      String(target.port),
      "--duration",
      "60",
    ];
    const { exitCode, stderr } = Bun.spawnSync(
      ["sh", "-c", 'ulimit -n 12; exec "$@"', "sh", ...stall],
      {
        ...{ cwd: dir.path, env: { ...process.env, ...env }, timeout: 30_000 },
      },
    );
    expect(exitCode).toBe(3);
    expect(stderr.toString()).toMatch(
      /as no watchdog can be started, .*EMFILE.*; nothing was suspended/,
    );
    expect(linuxState(target.pid)).not.toBe("T");
    expect(processesMarked(`DFS_TEST_UNDO=${dir.path}`)).toEqual([]);
    expect(existsSync(dir.file("dfs")) ? await isTidy() : true).toBe(true);
  },
);

test.skipIf(!onLinux)("of stalls that start in one moment one alone takes the target", async () => {
  using dir = tempDir();
  const { run, isTidy } = setting(dir);
  await using target = await startUndoTarget();
  for (let round = 0; round < 2; round++) {
    const words = ["stall", "--port", String(target.port), "--duration", "3"];
    const ends = await Promise.all([run(...words), run(...words), run(...words)]);
    expect(ends.map(({ status }) => status).toSorted()).toEqual([0, 3, 3]);
    expect(await isTidy()).toBe(true);
  }
});

test.skipIf(!onLinux)("dfs fault limp is slow but alive, and on record as a whole", async () => {
  using dir = tempDir();
  const { run, isTidy } = setting(dir);
  await using target = await startUndoTarget();
  const port = ["--port", String(target.port)];
  const limp = run("limp", ...port, "--duty", "80%", "--period", "200ms", "--duration", "2");
  expect(await soon(() => linuxState(target.pid) === "T")).toBe(true);
  expect(await runs(target.pid)).toBe(true);
  expect(await soon(() => linuxState(target.pid) === "T")).toBe(true);
  const { status, stdout } = await limp;
  expect(status).toBe(0);
  expect(stdout).toMatch(/LIMP STARTED: .* is suspended for 80 % of every 200ms, for 2s/);
  expect(stdout).toMatch(/RECOVERY: .* runs again after [\d.]+s: suspended \d+ times, [\d.]+ % of/);
  expect(linuxState(target.pid)).not.toBe("T");
  const ledger = await dir.read("fault.log");
  expect(ledger.match(/fault=limp phase=\w+/g)).toEqual([
    "fault=limp phase=begin",
    "fault=limp phase=end",
  ]);
  expect(await isTidy()).toBe(true);
  const refusals = [
    [["--duty", "99%", "--period", "100ms"], "leaves the target running for 1ms at a time"],
    [["--duty", "0.8"], "--duty must be a percentage in 1%..99%"],
    [["--duty", "100%"], "--duty must be a percentage in 1%..99%"],
    [["--period", "1ms"], "--period must be in 0.02s..60s"],
    [["--period", "5s"], "--duration must be at least one --period (5s)"],
  ] as const;
  for (const [words, message] of refusals) {
    const refused = await run("limp", ...port, "--duration", "2", ...words);
    expect([refused.status, refused.stderr]).toEqual([2, expect.stringContaining(message)]);
  }
});
