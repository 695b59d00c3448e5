/** However slowly a pipe is read, it is given every byte before the process ends. */
import { describe, expect, setDefaultTimeout, test } from "bun:test";
import {
  closeSync,
  constants,
  existsSync,
  openSync,
  readFileSync,
  writeFileSync,
  writeSync,
} from "node:fs";
import { sleep, systemClock, waitUntil } from "../../src/base/clock.ts";
import { dfsBinary, startDfs, startReplica } from "../support/dfs-process.ts";
import { freePorts } from "../support/free-ports.ts";
import { loadFooter, loadHeader, okLine } from "../support/ledger-lines.ts";
import { type TempDir, tempDir } from "../support/temp-dir.ts";

/** Every wait inside has a shorter bound of its own, which says more when it is hit. */
setDefaultTimeout(90_000);

const hasShell = process.platform !== "win32";

/** What a pipe holds on Linux. */
const pipeBytes = 65_536;
const vertexCount = 100_000;
const path = Array.from({ length: vertexCount }, (_, vertex) => vertex);

/** `dfs` in a shell; `"$@"` stands for it. */
async function inShell(script: string, dir: TempDir, args: readonly string[]) {
  const child = Bun.spawn(["bash", "-c", script, "bash", dfsBinary(), ...args], {
    ...{ cwd: dir.path, stdout: "pipe", stderr: "pipe", timeout: 60_000, killSignal: "SIGKILL" },
  });
  const [stdout, stderr] = await Promise.all([child.stdout.text(), child.stderr.text()]);
  await child.exited;
  return { stdout, stderr };
}

/** Standard output that nobody reads for a second, as the last process of a pipe gets it. */
async function readLate(dir: TempDir, args: readonly string[]): Promise<string> {
  const script = '{ "$@"; echo "status $?" >&2; } | { sleep 1; cat; }';
  const { stdout, stderr } = await inShell(script, dir, args);
  expect(stderr).toEndWith("status 0\n");
  expect(stdout.length).toBeGreaterThan(2 * pipeBytes);
  return stdout;
}

function writeLedger(dir: TempDir): void {
  const seconds = 2000;
  const count = 2 * seconds;
  const requests = Array.from({ length: count }, (_, index) => okLine(500 * index + 4, index + 1));
  const footer = loadFooter(1000 * seconds, {
    scheduled: count,
    ok: count,
    held_ms: 1000 * seconds,
  });
  const lines = [loadHeader(0, { durationS: seconds }), ...requests, footer];
  writeFileSync(dir.file("client.log"), `${lines.join("\n")}\n`);
}

describe.skipIf(!hasShell)("a pipe that is read late", () => {
  test("is given the whole path that `dfs query` found", async () => {
    const [port = 0] = await freePorts(1);
    using dir = tempDir();
    const serve = ["serve", "--port", `${port}`, "--graph", `path:${vertexCount}`];
    await using replica = startDfs(serve, { cwd: dir.path });
    await replica.waitFor(/serving path/);
    const query = ["query", "--replicas", `localhost:${port}`, "--path"];
    const args = [...query, "--target", `${vertexCount - 1}`];
    expect(await readLate(dir, args)).toBe(`${path.join("\n")}\n`);
    expect(JSON.parse(await readLate(dir, [...args, "--json"]))).toMatchObject({ path });
  });

  test("is given a whole report, as csv and as JSON", async () => {
    using dir = tempDir();
    writeLedger(dir);
    const report = ["report", "client.log"];
    for (const format of ["csv", "json"]) {
      const file = `whole.${format}`;
      await inShell(`"$@" > ${file}`, dir, [...report, "--format", format]);
      const shown = await readLate(dir, [...report, "--format", format]);
      expect(shown).toBe(await dir.read(file));
    }
  });

  test("ends the command quietly when it is closed without being read", async () => {
    using dir = tempDir();
    writeLedger(dir);
    const script = '{ "$@"; echo "status $?" >&2; } | sleep 1';
    const { stderr } = await inShell(script, dir, ["report", "client.log", "--format", "csv"]);
    expect(stderr).toBe("status 0\n");
  });
});

/** `dfs` on a pipe that is full and that nobody reads. */
async function onFullPipe(dir: TempDir, args: readonly string[]) {
  const fifo = dir.file("fifo");
  expect(Bun.spawnSync(["mkfifo", fifo]).exitCode).toBe(0);
  const fd = openSync(fifo, constants.O_RDWR | constants.O_NONBLOCK);
  expect(writeSync(fd, Buffer.alloc(pipeBytes))).toBe(pipeBytes);
  const child = Bun.spawn([dfsBinary(), ...args], {
    ...{ cwd: dir.path, stdout: fd, stderr: "pipe", timeout: 60_000, killSignal: "SIGKILL" },
  });
  return {
    child,
    /** Whether it still runs after a while. */
    async stays() {
      await sleep(systemClock, 300);
      return child.exitCode === null;
    },
    [Symbol.dispose]() {
      child.kill("SIGKILL");
      closeSync(fd);
    },
  };
}

describe.skipIf(process.platform !== "linux")("a pipe that is never read", () => {
  test("is left at the interrupt that ends a command at once", async () => {
    using dir = tempDir();
    writeLedger(dir);
    const args = ["report", "client.log", "--html", "page.html"];
    using waiting = await onFullPipe(dir, args);
    const { child } = waiting;
    const { value } = await child.stderr.getReader().read();
    expect(new TextDecoder().decode(value)).toContain("HTML report");
    expect(await waiting.stays()).toBe(true);
    child.kill("SIGTERM");
    expect(await child.exited).toBe(130);
  });

  test("is left at the second interrupt where the first ends in order", async () => {
    const [port = 0] = await freePorts(1);
    using dir = tempDir();
    await using _replica = await startReplica(port, dir.path);
    const load = ["load", "--replicas", `localhost:${port}`, "--duration", "1", "--rate", "5"];
    using waiting = await onFullPipe(dir, [...load, "--logfile", "l.log"]);
    const { child } = waiting;
    const log = dir.file("l.log");
    const hasEnded = () => existsSync(log) && readFileSync(log, "utf8").includes(" end=");
    expect(await waitUntil(systemClock, hasEnded, { withinMs: 20_000, everyMs: 50 })).toBe(true);
    expect(await waiting.stays()).toBe(true);
    child.kill("SIGTERM");
    expect(await waiting.stays()).toBe(true);
    child.kill("SIGTERM");
    expect(await child.exited).toBe(130);
  });
});
