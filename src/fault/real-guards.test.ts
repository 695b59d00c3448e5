/** What must not be hit, tried on real processes: proxies, masters, other users, containers. */
import { describe, expect, setDefaultTimeout, test } from "bun:test";
import { chmodSync, copyFileSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { isAlive, killForSure } from "../../tests/support/process-state.ts";
import {
  RealProcesses,
  realRun,
  rejection,
  listeningProgram as server,
} from "../../tests/support/real-servers.ts";
import { tempDir } from "../../tests/support/temp-dir.ts";
import { injectCrash } from "./crash.ts";
import { injectDrain } from "./drain.ts";
import { injectNoop } from "./noop.ts";
import { injectRestart } from "./restart.ts";
import { injectStall } from "./stall.ts";

const onLinux = process.platform === "linux";
const isRoot = process.getuid?.() === 0;
setDefaultTimeout(60_000);

/** Says loudly what this machine cannot try. */
function unless(missing: boolean, what: string): boolean {
  if (missing) process.stderr.write(`NOT TESTED here: ${what}\n`);
  return missing;
}

/** A master that shares its listening socket with two children, as pre-fork servers do. */
const preFork = `
  const fs = require("node:fs");
  const net = require("node:net").createServer();
  net.listen(0, "127.0.0.1", () => {
    const { port } = net.address();
    const hex = ":" + port.toString(16).toUpperCase().padStart(4, "0");
    const row = fs.readFileSync("/proc/net/tcp", "utf8").split("\\n")
      .map((line) => line.trim().split(/\\s+/))
      .find((cells) => cells[1]?.endsWith(hex) && cells[3] === "0A");
    const fd = fs.readdirSync("/proc/self/fd").find((name) => {
      try { return fs.readlinkSync("/proc/self/fd/" + name) === "socket:[" + row[9] + "]"; }
      catch { return false; }
    });
    const pids = [1, 2].map(() => Bun.spawn(["sleep", "600"], {
      stdio: ["ignore", "ignore", "ignore", Number(fd)],
    }).pid);
    console.log(port, ...pids);
  });`;

const shared = { delayMs: 0 };

describe("guards on real processes", () => {
  test("--expect names what it is instead", async () => {
    await using real = new RealProcesses();
    const { pid, port } = await real.startServer(server);
    const crash = injectCrash({ ...shared, port, expect: "postgres" }, realRun());
    expect(await rejection(crash)).toContain(`its owner is not "postgres" but `);
    expect(isAlive(pid)).toBe(true);
  });

  test.skipIf(!onLinux)("a program called docker-proxy is not the server", async () => {
    await using real = new RealProcesses();
    using dir = tempDir();
    const proxy = join(dir.path, "docker-proxy");
    copyFileSync(process.execPath, proxy);
    chmodSync(proxy, 0o755);
    const before = ["sh", "-c", 'program=$1; shift 2; exec "$program" "$@"', "sh", proxy];
    const { pid, port } = await real.startServer(server, { before });
    const message = await rejection(injectCrash({ ...shared, port }, realRun()));
    expect(message).toContain(`docker-proxy (pid ${pid}) is not the server`);
    expect(isAlive(pid)).toBe(true);
    const run = realRun();
    await injectCrash({ ...shared, port, force: true }, run);
    expect(isAlive(pid)).toBe(false);
    expect(run.events.map((event) => event.kind === "warned" && event.reason)).toContain("forced");
  });

  test.skipIf(!onLinux)("a service that was handed its socket is not started again", async () => {
    await using real = new RealProcesses();
    // As systemd does: the variables name the process that is to use the socket.
    const before = ["sh", "-c", 'LISTEN_PID=$$ LISTEN_FDS=1 exec "$@"', "sh"];
    const { pid, port } = await real.startServer(server, { before });
    const request = { ...shared, port, command: undefined, downtimeMs: 0, withinMs: 1000 };
    const run = realRun();
    const restart = injectRestart({ ...request, outputPath: "none" }, run);
    expect(await rejection(restart)).toContain("a service manager hands it its port");
    expect(isAlive(pid)).toBe(true);
    const reasons = run.events.flatMap((event) => (event.kind === "warned" ? event.reason : []));
    expect(reasons).toEqual(["socket-activated"]);
  });

  test("the listeners of both families on one port are told apart by --host", async () => {
    await using real = new RealProcesses();
    const { pid: v4, port } = await real.startServer(server, { args: ["0.0.0.0"] });
    const { pid: v6 } = await real.startServer(server, { args: ["::", String(port), "only"] });
    expect(await rejection(injectCrash({ ...shared, port }, realRun()))).toContain("2 processes");
    await injectCrash({ ...shared, port, host: "::1" }, realRun());
    expect([isAlive(v4), isAlive(v6)]).toEqual([true, false]);
  });

  test.skipIf(!onLinux)("a pre-fork server: named, refused by half, hit as a whole", async () => {
    await using real = new RealProcesses();
    const { pid: master, line } = await real.start(preFork);
    const [port = 0, ...workers] = line.split(" ").map(Number);
    try {
      const several = await rejection(injectCrash({ ...shared, port }, realRun()));
      expect(several).toContain("3 processes listen there");
      expect(several).toContain(`(the parent of pid ${workers.join(", ")})`);
      const alone = await rejection(injectCrash({ ...shared, port, pid: master }, realRun()));
      expect(alone).toContain("is the master of a pre-fork server");
      expect([master, ...workers].map(isAlive)).toEqual([true, true, true]);
      const [worker = 0] = workers;
      const run = realRun();
      await injectCrash({ ...shared, port, pid: worker }, run);
      expect(isAlive(worker)).toBe(false);
      const reasons = run.events.flatMap((event) => (event.kind === "warned" ? event.reason : []));
      expect(reasons).toEqual(["port-shared"]);
      await injectCrash({ ...shared, port, all: true }, realRun());
      expect([master, ...workers].map(isAlive)).toEqual([false, false, false]);
    } finally {
      for (const pid of workers) killForSure(pid);
    }
  });

  test("a process that listens for others on another port is not hit by itself", async () => {
    await using real = new RealProcesses();
    const child = `
      const child = Bun.spawn([process.execPath, "-e", ${JSON.stringify(server)}], {
        stdio: ["ignore", "pipe", "ignore"],
      });
      const { value } = await child.stdout.getReader().read();
      const net = require("node:net").createServer();
      net.listen(0, "127.0.0.1", () => console.log(net.address().port, child.pid));`;
    const { pid, line } = await real.start(child);
    const [port = 0, below = 0] = line.split(" ").map(Number);
    try {
      const message = await rejection(injectCrash({ ...shared, port }, realRun()));
      expect(message).toContain("is the supervisor of other listeners");
      expect(message).toContain(`pid ${below} at `);
      expect(isAlive(pid)).toBe(true);
    } finally {
      killForSure(below);
    }
  });

  test("a dry run gives the refusals of the kind, and touches nobody", async () => {
    await using real = new RealProcesses();
    const { pid, port } = await real.startServer(server);
    const noop = { ...shared, port, insteadOf: "drain" } as const;
    const { foreseen } = await injectNoop(noop, realRun(), ({ process }) => [`ask ${process.pid}`]);
    expect(foreseen).toEqual([`ask ${pid}`]);
    expect(isAlive(pid)).toBe(true);
  });
});

const asNobody = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"];

/** Another user must be able to run Bun and to read these sources. */
function canBeOther(): boolean {
  if (!onLinux || !isRoot || Bun.which("setpriv") === null) return false;
  const source = join(import.meta.dir, "crash.ts");
  const look = `console.log(require("node:fs").readFileSync(${JSON.stringify(source)}).length)`;
  return Bun.spawnSync([...asNobody, process.execPath, "-e", look]).exitCode === 0;
}
describe.skipIf(unless(!canBeOther(), "processes of other users (needs Linux, root and setpriv)"))(
  "processes of other users",
  () => {
    test("root hits them, and does not start them again as root", async () => {
      await using real = new RealProcesses();
      const { pid, port } = await real.startServer(server, { before: asNobody });
      const request = { ...shared, port, command: undefined, downtimeMs: 0, withinMs: 1000 };
      const restart = injectRestart({ ...request, outputPath: "none" }, realRun());
      expect(await rejection(restart)).toContain("it runs as another user (uid 65534)");
      await injectCrash({ ...shared, port }, realRun());
      expect(isAlive(pid)).toBe(false);
    });

    test.each(["injectCrash", "injectStall", "injectDrain"])(
      "are named with their owner and what would help by %s",
      async (name) => {
        await using real = new RealProcesses();
        const { pid, port } = await real.startServer(server);
        const file = { injectCrash: "crash", injectStall: "stall", injectDrain: "drain" }[name];
        const program = `
          const { ${name}: inject } = await import(${JSON.stringify(import.meta.dir)} + "/${file}.ts");
          const { systemClock: clock } = await import(${JSON.stringify(import.meta.dir)} + "/../base/clock.ts");
          const options = { clock, run: "r1", signal: new AbortController().signal,
            ledger: { append() {} }, notify() {} };
          const request = { port: ${port}, delayMs: 0, durationMs: 10, withinMs: 10 };
          console.log(await inject(request, options).then(() => "hit", (error) => error.message));`;
        const { line } = await real.start(program, { before: asNobody });
        expect(line).toContain(`belongs to uid 0; run dfs as that user or with more rights (sudo`);
        expect(isAlive(pid)).toBe(true);
      },
    );
  },
);

function canUnshare(): boolean {
  if (!onLinux || Bun.which("unshare") === null || Bun.which("nsenter") === null) return false;
  const tried = Bun.spawnSync(["unshare", "--pid", "--fork", "--mount-proc", "true"]);
  return tried.exitCode === 0;
}
const container = ["unshare", "--pid", "--fork", "--mount-proc", "--kill-child"];
describe.skipIf(unless(!canUnshare(), "pid namespaces (needs unshare, nsenter and the right to)"))(
  "pid namespaces",
  () => {
    const prober = `
      const here = ${JSON.stringify(import.meta.dir)};
      const { injectStall } = await import(here + "/stall.ts");
      const { systemClock: clock } = await import(here + "/../base/clock.ts");
      const options = { clock, run: "r1", signal: new AbortController().signal,
        ledger: { append() {} }, notify() {} };
      const request = { port: Number(process.argv.at(-1)), delayMs: 0, durationMs: 100 };
      console.log(await injectStall(request, options).then(() => "hit", (error) => error.message));`;

    /** The first process of the namespace that `unshare` of that pid has made. */
    function firstOf(pid: number): number {
      return Number(readFileSync(`/proc/${pid}/task/${pid}/children`, "utf8").trim());
    }

    test("from inside, the first process is explained and not hit", async () => {
      await using real = new RealProcesses();
      const { pid, port } = await real.startServer(server, { before: container });
      const inside = ["nsenter", "-t", String(firstOf(pid)), "-p", "-m"];
      const { line } = await real.start(prober, { before: inside, args: [String(port)] });
      expect(line).toContain("pid 1 is the first process of this container");
      expect(line).toContain("run dfs on the container's host");
      expect(isAlive(firstOf(pid))).toBe(true);
    });

    test("from outside it is suspended, resumed and killed like any other", async () => {
      await using real = new RealProcesses();
      const { pid, port } = await real.startServer(server, { before: container });
      const first = firstOf(pid);
      const run = realRun();
      const stalled = await injectStall({ ...shared, port, durationMs: 100 }, run);
      expect(stalled.outcome).toBe("done");
      const reasons = run.events.flatMap((event) => (event.kind === "warned" ? event.reason : []));
      expect(reasons).toContain("leads-namespace");
      await injectCrash({ ...shared, port }, run);
      expect(isAlive(first)).toBe(false);
    });

    test("a signal that it does not handle is known to be dropped", async () => {
      await using real = new RealProcesses();
      const { pid, port } = await real.startServer(server, { before: container });
      const drain = injectDrain({ ...shared, port, withinMs: 500 }, realRun());
      expect(await rejection(drain)).toContain("no handler for that signal");
      expect(isAlive(firstOf(pid))).toBe(true);
    });

    test("nothing is hit where /proc numbers other processes than the kernel does", async () => {
      await using real = new RealProcesses();
      const { pid, port } = await real.startServer(server);
      const before = ["unshare", "--pid", "--fork", "--kill-child"];
      const { line } = await real.start(prober, { before, args: [String(port)] });
      expect(line).toContain("/proc belongs to another pid namespace");
      expect(isAlive(pid)).toBe(true);
    });
  },
);
