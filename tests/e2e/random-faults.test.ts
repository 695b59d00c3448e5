/** `dfs fault random` on the executable: alone, killed, interrupted, and under a load. */
import { describe, expect, setDefaultTimeout, test } from "bun:test";
import { readdirSync } from "node:fs";
import { runDfs, startDfs } from "../support/dfs-process.ts";
import { freePorts } from "../support/free-ports.ts";
import { linuxState, processesMarked } from "../support/process-state.ts";
import { playSoak, soakFailures } from "../support/soak.ts";
import { type TempDir, tempDir } from "../support/temp-dir.ts";
import { soon, startUndoTarget, type UndoTarget } from "../support/undo-round.ts";
import { whenBusy } from "../support/when-busy.ts";

setDefaultTimeout(180_000);

const onLinux = process.platform === "linux";

function setting(dir: TempDir) {
  const env = { XDG_RUNTIME_DIR: dir.path, TMPDIR: dir.path, DFS_TEST_RANDOM: dir.path };
  const options = { cwd: dir.path, env };
  const word = (args: readonly string[]) => ["fault", "random", ...args];
  return {
    start: (...args: string[]) => startDfs(word(args), options),
    run: (...args: string[]) => runDfs(word(args), options),
    /** Neither a process nor an entry is left. */
    async isTidy(): Promise<boolean> {
      const mark = `DFS_TEST_RANDOM=${dir.path}`;
      const isQuiet = await soon(() => processesMarked(mark).length === 0);
      return isQuiet && readdirSync(dir.file("dfs")).length === 0;
    },
  };
}

/** Stalls of 4 s, one every half second where that is possible: two at once on three ports. */
function stallsOn(targets: readonly UndoTarget[]): readonly string[] {
  const ports = targets.map(({ port }) => port).join(",");
  const rhythm = ["--every", "500ms", "--jitter", "0", "--fault-duration", "4s", "--seed", "7"];
  return ["--ports", ports, "--kinds", "stall", "--duration", "60s", ...rhythm];
}

const suspendedAmong = (targets: readonly UndoTarget[]) =>
  targets.filter(({ pid }) => linuxState(pid) === "T");

describe.skipIf(!onLinux)("dfs fault random", () => {
  test("killed in the middle of stalls leaves nothing suspended after their ends", async () => {
    using dir = tempDir();
    const { start, isTidy } = setting(dir);
    await using first = await startUndoTarget();
    await using second = await startUndoTarget();
    await using third = await startUndoTarget();
    const targets = [first, second, third];
    await using random = start(...stallsOn(targets));
    // Both are on record: one that is killed before that has no begin there to end.
    await random.waitFor(/(STALL STARTED[\s\S]*){2}/);
    random.kill("SIGKILL");
    await random.exited();
    expect(suspendedAmong(targets).length).toBeGreaterThan(0);
    expect(await soon(() => suspendedAmong(targets).length === 0)).toBe(true);
    expect(await isTidy()).toBe(true);
    expect(suspendedAmong(targets)).toEqual([]);
    const ledger = await dir.read("fault.log");
    const count = (phase: string) => ledger.split(`fault=stall phase=${phase} `).length - 1;
    expect(count("begin")).toBeGreaterThanOrEqual(2);
    expect(count("end")).toBe(count("begin"));
  });

  test.each(["SIGINT", "SIGTERM", "SIGHUP"] as const)(
    "undoes all at once on %s",
    async (signal) => {
      using dir = tempDir();
      const { start, isTidy } = setting(dir);
      await using first = await startUndoTarget();
      await using second = await startUndoTarget();
      await using third = await startUndoTarget();
      const targets = [first, second, third];
      await using random = start(...stallsOn(targets));
      await random.waitFor(/(STALL STARTED[\s\S]*){2}/);
      random.kill(signal);
      const { status, stdout } = await random.exited(10_000);
      expect(status).toBe(130);
      expect(suspendedAmong(targets)).toEqual([]);
      expect(stdout).toMatch(/RANDOM FAULTS OVER: \d+ faults planned: .* not begun \(seed 7\)\n$/);
      expect(await dir.read("fault.log")).toMatch(/end=\S+ reason=interrupted total\.planned=\d+/);
      expect(await isTidy()).toBe(true);
    },
  );
});

test("dfs fault random that has hit nothing does not end as if it had", async () => {
  using dir = tempDir();
  const { run } = setting(dir);
  await using target = await startUndoTarget();
  const [empty = 0] = await freePorts(1);
  const ports = ["--ports", `${target.port},${empty}`, "--every", "500ms", "--duration", "2s"];
  const { status, stdout, stderr } = await run(...ports, "--fault-duration", "200ms");
  expect(stdout).toMatch(/SKIPPED: 1 of \d+, .*, as (nothing listens there|no other port is)/);
  expect(stderr).toMatch(/No fault took effect: all \d+ were skipped/);
  expect(status).toBe(3);
});

describe("dfs fault random --dry-run", () => {
  test("prints the same plan for the same seed, and hits nobody", async () => {
    using dir = tempDir();
    const { run } = setting(dir);
    const ports = (await freePorts(3)).join(",");
    const words = ["--ports", ports, "--duration", "1m", "--dry-run"];
    const [one, same, other] = [
      await run(...words, "--seed", "7"),
      await run(...words, "--seed", "7"),
      await run(...words, "--seed", "8"),
    ];
    expect([one.status, same.stdout]).toEqual([0, one.stdout]);
    expect(other.stdout).not.toBe(one.stdout);
    expect(one.stdout).toMatch(
      /^ {2}no +after +fault +port +for\n( +\d+ +[\d.]+s +\w+ +\d+.*\n){11}/,
    );
    expect(one.stdout).toContain("(seed 7), keeping 1 untouched");
    expect(one.stderr).toContain("nothing listens there");
    const real = await run("--ports", ports, "--duration", "1m");
    expect([real.status, real.stderr]).toEqual([
      3,
      expect.stringContaining("Cannot break anything as nothing listens on ports"),
    ]);
  });
});

test.skipIf(!onLinux)(
  "half a minute of faults at random under load loses nothing and leaves nothing behind",
  async () => {
    using dir = tempDir();
    const flags = ["--every", "2s", "--fault-duration", "1s..3s"];
    const soak = await playSoak({
      ...{ directory: dir.path, durationMs: 30_000, seed: 7, rate: 200, flags },
    });
    if (soakFailures(soak).length > 0) console.log(soak.random.stdout, soak.load.stdout);
    expect(soakFailures(soak)).toEqual([]);
    expect(Object.keys(soak.begun).toSorted()).toEqual(["crash", "limp", "stall"]);
  },
  whenBusy,
);
