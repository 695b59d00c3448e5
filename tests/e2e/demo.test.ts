import { afterEach, beforeEach, describe, expect, setDefaultTimeout, test } from "bun:test";
import { existsSync } from "node:fs";
import { createServer } from "node:net";
import { join, resolve } from "node:path";
import { systemClock, waitUntil } from "../../src/base/clock.ts";
import { type DfsProcess, runDfs, startDfs } from "../support/dfs-process.ts";
import { killForSure, linuxState, processesMarked } from "../support/process-state.ts";
import { expectNothingLost, readReport } from "../support/read-report.ts";
import { type TempDir, tempDir } from "../support/temp-dir.ts";
import { whenBusy } from "../support/when-busy.ts";

/** Every wait inside has a shorter bound of its own, which says more when it is hit. */
setDefaultTimeout(90_000);

const onWindows = process.platform === "win32";
const onLinux = process.platform === "linux";

let dir: TempDir;
let mark: string;

beforeEach(() => {
  dir = tempDir();
  mark = `demo-${process.pid}-${systemClock.nowUs()}`;
});

/**
 * Processes that the demo started, the demo included, wherever they hang in the tree. Linux only.
 */
function left(): number[] {
  return onLinux ? processesMarked(`DFS_TEST_MARK=${mark}`) : [];
}

afterEach(() => {
  for (const pid of left()) killForSure(pid);
  dir[Symbol.dispose]();
});

function startDemo(...args: readonly string[]): DfsProcess {
  return startDfs(["demo", ...args], { cwd: dir.path, env: { DFS_TEST_MARK: mark } });
}

async function expectNobodyLeft(): Promise<void> {
  const gone = () => left().length === 0;
  await waitUntil(systemClock, gone, { withinMs: 15_000, everyMs: 50 });
  const states = left().map((pid) => `${pid} ${linuxState(pid)}`);
  expect(states).toEqual([]);
}

/** The directory of its ledgers, as it names it. */
function ledgerDir(demo: DfsProcess): string {
  const words = demo.stdout.split(/[\s,;"()]+/).map((word) => word.replace(/[.:]$/, ""));
  const found = words.find((word) => existsSync(join(resolve(dir.path, word), "client.log")));
  if (found === undefined) throw new Error(`It names no directory that holds client.log\n${demo}`);
  return resolve(dir.path, found);
}

describe("dfs demo", () => {
  test(
    "plays the guide: a crash, a restart, a stall, nothing lost, a verdict, nobody left",
    async () => {
      await using demo = startDemo("--duration", "10");
      const { status, stdout } = await demo.exited(60_000);
      expect({ status, stdout: status === 0 ? "" : `${demo}` }).toEqual({ status: 0, stdout: "" });
      expect(stdout).toMatch(
        /CRASH INJECTED: killed [\s\S]*STALL STARTED: [\s\S]*RECOVERY: resumed /,
      );
      expect(stdout).toMatch(/^\s*VERIFIED\b/m);
      const { run } = await readReport(ledgerDir(demo));
      expectNothingLost(run);
      const page = /^HTML report: (.*)$/.exec(stdout.trimEnd().split("\n").at(-1) ?? "")?.[1] ?? "";
      expect(page).toBe(join(ledgerDir(demo), "report.html"));
      expect(await Bun.file(page).text()).toContain(`<title>dfs report: ${run.run.run}</title>`);
      // A busy machine can make a replica look silent besides.
      const causes = run.outages.map(({ cause }) => cause).filter((cause) => cause !== "unknown");
      expect(causes.sort()).toEqual(["crash", "stall"]);
      expect(run.restarts.length).toBeGreaterThan(0);
      // One stream goes through all of it, and on elsewhere when its replica dies.
      expect(run.streams).toMatchObject({ lost: 0, wrong: 0, failed: 0 });
      expect(run.streams?.gaps.length).toBeGreaterThan(0);
      expect(stdout).toMatch(/↻ Stream #1: [\d.]+ms gap after [\d,]+ vertices/);
      await expectNobodyLeft();
    },
    whenBusy,
  );

  test(
    "takes free ports when the guide's are taken",
    async () => {
      const taken = createServer();
      // If somebody else has the port already, it is taken just as well.
      await new Promise<void>((ready) => {
        taken.once("error", () => ready());
        taken.listen(50051, "127.0.0.1", ready);
      });
      try {
        await using demo = startDemo("--duration", "6");
        const { status, stdout } = await demo.exited(60_000);
        expect({ status, stdout: status === 0 ? "" : `${demo}` }).toEqual({
          status: 0,
          stdout: "",
        });
        expect(stdout).toMatch(/replica localhost:\d+ serving/);
        expect(stdout).not.toContain("localhost:50051");
      } finally {
        taken.close();
      }
    },
    whenBusy,
  );

  test.skipIf(onWindows)(
    "leaves nobody behind and nothing suspended on Ctrl-C in the stall",
    async () => {
      await using demo = startDemo("--duration", "10");
      await demo.waitFor(/STALL STARTED/, 30_000);
      demo.kill("SIGINT");
      const { status, stdout } = await demo.exited(20_000);
      expect(status).toBe(130);
      expect(stdout).toMatch(/RECOVERY: resumed /);
      await expectNobodyLeft();
    },
  );

  test.skipIf(onWindows)("ends in order on Ctrl-C before the first fault", async () => {
    await using demo = startDemo("--duration", "30");
    await demo.waitFor(/Second 1:/, 30_000);
    demo.kill("SIGINT");
    expect((await demo.exited(20_000)).status).toBe(130);
    await expectNobodyLeft();
  });

  test.skipIf(!onLinux)("leaves nobody behind when it is killed", async () => {
    await using demo = startDemo("--duration", "30");
    await demo.waitFor(/Second 1:/, 30_000);
    expect(left().length).toBeGreaterThanOrEqual(3);
    demo.kill("SIGKILL");
    await demo.exited(5000);
    await expectNobodyLeft();
  });

  test.skipIf(!onLinux)(
    "leaves nobody behind when it is killed in the middle of the stall",
    async () => {
      await using demo = startDemo("--duration", "10");
      await demo.waitFor(/STALL STARTED/, 30_000);
      expect(left().map(linuxState)).toContain("T");
      demo.kill("SIGKILL");
      await demo.exited(5000);
      await expectNobodyLeft();
    },
  );

  test("refuses a duration too short for its timeline, before anything starts", async () => {
    const { status, stderr } = await runDfs(["demo", "--duration", "1"], { cwd: dir.path });
    expect(status).toBe(2);
    expect(stderr).toContain('"1"');
  });
});
