import { describe, expect, setDefaultTimeout, test } from "bun:test";
import { readdirSync, symlinkSync } from "node:fs";
import { systemClock, waitUntil } from "../../src/base/clock.ts";
import { runDfs, startDfs, startReplica } from "../support/dfs-process.ts";
import { freePorts } from "../support/free-ports.ts";
import { isAlive, processesMarked } from "../support/process-state.ts";
import { tempDir } from "../support/temp-dir.ts";

/** Every wait inside has a shorter bound of its own, which says more when it is hit. */
setDefaultTimeout(90_000);

const onWindows = process.platform === "win32";
const onLinux = process.platform === "linux";

async function statusOfCheck(ports: readonly number[], cwd: string, ...args: readonly string[]) {
  const replicas = ports.map((port) => `localhost:${port}`).join(",");
  return await runDfs(["check", "--replicas", replicas, ...args], { cwd });
}

describe("dfs serve", () => {
  test("says that a port is taken in one line, without a stack, and exits with 5", async () => {
    const [port = 0] = await freePorts(1);
    using dir = tempDir();
    await using _first = await startReplica(port, dir.path);
    for (const graph of [[], ["--graph", "path:3"]]) {
      const args = ["serve", "--port", String(port), ...graph];
      const { status, stderr } = await runDfs(args, { cwd: dir.path });
      expect(status).toBe(5);
      const lines = stderr.trim().split("\n");
      expect(lines).toHaveLength(1);
      expect(lines[0]).toContain(String(port));
    }
  });

  test("leaves no log file behind when its port is taken", async () => {
    const [port = 0] = await freePorts(1);
    using dir = tempDir();
    using other = tempDir();
    await using _first = await startReplica(port, dir.path);
    const { status } = await runDfs(["serve", "--port", String(port)], { cwd: other.path });
    expect(status).toBe(5);
    expect(readdirSync(other.path)).toEqual([]);
  });

  test("does not serve when its log file cannot be written: status 5", async () => {
    using dir = tempDir();
    const serve = ["serve", "--port", "0", "--logfile", "no-such-folder/x.log"];
    const { status, stdout, stderr } = await runDfs(serve, { cwd: dir.path });
    expect(status).toBe(5);
    expect(stdout).toBe("");
    expect(stderr).toContain('Cannot write the log file "no-such-folder/x.log"');
  });

  // /dev/full: a device that is always full.
  test.skipIf(!onLinux)("goes on with a full disk, warns at once, and ends with 1", async () => {
    const [port = 0] = await freePorts(1);
    using dir = tempDir();
    const serve = ["serve", "--port", String(port), "--logfile", "/dev/full"];
    await using replica = startDfs(serve, { cwd: dir.path });
    await replica.waitFor(/Cannot write the log file "\/dev\/full": ENOSPC/);
    expect((await statusOfCheck([port], dir.path, "--wait", "5")).status).toBe(0);
    replica.kill("SIGTERM");
    const { status, stderr } = await replica.exited(15_000);
    expect(status).toBe(1);
    expect(stderr.match(/ENOSPC/g)?.length).toBe(2);
    expect(stderr).toMatch(/\d records? could not be written to \/dev\/full/);
  });

  test("--help says nothing of the flag that only dfs itself types", async () => {
    using dir = tempDir();
    const { stdout } = await runDfs(["serve", "--help"], { cwd: dir.path });
    expect(stdout).toContain("--num-replicas");
    expect(stdout).not.toContain("supervised-by");
  });

  test("--port 0 picks a port, prints it, and serves there; check says who answers", async () => {
    using dir = tempDir();
    await using replica = startDfs(["serve", "--port", "0"], { cwd: dir.path });
    const [, port = "0"] = await replica.waitFor(/:([1-9]\d{3,4})\b/);
    const { status, stdout } = await statusOfCheck([Number(port)], dir.path, "--wait", "5");
    expect(status).toBe(0);
    expect(stdout).toContain(`pid ${replica.pid}`);
    expect(stdout).toContain("modular:50000");
  });

  test.skipIf(onWindows).each(["SIGTERM", "SIGINT"] as const)(
    "ends on %s in order: status 0, and its ledger says how",
    async (signal) => {
      const [port = 0] = await freePorts(1);
      using dir = tempDir();
      await using replica = await startReplica(port, dir.path);
      replica.kill(signal);
      const { status, signal: endedBy } = await replica.exited(15_000);
      expect({ status, endedBy }).toEqual({ status: 0, endedBy: null });
      expect(await dir.read(`server_${port}.log`)).toMatch(/ end=\S+ reason=\S+/);
    },
  );

  test("does not serve where it was not told to: only the loopback by default", async () => {
    const addresses = Object.values(await import("node:os").then((os) => os.networkInterfaces()))
      .flat()
      .filter((address) => address?.internal === false && address.family === "IPv4");
    const [port = 0] = await freePorts(1);
    using dir = tempDir();
    await using _replica = await startReplica(port, dir.path);
    for (const address of addresses) {
      const endpoint = `${address?.address}:${port}`;
      const { status } = await runDfs(["check", "--replicas", endpoint], { cwd: dir.path });
      expect({ endpoint, status }).toEqual({ endpoint, status: 1 });
    }
    expect((await statusOfCheck([port], dir.path)).status).toBe(0);
  });
});

describe("dfs check", () => {
  test("exits with 1 when one of two does not serve, and says which", async () => {
    const [up = 0, down = 0] = await freePorts(2);
    using dir = tempDir();
    await using _replica = await startReplica(up, dir.path);
    const { status, stdout } = await statusOfCheck([up, down], dir.path);
    expect(status).toBe(1);
    expect(stdout).toMatch(new RegExp(`localhost:${up} serving`));
    expect(stdout).toMatch(new RegExp(`localhost:${down} NOT SERVING`));
  });
});

/** Two neighbouring ports that were free a moment ago. */
async function neighbouringPorts(): Promise<number> {
  const taken = new Set(await freePorts(40));
  for (const port of taken) if (taken.has(port + 1)) return port;
  const [port = 0] = taken;
  return port;
}

describe("dfs serve --num-replicas", () => {
  test("starts neighbours, says when one dies and of what, and starts it again", async () => {
    const port = await neighbouringPorts();
    using dir = tempDir();
    const restart = ["--restart", "on-crash", "--restart-delay", "300ms"];
    await using supervisor = startDfs(
      ["serve", "--num-replicas", "2", "--port", String(port), ...restart],
      { cwd: dir.path },
    );
    const ports = [port, port + 1];
    expect((await statusOfCheck(ports, dir.path, "--wait", "10")).status).toBe(0);
    const crash = await runDfs(["fault", "crash", "--port", String(port)], { cwd: dir.path });
    expect(crash.status).toBe(0);
    await supervisor.waitFor(/SIGKILL/);
    expect((await statusOfCheck(ports, dir.path, "--wait", "10")).status).toBe(0);
    // Two headers for the one that came back, one for its neighbour.
    expect((await dir.read(`server_${port}.log`)).match(/ run=\S+ command=serve/g)).toHaveLength(2);
    expect(
      (await dir.read(`server_${port + 1}.log`)).match(/ run=\S+ command=serve/g),
    ).toHaveLength(1);
  });

  test("--port 0 picks consecutive ports", async () => {
    using dir = tempDir();
    await using supervisor = startDfs(["serve", "--port", "0", "--num-replicas", "3"], {
      cwd: dir.path,
    });
    await supervisor.waitFor(/( serving [\s\S]*){3}/, 30_000);
    const ports = Array.from(supervisor.stdout.matchAll(/:(\d+) serving/g), ([, port]) =>
      Number(port),
    ).sort((one, other) => one - other);
    const [first = 0] = ports;
    expect(ports).toEqual([first, first + 1, first + 2]);
  });

  test.skipIf(!onLinux)("ends with 1 when a replica could not write its log", async () => {
    using dir = tempDir();
    // Each PORT its own link to the device that is always full.
    const port = await neighbouringPorts();
    for (const each of [port, port + 1]) symlinkSync("/dev/full", dir.file(`full_${each}.log`));
    const serve = ["serve", "--num-replicas", "2", "--port", String(port)];
    await using supervisor = startDfs([...serve, "--logfile", "full_PORT.log"], { cwd: dir.path });
    await supervisor.waitFor(/( serving [\s\S]*){2}/, 30_000);
    supervisor.kill("SIGTERM");
    expect((await supervisor.exited(20_000)).status).toBe(1);
    expect(supervisor.stdout).toContain(`Cannot write the log file "full_${port}.log": ENOSPC`);
  });

  test.skipIf(!onLinux)(
    "asked to end while its replicas still start, it leaves none behind and exits with 0",
    async () => {
      const mark = `DFS_TEST_MARK=serve-early-${process.pid}-${systemClock.nowUs()}`;
      const [name = "", value = ""] = mark.split("=");
      using dir = tempDir();
      await using supervisor = startDfs(["serve", "--port", "0", "--num-replicas", "2"], {
        cwd: dir.path,
        env: { [name]: value },
      });
      // Not before it has begun to start them: until then a signal simply ends it.
      const started = () => processesMarked(mark).length > 1;
      expect(await waitUntil(systemClock, started, { withinMs: 15_000, everyMs: 2 })).toBe(true);
      supervisor.kill("SIGTERM");
      expect((await supervisor.exited(20_000)).status).toBe(0);
      const allGone = () => processesMarked(mark).length === 0;
      expect(await waitUntil(systemClock, allGone, { withinMs: 15_000, everyMs: 50 })).toBe(true);
    },
  );

  test.skipIf(!onLinux)("leaves no replica behind when it is killed itself", async () => {
    const port = await neighbouringPorts();
    using dir = tempDir();
    const mark = `DFS_TEST_MARK=serve-${process.pid}-${systemClock.nowUs()}`;
    const [name = "", value = ""] = mark.split("=");
    await using supervisor = startDfs(["serve", "--num-replicas", "2", "--port", String(port)], {
      cwd: dir.path,
      env: { [name]: value },
    });
    expect((await statusOfCheck([port, port + 1], dir.path, "--wait", "10")).status).toBe(0);
    expect(processesMarked(mark)).toHaveLength(3);
    supervisor.kill("SIGKILL");
    const allGone = () => processesMarked(mark).length === 0;
    expect(await waitUntil(systemClock, allGone, { withinMs: 15_000, everyMs: 50 })).toBe(true);
    expect(isAlive(supervisor.pid)).toBe(false);
  });
});
