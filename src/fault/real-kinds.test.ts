/** Kinds of faults on real processes, which only a real kernel can judge. */
import { describe, expect, setDefaultTimeout, test } from "bun:test";
import { existsSync, readFileSync } from "node:fs";
import { freePorts } from "../../tests/support/free-ports.ts";
import { isAlive, killForSure } from "../../tests/support/process-state.ts";
import {
  RealProcesses,
  realRun,
  rejection,
  listeningProgram as server,
} from "../../tests/support/real-servers.ts";
import { tempDir } from "../../tests/support/temp-dir.ts";
import { systemClock, waitUntil } from "../base/clock.ts";
import { injectCrash } from "./crash.ts";
import { injectDrain } from "./drain.ts";
import { injectRestart } from "./restart.ts";

const onLinux = process.platform === "linux";
setDefaultTimeout(60_000);

/** Closes its port at once when asked to end, and ends 400 ms later. */
const graceful = `
  const net = require("node:net").createServer();
  net.listen(0, "127.0.0.1", () => console.log(net.address().port));
  process.on("SIGTERM", () => {
    net.close();
    setTimeout(() => process.exit(0), 400);
  });`;

const deaf = `
  process.on("SIGTERM", () => {});
  process.on("SIGHUP", () => {});
  const net = require("node:net").createServer();
  net.listen(0, "127.0.0.1", () => console.log(net.address().port));`;

const shared = { delayMs: 0 };

describe("injectCrash() by other signals", () => {
  test.skipIf(!onLinux)("proves the end by SIGTERM of a process without a handler", async () => {
    await using real = new RealProcesses();
    const { pid, port } = await real.startServer(server);
    const run = realRun();
    await injectCrash({ ...shared, port, signal: "SIGTERM" }, run);
    expect(isAlive(pid)).toBe(false);
    expect(run.events.at(-1)).toMatchObject({ kind: "injected", signal: "SIGTERM" });
  });

  test.skipIf(!onLinux)("says that a process which handles the signal has survived", async () => {
    await using real = new RealProcesses();
    const { pid, port } = await real.startServer(deaf);
    const run = realRun();
    const message = await rejection(injectCrash({ ...shared, port, signal: "SIGHUP" }, run));
    expect(message).toContain("still there 5 s after its SIGHUP; it handles or blocks that signal");
    expect(isAlive(pid)).toBe(true);
    expect(run.records).toEqual([]);
  });

  test.skipIf(!onLinux)("sends nothing that is ignored", async () => {
    await using real = new RealProcesses();
    const before = ["sh", "-c", 'trap "" HUP; exec "$@"', "sh"];
    const { pid, port } = await real.startServer(server, { before });
    const crash = { ...shared, port, signal: "SIGHUP" } as const;
    const message = await rejection(injectCrash(crash, realRun()));
    expect(message).toContain("Cannot send SIGHUP to");
    expect(message).toContain("as it ignores that signal");
    expect(isAlive(pid)).toBe(true);
  });
});

describe.skipIf(!onLinux)("injectDrain() on real processes", () => {
  test("tells the graceful close of the port from the end of the process", async () => {
    await using real = new RealProcesses();
    const { pid, port } = await real.startServer(graceful);
    const run = realRun();
    await injectDrain({ ...shared, port, withinMs: 20_000 }, run);
    expect(isAlive(pid)).toBe(false);
    expect(run.events.map(({ kind }) => kind)).toEqual([
      "resolved",
      "asked",
      "port-closed",
      "drained",
    ]);
    const [begin, end] = run.records;
    expect(begin).toMatchObject({ fault: "drain", phase: "begin", pid });
    expect((end?.tUs ?? 0) - (begin?.tUs ?? 0)).toBeGreaterThan(200_000);
  });

  test("fails on a process that does not end, and leaves it", async () => {
    await using real = new RealProcesses();
    const { pid, port } = await real.startServer(deaf);
    const drain = injectDrain({ ...shared, port, withinMs: 300 }, realRun());
    expect(await rejection(drain)).toContain("300ms after SIGTERM, its port is still open");
    expect(isAlive(pid)).toBe(true);
  });
});

/** What the server was started with, and what the one started again says of itself. */
const telling = `
  const net = require("node:net").createServer();
  const [port, ...rest] = process.argv.slice(1).filter((word) => word !== "--");
  net.listen(Number(port), "127.0.0.1", () => {
    console.log(net.address().port, process.cwd(), process.env.MARK, JSON.stringify(rest));
  });`;

function linesOf(path: string): string[] {
  return existsSync(path) ? readFileSync(path, "utf8").split("\n").filter(Boolean) : [];
}

/** In a session of its own: our terminal's Ctrl-C does not reach it. */
function sessionOf(pid: number): number {
  return Number(readFileSync(`/proc/${pid}/stat`, "utf8").split(") ")[1]?.split(" ")[3]);
}

describe.skipIf(!onLinux)("injectRestart() on real processes", () => {
  test("runs the same command line, environment and directory again, apart from us", async () => {
    using dir = tempDir();
    const output = dir.file("out.log");
    const [port = 0] = await freePorts(1);
    const words = [process.execPath, "-e", telling, "--", String(port), "two words", ""];
    const first = Bun.spawn(words, {
      ...{ cwd: dir.path, env: { ...process.env, MARK: "a=b" } },
      stdio: ["ignore", Bun.file(output), "ignore"],
    });
    const lines = () => linesOf(output);
    const isUp = (count: number) =>
      waitUntil(systemClock, () => lines().length === count, { withinMs: 10_000, everyMs: 10 });
    let again: number | undefined;
    try {
      expect(await isUp(1)).toBe(true);
      const run = realRun();
      const outputPath = dir.file("restart.log");
      const request = { ...shared, port, command: undefined, downtimeMs: 0, withinMs: 20_000 };
      await injectRestart({ ...request, outputPath }, run);
      const event = run.events.at(-1);
      if (event?.kind !== "restarted") throw new Error("It was not restarted");
      again = event.process.pid;
      expect(await isUp(2)).toBe(true);
      expect(event).toMatchObject({ by: "us", outputs: [output, "/dev/null"] });
      expect(lines()[1]).toBe(lines()[0] ?? "");
      expect(lines()[1]).toBe(`${port} ${dir.path} a=b ["two words",""]`);
      expect(sessionOf(again)).toBe(again);
      expect(run.records.map(({ kind }) => kind)).toEqual(["fault", "restart"]);
    } finally {
      killForSure(first.pid);
      if (again !== undefined) killForSure(again);
      await first.exited;
    }
  });
});

describe.skipIf(!onLinux)("injectRestart() on real processes, without success,", () => {
  test("says how what it started has ended, with its last words", async () => {
    await using real = new RealProcesses();
    using dir = tempDir();
    const { pid, port } = await real.startServer(server);
    const outputPath = dir.file("restart.log");
    const request = { ...shared, port, downtimeMs: 0, withinMs: 20_000, outputPath };
    const command = "echo no such graph >&2; exit 7";
    const message = await rejection(injectRestart({ ...request, command }, realRun()));
    expect(message).toContain("ended with status 7");
    expect(message).toEndWith(`the end of ${outputPath}: no such graph`);
    expect(isAlive(pid)).toBe(false);
  });

  test("kills nothing when its output has nowhere to go", async () => {
    await using real = new RealProcesses();
    using dir = tempDir();
    const { pid, port } = await real.startServer(server);
    const outputPath = dir.file("missing/restart.log");
    const request = { ...shared, port, command: undefined, downtimeMs: 0, withinMs: 1000 };
    const message = await rejection(injectRestart({ ...request, outputPath }, realRun()));
    expect(message).toContain("again: ENOENT");
    expect(isAlive(pid)).toBe(true);
  });

  test("leaves a process whose parent holds its standard input to that parent", async () => {
    const child = Bun.spawn([process.execPath, "-e", server], {
      stdio: ["pipe", "pipe", "ignore"],
    });
    try {
      const { value } = await child.stdout.getReader().read();
      const port = Number(new TextDecoder().decode(value));
      const request = { ...shared, port, command: undefined, downtimeMs: 0, withinMs: 1000 };
      const restart = injectRestart({ ...request, outputPath: "none" }, realRun());
      expect(await rejection(restart)).toContain(
        `its parent (pid ${process.pid}) holds its standard input`,
      );
      expect(isAlive(child.pid)).toBe(true);
    } finally {
      killForSure(child.pid);
      await child.exited;
    }
  });
});
