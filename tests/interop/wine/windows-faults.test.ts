/**
 * dfs.exe, built for Windows, under Wine: faults on processes that are Windows processes,
 * suspended, resumed and ended by Windows calls, found among Windows sockets. What Wine lacks
 * stands in windows-tools.c; what a real PowerShell makes of the scripts is not seen here.
 */
import { afterAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { connect } from "node:net";
import { join } from "node:path";
import { systemClock, waitUntil } from "../../../src/base/clock.ts";
import { acceptsConnections } from "../../../src/fault/probe-port.ts";
import { freePorts } from "../../support/free-ports.ts";
import { DfsInWine, type ReplicaInWine } from "./dfs-in-wine.ts";
import { setUpWine } from "./wine-host.ts";

setDefaultTimeout(90_000);

const host = await setUpWine();
if ("missing" in host) {
  console.log(`SKIPPED, NOTHING PROVED: no Wine for the Windows executable (${host.missing})`);
} else {
  console.log("NOT TESTED under Wine: real PowerShell and netstat, owners of IPv6 sockets");
}

afterAll(async () => {
  if (!("missing" in host)) await host.remove();
});

function windows(): DfsInWine {
  if ("missing" in host) throw new Error(host.missing);
  return new DfsInWine(host);
}

const onPort = ({ port }: ReplicaInWine) => ["--port", String(port)];

/** The phases on record in a ledger, with their instants. */
async function phases(ledger: string): Promise<{ phase: string; pid: number; tUs: number }[]> {
  const text = await Bun.file(join(windows().directory, ledger)).text();
  const lines = text.matchAll(/ fault=\w+ phase=(\w+) .*\bpid=(\d+) .*\bt_us=(\d+)/g);
  return Array.from(lines, ([, phase = "", pid, tUs]) => ({
    ...{ phase, pid: Number(pid), tUs: Number(tUs) },
  }));
}

async function soon(condition: () => Promise<boolean>, withinMs = 20_000): Promise<boolean> {
  return await waitUntil(systemClock, condition, { withinMs, everyMs: 200 });
}

describe.skipIf("missing" in host)("dfs.exe", () => {
  test("says its version and shows its help", async () => {
    expect((await windows().run(["--version"])).stdout).toMatch(/^dfs \d+\.\d+\.\d+ /);
    const help = await windows().run(["--help"]);
    expect([help.status, help.stdout.includes("dfs fault stall")]).toEqual([0, true]);
  });

  test("serves, and its load verifies that", async () => {
    await using first = await windows().serve();
    await using second = await windows().serve();
    const replicas = [first, second].map(({ port }) => `127.0.0.1:${port}`).join(",");
    const args = ["load", "--replicas", replicas, "--duration", "3", "--rate", "20"];
    const load = await windows().run(args);
    expect(load.stdout).toContain("60 scheduled = 60 ok + 0 wrong + 0 failed");
    expect(load.status).toBe(0);
  });

  test("runs several replicas, which end when it is killed", async () => {
    await using several = windows().start(["serve", "--num-replicas", "2", "--port", "0"]);
    await several.waitFor(/serving[\s\S]*serving/, 20_000);
    const rows = [...several.stdout.matchAll(/localhost:(\d+) serving \S+ \(pid (\d+)\)/g)];
    expect(new Set(rows.map(([, , pid]) => pid)).size).toBe(2);
    const ports = rows.map(([, port]) => Number(port));
    expect(await allAccept(ports)).toEqual([true, true]);
    several.kill("SIGKILL");
    expect(await soon(async () => !(await allAccept(ports)).includes(true))).toBe(true);
  });
});

function allAccept(ports: readonly number[]): Promise<boolean[]> {
  return Promise.all(ports.map((port) => acceptsConnections(port, systemClock)));
}

describe.skipIf("missing" in host)("dfs.exe finds the listener", () => {
  test("by Get-NetTCPConnection among clients, and by netstat where that is missing", async () => {
    await using replica = await windows().serve();
    // A client of ours, whose rows have the port at either end.
    const client = connect(replica.port, "127.0.0.1");
    try {
      const args = ["fault", "crash", ...onPort(replica), "--dry-run"];
      for (const env of [{}, { WITHOUT_NET_TCP: "1" }]) {
        const { status, stdout } = await windows().run(args, env);
        const target = `TARGET: dfs-windows-x64.exe (pid ${replica.pid}) on port ${replica.port} at 127.0.0.1`;
        expect(stdout).toContain(target);
        expect(stdout).toContain(`serve --host 127.0.0.1 --port ${replica.port}`);
        expect(status).toBe(0);
      }
    } finally {
      client.destroy();
    }
  });

  test("and hits nothing else", async () => {
    await using replica = await windows().serve();
    const [unused = 0] = await freePorts(1);
    const cases = [
      {
        args: ["--port", String(unused)],
        says: "nothing listens there; the nearest listeners are",
      },
      { args: [...onPort(replica), "--pid", "4"], says: "nothing that matches listens there" },
      { args: [...onPort(replica), "--expect", "nginx"], says: 'its owner is not "nginx" but dfs' },
      { args: [...onPort(replica), "--host", "::1"], says: "nothing that matches listens there" },
    ];
    for (const { args, says } of cases) {
      const { status, stderr } = await windows().fault("crash", args, "refused.log");
      expect(stderr).toContain(says);
      expect(status).toBe(3);
    }
    expect(await windows().answers(replica)).toBe(true);
  });

  test("but not one whose owner Windows does not tell, unless narrowed", async () => {
    await using replica = await windows().serve("localhost");
    const several = await windows().fault("crash", onPort(replica), "hidden.log");
    expect(several.stderr).toContain("2 processes listen there (narrow with --host or --pid");
    expect(several.status).toBe(3);
    const narrowed = await windows().fault("crash", [
      ...onPort(replica),
      "--pid",
      String(replica.pid),
    ]);
    expect([narrowed.stderr, narrowed.status]).toEqual(["", 0]);
  });
});

describe.skipIf("missing" in host)("dfs.exe breaks", () => {
  test("a process for good with crash, and proves it", async () => {
    await using replica = await windows().serve();
    const crash = await windows().fault("crash", onPort(replica), "crash.log");
    expect(crash.stdout).toContain(
      `CRASH INJECTED: killed dfs-windows-x64.exe (pid ${replica.pid})`,
    );
    expect(crash.status).toBe(0);
    await replica.process.exited(10_000);
    expect((await phases("crash.log")).map(({ phase, pid }) => [phase, pid])).toEqual([
      ["begin", replica.pid],
    ]);
  });

  test("a process for a while with stall, for which it is silent", async () => {
    await using replica = await windows().serve();
    await using stall = windows().start([
      ...["fault", "stall", ...onPort(replica), "--duration", "5", "--logfile", "stall.log"],
    ]);
    await stall.waitFor(/STALL STARTED/, 20_000);
    expect(await windows().answers(replica)).toBe(false);
    const { status, stdout } = await stall.exited();
    expect(stdout).toContain("RECOVERY: resumed dfs-windows-x64.exe");
    expect(status).toBe(0);
    expect(await windows().answers(replica)).toBe(true);
    const [begin, end, ...more] = await phases("stall.log");
    expect([begin?.phase, end?.phase, more]).toEqual(["begin", "end", []]);
    expect((end?.tUs ?? 0) - (begin?.tUs ?? 0)).toBeWithin(4_900_000, 8_000_000);
  });

  test("a process again and again with limp, through which it still answers", async () => {
    await using replica = await windows().serve();
    const limp = await windows().fault("limp", [...onPort(replica), "--duration", "3"], "limp.log");
    const [, times = "0"] = /suspended (\d+) times, \d/.exec(limp.stdout) ?? [];
    expect(Number(times)).toBeWithin(3, 16);
    expect(limp.status).toBe(0);
    expect((await phases("limp.log")).map(({ phase }) => phase)).toEqual(["begin", "end"]);
    expect(await windows().answers(replica)).toBe(true);
  });

  test("no process that was given the pid of its target", async () => {
    await using replica = await windows().serve();
    const preload = `--preload Z:${join(import.meta.dir, "recycled-pid.ts")}`;
    const env = { BUN_OPTIONS: preload, PROBED_PID: String(replica.pid) };
    const { stdout } = await windows().run(["--version"], env);
    const seen = { lives: true, livedBefore: false, suspended: false, claimed: false };
    expect(JSON.parse(stdout.split("\n")[0] ?? "")).toEqual(seen);
    expect(await windows().answers(replica)).toBe(true);
  });

  test("nothing with what Windows does not have, and says so before any delay", async () => {
    await using replica = await windows().serve();
    const later = [...onPort(replica), "--delay", "60"];
    const cases = [
      { kind: "drain", args: later, says: "Cannot send SIGTERM as this system does not know it" },
      { kind: "crash", args: [...later, "--signal", "TERM"], says: "Cannot send SIGTERM as" },
      { kind: "restart", args: later, says: "as Windows does not show how other processes" },
      { kind: "restart", args: [...later, "--command", "x"], says: "has no sh for a --command" },
    ];
    for (const { kind, args, says } of cases) {
      const { status, stderr } = await windows().fault(kind, args, "refused.log");
      expect(stderr).toContain(says);
      expect(status).toBe(3);
    }
    expect(await windows().answers(replica)).toBe(true);
  });
});

describe.skipIf("missing" in host)("dfs.exe undoes a stall", () => {
  test("at its planned end by its watchdog, a process of its own, when it is killed", async () => {
    await using replica = await windows().serve();
    const args = ["fault", "stall", ...onPort(replica), "--duration", "15", "--logfile", "dog.log"];
    await using stall = windows().start(args);
    await stall.waitFor(/STALL STARTED/, 20_000);
    stall.kill("SIGKILL");
    await stall.exited(10_000);
    const { stdout } = await windows().run(["fault", "list"]);
    expect(stdout).toMatch(
      /stall .*dfs-windows-x64\.exe \(pid \d+\) suspended .* killed; its watchdog/,
    );
    expect(await windows().answers(replica)).toBe(false);
    expect(await soon(() => windows().answers(replica), 30_000)).toBe(true);
    expect(await soon(async () => (await phases("dog.log")).length === 2)).toBe(true);
    const [begin, end] = await phases("dog.log");
    expect((end?.tUs ?? 0) - (begin?.tUs ?? 0)).toBeWithin(14_900_000, 19_000_000);
    const isListed = async () =>
      !(await windows().run(["fault", "list"])).stdout.includes("No fault runs");
    expect(await soon(async () => !(await isListed()))).toBe(true);
  });

  test("at once when another process asks for that", async () => {
    await using replica = await windows().serve();
    const args = ["fault", "stall", ...onPort(replica), "--duration", "60", "--logfile", "none"];
    await using stall = windows().start(args);
    await stall.waitFor(/STALL STARTED/, 20_000);
    const undo = await windows().run(["fault", "undo"]);
    expect(undo.stdout).toMatch(/UNDONE: stall \w+ of port/);
    expect(undo.status).toBe(0);
    expect((await stall.exited()).status).toBe(130);
    expect(await windows().answers(replica)).toBe(true);
  });
});
