/** Every kind of fault as a command, and what all of them understand. */
import { describe, expect, setDefaultTimeout, test } from "bun:test";
import { systemClock, waitUntil } from "../../src/base/clock.ts";
import { dfsBinary, runDfs, startDfs, startReplica } from "../support/dfs-process.ts";
import { freePorts } from "../support/free-ports.ts";
import { isAlive, killForSure, linuxState } from "../support/process-state.ts";
import { tempDir } from "../support/temp-dir.ts";

setDefaultTimeout(90_000);

const onWindows = process.platform === "win32";
const onLinux = process.platform === "linux";

/** The pid in a line such as `RESTARTED: dfs (pid 12) serves port ...`. */
function pidIn(text: string, word: string): number {
  return Number(new RegExp(`${word}: .*?\\(pid (\\d+)\\)`).exec(text)?.[1]);
}

describe.skipIf(onWindows)("dfs fault crash", () => {
  test("is kill too, sends the signal asked for, and hits only what is expected", async () => {
    const [port = 0] = await freePorts(1);
    using dir = tempDir();
    const cwd = dir.path;
    await using replica = await startReplica(port, cwd);
    const kill = ["fault", "kill", "--port", String(port), "--signal", "term"];
    const other = await runDfs([...kill, "--expect", "postgres"], { cwd });
    expect(other.status).toBe(3);
    expect(other.stderr).toContain(`its owner is not "postgres" but `);
    expect(isAlive(replica.pid)).toBe(true);
    const { status, stdout } = await runDfs(kill, { cwd });
    expect(status).toBe(0);
    expect(stdout).toMatch(/CRASH INJECTED: killed .* by SIGTERM/);
    // A replica handles SIGTERM: it drains.
    expect((await replica.exited(5000)).status).toBe(0);
    expect(await dir.read("fault.log")).toContain("config.signal=SIGTERM");
  });

  test("repeats on whoever listens by then, counts what failed, and exits with 3", async () => {
    const [port = 0] = await freePorts(1);
    using dir = tempDir();
    const cwd = dir.path;
    await using _first = await startReplica(port, cwd);
    const every = ["--repeat", "3", "--every", "2s", "--jitter", "0", "--seed", "7"];
    await using crash = startDfs(["fault", "crash", "--port", String(port), ...every], { cwd });
    await crash.waitFor(/5?, 3 times, every 2s ± 0s \(seed 7\)/);
    await crash.waitFor(/CRASH INJECTED/);
    await using second = await startReplica(port, cwd);
    const { status, stdout, stderr } = await crash.exited(20_000);
    expect(status).toBe(3);
    expect(stdout.match(/CRASH INJECTED/g)).toHaveLength(2);
    expect(stdout).toContain(`(pid ${second.pid})`);
    expect(stderr).toMatch(/Repetition 3 of 3 failed: .*nothing listens there/);
    expect(stderr).toContain("1 of 3 repetitions failed");
    const log = await dir.read("fault.log");
    expect(log.match(/fault=crash phase=begin/g)).toHaveLength(2);
    expect(log).toMatch(/seed=7 .*config\.repeat=3/);
    expect(log).toContain("total.targets=2 total.failed=1");
  });

  test("ends at once when its first blow finds nobody, and refuses half a repetition", async () => {
    const [port = 0] = await freePorts(1);
    using dir = tempDir();
    const crash = ["fault", "crash", "--port", String(port)];
    const cwd = dir.path;
    const repeated = await runDfs([...crash, "--repeat", "5", "--every", "1h"], { cwd });
    expect(repeated.status).toBe(3);
    for (const flags of [
      ["--repeat", "2"],
      ["--every", "5"],
      ["--seed", "5"],
    ]) {
      const { status, stderr } = await runDfs([...crash, ...flags], { cwd });
      expect(status).toBe(2);
      expect(stderr).toContain("needs --");
    }
  });
});

describe("dfs fault pause", () => {
  test("is stall", async () => {
    const [port = 0] = await freePorts(1);
    using dir = tempDir();
    await using replica = await startReplica(port, dir.path);
    const pause = ["fault", "pause", "--port", String(port), "--duration", "300ms"];
    const { status, stdout } = await runDfs([...pause, "--after", "1ms"], { cwd: dir.path });
    expect(status).toBe(0);
    expect(stdout).toMatch(/STALL STARTED.*\n.*RECOVERY/);
    if (onLinux) expect(linuxState(replica.pid)).not.toBe("T");
  });
});

describe.skipIf(onWindows)("dfs fault drain", () => {
  test("asks a replica to end and says how long it took", async () => {
    const [port = 0] = await freePorts(1);
    using dir = tempDir();
    await using replica = await startReplica(port, dir.path);
    const drain = ["fault", "drain", "--port", String(port), "--within", "20s"];
    const { status, stdout } = await runDfs(drain, { cwd: dir.path });
    expect(status).toBe(0);
    expect(stdout).toMatch(/DRAIN STARTED: asked .* to end \(SIGTERM\), within 20s/);
    expect(stdout).toMatch(/DRAINED: .* ended [\d.]+m?s after SIGTERM; its port /);
    expect((await replica.exited(5000)).status).toBe(0);
    expect(await dir.read("fault.log")).toMatch(
      /fault=drain phase=begin [\s\S]*fault=drain phase=end /,
    );
  });

  test("shows in a dry run what it would do, and does nothing", async () => {
    const [port = 0] = await freePorts(1);
    using dir = tempDir();
    await using replica = await startReplica(port, dir.path);
    const drain = ["fault", "drain", "--port", String(port), "--dry-run"];
    const times = ["--repeat", "3", "--every", "20s"];
    const { status, stdout } = await runDfs([...drain, ...times], { cwd: dir.path });
    expect(status).toBe(0);
    expect(stdout).toContain("Would send SIGTERM to ");
    expect(stdout).toMatch(/blows at \d\d:\d\d:\d\d, \d\d:\d\d:\d\d, \d\d:\d\d:\d\d\n/);
    expect(stdout).toMatch(/Dry run, nothing was done: drain within 30s, 3 times, every 20s ± 2s/);
    expect(isAlive(replica.pid)).toBe(true);
  });
});

describe.skipIf(!onLinux)("dfs fault restart", () => {
  test("runs a replica again as it was started, and the port is its own", async () => {
    const [port = 0] = await freePorts(1);
    using dir = tempDir();
    const cwd = dir.path;
    const words = [dfsBinary(), "serve", "--port", String(port)];
    const first = Bun.spawn(words, { cwd, stdio: ["ignore", "ignore", "ignore"] });
    let again = Number.NaN;
    try {
      const check = ["check", "--replicas", `localhost:${port}`, "--wait", "10"];
      expect((await runDfs(check, { cwd })).status).toBe(0);
      const restart = ["fault", "restart", "--port", String(port)];
      const dryRun = await runDfs([...restart, "--dry-run"], { cwd });
      expect(dryRun.stdout).toContain(`serve --port ${port} (program `);
      const { status, stdout } = await runDfs(restart, { cwd });
      expect(status).toBe(0);
      again = pidIn(stdout, "RESTARTED");
      expect(again).not.toBe(first.pid);
      expect(isAlive(again)).toBe(true);
      expect((await runDfs(check, { cwd })).status).toBe(0);
      const log = await dir.read("fault.log");
      expect(log).toMatch(new RegExp(`fault=crash phase=begin port=${port} pid=${first.pid} `));
      expect(log).toContain(`restart=localhost:${port} by="fault restart" pid=${again} `);
    } finally {
      killForSure(first.pid);
      if (!Number.isNaN(again)) killForSure(again);
      await first.exited;
    }
  });

  test("starts none beside a replica that its supervisor has started", async () => {
    using dir = tempDir();
    const cwd = dir.path;
    const restarts = ["--restart", "on-crash", "--restart-delay", "1"];
    const serve = ["serve", "--num-replicas", "2", "--port", "0", ...restarts];
    await using replicas = startDfs(serve, { cwd });
    const [, a = ""] = await replicas.waitFor(/replica localhost:(\d+) serving/);
    const check = ["check", "--replicas", `localhost:${a}`, "--wait", "10"];
    expect((await runDfs(check, { cwd })).status).toBe(0);
    const restart = ["fault", "restart", "--port", a];
    const left = await runDfs(restart, { cwd });
    expect(left.status).toBe(3);
    expect(left.stderr).toContain("holds its standard input and may restart or end it itself");
    const command = ["--command", "exit 9", "--downtime", "4s"];
    const { status, stdout } = await runDfs([...restart, ...command], { cwd });
    expect(stdout).toMatch(/RESTARTED BY OTHERS: .* serves port .*; dfs started none beside it/);
    expect(status).toBe(0);
    replicas.kill("SIGTERM");
    await replicas.exited(20_000);
  });

  test("exits with 3 when what it starts does not serve", async () => {
    const [port = 0] = await freePorts(1);
    using dir = tempDir();
    const cwd = dir.path;
    await using replica = await startReplica(port, cwd);
    const restart = ["fault", "restart", "--port", String(port), "--command", "echo oh; exit 4"];
    const { status, stderr } = await runDfs(restart, { cwd });
    expect(status).toBe(3);
    expect(stderr).toMatch(/ended with status 4; the end of restart_\d+\.log: oh/);
    const isGone = () => !isAlive(replica.pid);
    expect(await waitUntil(systemClock, isGone, { withinMs: 5000, everyMs: 20 })).toBe(true);
  });
});
