/** Faults within a load, and drills from files, on the executable. */
import { afterEach, beforeEach, describe, expect, setDefaultTimeout, test } from "bun:test";
import { join } from "node:path";
import { systemClock, waitUntil } from "../../src/base/clock.ts";
import { type DfsProcess, runDfs, startDfs, startReplica } from "../support/dfs-process.ts";
import { freePorts } from "../support/free-ports.ts";
import { killForSure, linuxState, processesMarked } from "../support/process-state.ts";
import { expectNothingLost, readReport } from "../support/read-report.ts";
import { type TempDir, tempDir } from "../support/temp-dir.ts";
import { whenBusy } from "../support/when-busy.ts";

/** Every wait inside has a shorter bound of its own, which says more when it is hit. */
setDefaultTimeout(90_000);

const onLinux = process.platform === "linux";
const scenarios = join(import.meta.dir, "../../docs/scenarios");

let dir: TempDir;
let mark: string;

beforeEach(() => {
  dir = tempDir();
  mark = `drill-${process.pid}-${systemClock.nowUs()}`;
});

/** Processes that a test started, wherever they hang in the tree. Linux only. */
function left(): number[] {
  return onLinux ? processesMarked(`DFS_TEST_MARK=${mark}`) : [];
}

afterEach(() => {
  for (const pid of left()) killForSure(pid);
  dir[Symbol.dispose]();
});

function start(...args: readonly string[]): DfsProcess {
  return startDfs(args, { cwd: dir.path, env: { DFS_TEST_MARK: mark } });
}

/** Within a bound, nothing that was started is left but `survivors`, and none of them suspended. */
async function expectLeft(...survivors: readonly DfsProcess[]): Promise<void> {
  const pids = survivors.map(({ pid }) => pid).toSorted();
  const isTidy = () =>
    String(left().toSorted()) === String(pids) && !left().map(linuxState).includes("T");
  await waitUntil(systemClock, isTidy, { withinMs: 15_000, everyMs: 50 });
  expect(left().map((pid) => `${pid} ${linuxState(pid)}`)).toEqual(
    left().map((pid) => expect.stringMatching(new RegExp(`^${pid} [RSD]$`))),
  );
  expect(left().toSorted()).toEqual(pids);
}

async function startTwo(): Promise<{ serve: DfsProcess; ports: readonly number[] }> {
  // Consecutive ones, as serve picks them.
  const serve = start(
    "serve",
    "--port",
    "0",
    "--num-replicas",
    "2",
    "--restart",
    "on-crash",
    "--restart-delay",
    "500ms",
  );
  const one = await serve.waitFor(/replica localhost:(\d+) serving/, 20_000);
  await serve.waitFor(/serving[\s\S]*serving/, 20_000);
  const all = [...serve.stdout.matchAll(/replica localhost:(\d+) serving/g)].map(([, p]) =>
    Number(p),
  );
  expect(all).toContain(Number(one[1]));
  return { serve, ports: all.toSorted((a, b) => a - b) };
}

function endpoints(ports: readonly number[]): string {
  return ports.map((port) => `localhost:${port}`).join(",");
}

describe("dfs load --fault", () => {
  test(
    "crashes and stalls replicas that it did not start, and nothing is lost",
    async () => {
      const { serve, ports } = await startTwo();
      await using _serve = serve;
      const [first, second] = ports;
      const { status, stdout, stderr } = await runDfs(
        [
          ...["load", "--replicas", endpoints(ports), "--rate", "40", "--duration", "8s"],
          ...["--fault", `crash:${first}@1s`, "--fault", `stall:${second}@back+500ms+2s`],
        ],
        { cwd: dir.path, withinMs: 60_000 },
      );
      expect({ status, output: status === 0 ? "" : stdout + stderr }).toEqual({
        ...{ status: 0, output: "" },
      });
      expect(stdout).toContain(`Faults: crash:${first}@1s, stall:${second}@back+500ms+2s`);
      expect(stdout).toMatch(
        /TARGET: [\s\S]*CRASH INJECTED: killed [\s\S]*STALL STARTED: [\s\S]*RECOVERY: resumed /,
      );
      expect(stdout).toMatch(/localhost:\d+ {2}crash /);
      expect(stdout).toMatch(/localhost:\d+ {2}stall /);
      expect(stdout).toMatch(/^\s*VERIFIED\b/m);
      const { run } = await readReport(dir.path);
      expectNothingLost(run);
      const causes = run.outages.map(({ cause }) => cause).filter((cause) => cause !== "unknown");
      expect(causes.sort()).toEqual(["crash", "stall"]);
      const ledger = await dir.read("fault.log");
      expect(ledger).toMatch(/command="load faults" .*config\.fault_1=crash:\d+@1s/);
      expect(ledger.match(/fault=\w+ phase=\w+|reason=\w+/g)?.map(String)).toEqual([
        ...["fault=crash phase=begin", "fault=stall phase=begin", "fault=stall phase=end"],
        "reason=normal",
      ]);
      serve.kill("SIGTERM");
      await serve.exited(20_000);
      if (onLinux) await expectLeft();
    },
    whenBusy,
  );

  test("a port on which nothing listens ends the load in order, with 3 beside the report", async () => {
    const [port = 0, empty = 0] = await freePorts(2);
    await using _replica = await startReplica(port, dir.path);
    const { status, stdout, stderr } = await runDfs(
      [
        ...["load", "--replicas", endpoints([port, empty]), "--duration", "30s"],
        ...["--fault", `crash:${empty}@1s`, "--fault-logfile", "faults.txt"],
      ],
      { cwd: dir.path, withinMs: 20_000 },
    );
    expect(status).toBe(3);
    expect(stderr).toContain(`Cannot crash the listener of port ${empty} as nothing`);
    expect(stdout).toMatch(/^\s*NOT VERIFIED\b[\s\S]*full duration held/m);
    expect(await dir.read("faults.txt")).toContain("reason=failed");
  });

  test.skipIf(!onLinux)("Ctrl-C in the stall leaves nothing suspended", async () => {
    const [port = 0] = await freePorts(1);
    await using replica = start("serve", "--port", String(port));
    await replica.waitFor(/serving/);
    await using load = start(
      ...["load", "--replicas", endpoints([port]), "--duration", "60s"],
      ...["--fault", `stall:${port}@500ms+40s`],
    );
    await load.waitFor(/STALL STARTED/, 20_000);
    expect(linuxState(replica.pid)).toBe("T");
    load.kill("SIGINT");
    const { status, stdout } = await load.exited(20_000);
    expect(status).toBe(130);
    expect(stdout).toMatch(/RECOVERY: resumed /);
    expect(await dir.read("fault.log")).toMatch(/phase=end[\s\S]*reason=interrupted/);
    await expectLeft(replica);
  });

  test.skipIf(!onLinux)(
    "kill -9 in the stall does not either: its watchdog undoes it",
    async () => {
      const [port = 0] = await freePorts(1);
      await using replica = start("serve", "--port", String(port));
      await replica.waitFor(/serving/);
      await using load = start(
        ...["load", "--replicas", endpoints([port]), "--duration", "60s"],
        ...["--fault", `stall:${port}@500ms+3s`],
      );
      await load.waitFor(/STALL STARTED/, 20_000);
      load.kill("SIGKILL");
      await load.exited(5000);
      expect(linuxState(replica.pid)).toBe("T");
      await expectLeft(replica);
      expect(await dir.read("fault.log")).toMatch(/fault=stall phase=end/);
    },
  );

  test("a fault that cannot be is refused before anything starts", async () => {
    const refused = async (fault: string) => {
      const words = [
        "load",
        "--replicas",
        "localhost:50051",
        "--duration",
        "10s",
        "--fault",
        fault,
      ];
      const { status, stdout, stderr } = await runDfs(words, { cwd: dir.path });
      expect({ status, stdout }).toEqual({ status: 2, stdout: "" });
      expect(Array.from(new Bun.Glob("*").scanSync({ cwd: dir.path }))).toEqual([]);
      return stderr;
    };
    expect(await refused("stal:50051@1s+1s")).toContain('did you mean "stall"?');
    expect(await refused("stall:50051@1s+9s")).toContain("the shortest load for it is 11s");
    const elsewhere = ["--replicas", "192.0.2.1:50051", "--fault", "crash:50051@1s"];
    const foreign = await runDfs(["load", ...elsewhere], { cwd: dir.path });
    expect([foreign.status, foreign.stdout]).toEqual([3, ""]);
    expect(foreign.stderr).toContain("192.0.2.1 is not an address of it");
    expect(await refused("crash:50052@1s")).toContain(
      "one of the load's replicas, localhost:50051",
    );
  });
});

describe("dfs demo --scenario", () => {
  test(
    "is the drill as a file: it runs, is judged, and leaves a verdict for CI",
    async () => {
      await using demo = start(
        ...["demo", "--scenario", join(scenarios, "short.yaml"), "--directory", "run"],
        ...["-o", "verdict.xml", "--html", "page.html", "--require", "restarts=1"],
      );
      const { status, stdout } = await demo.exited(60_000);
      expect({ status, stdout: status === 0 ? "" : `${demo}` }).toEqual({ status: 0, stdout: "" });
      expect(stdout).toMatch(
        /^Scenario: short \(.*short\.yaml\): 2 replicas, 50 requests\/s for 6s, 2 faults$/m,
      );
      expect(stdout).toMatch(/^ {2}dfs serve --port \d+ --num-replicas 2 --restart on-crash /m);
      expect(stdout).toMatch(
        /^ {2}dfs load --replicas .* --fault crash:\d+@1s --fault stall:\d+@back\+200ms\+800ms --require 'success>=99.9%'/m,
      );
      expect(stdout).toMatch(/✓ restarts = 1 /);
      expect(await dir.read("verdict.xml")).toContain('name="lost = 0"');
      expect(await dir.read("page.html")).toContain("<title>dfs report: ");
      const { run } = await readReport(join(dir.path, "run"));
      expectNothingLost(run);
      const causes = run.outages.map(({ cause }) => cause).filter((cause) => cause !== "unknown");
      expect(causes.sort()).toEqual(["crash", "stall"]);
      if (onLinux) await expectLeft();
    },
    whenBusy,
  );

  test("a criterion that is not met is 1, a wrong file 2, a fault that fails 3, no file 5", async () => {
    const run = async (text: string | undefined, ...more: readonly string[]) => {
      if (text !== undefined) await Bun.write(dir.file("drill.yaml"), text);
      const words = [
        "demo",
        "--scenario",
        text === undefined ? "none.yaml" : "drill.yaml",
        ...more,
      ];
      await using demo = start(...words);
      return await demo.exited(60_000);
    };
    const unmet = await run("load: { duration: 1s }\nrequire: [p50<=0.001ms]\n");
    expect(unmet.status).toBe(1);
    const wrong = await run("load:\n  duration: 1s\n  rat: 5\n");
    expect([wrong.status, wrong.stdout]).toEqual([2, ""]);
    expect(wrong.stderr).toContain('drill.yaml:3:3: unknown key "rat"');
    const typed = await run("load: { duration: 1s }", "--rate", "5");
    expect([typed.status, typed.stderr]).toEqual([
      ...[
        2,
        expect.stringContaining(
          "--rate does not go with --scenario: the file says it as load.rate",
        ),
      ],
    ]);
    const failed = await run(
      "load: { duration: 30s }\nfaults: [{ kind: crash, replica: 1, at: 500ms, expect: nginx }]",
    );
    expect(failed.status).toBe(3);
    expect(failed.stderr).toContain('its owner is not "nginx"');
    expect(failed.stdout).toMatch(/^HTML report: /m);
    expect((await run(undefined)).status).toBe(5);
    expect((await run("", "-o", "-")).stdout).toBe("");
    if (onLinux) await expectLeft();
  });

  test("--scenario-schema prints the schema that the files are of", async () => {
    const { status, stdout } = await runDfs(["demo", "--scenario-schema"], { cwd: dir.path });
    expect(status).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({
      title: "dfs scenario",
      additionalProperties: false,
    });
  });
});
