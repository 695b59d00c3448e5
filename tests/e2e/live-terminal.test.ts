import { afterEach, beforeEach, describe, expect, setDefaultTimeout, test } from "bun:test";
import { systemClock, waitUntil } from "../../src/base/clock.ts";
import { type DfsProcess, dfsBinary, runDfs, startReplica } from "../support/dfs-process.ts";
import { freePorts } from "../support/free-ports.ts";
import { killForSure } from "../support/process-state.ts";
import { type TempDir, tempDir } from "../support/temp-dir.ts";

setDefaultTimeout(60_000);

const hideCursor = "\u001b[?25l";
const showCursor = "\u001b[?25h";

/** util-linux's `script` gives a program a terminal of its own; other systems' take other flags. */
const hasScript = process.platform === "linux" && Bun.which("script") !== null;

let dir: TempDir;
let replica: DfsProcess;
let port: number;

beforeEach(async () => {
  dir = tempDir();
  [port = 0] = await freePorts(1);
  replica = await startReplica(port, dir.path);
});

afterEach(async () => {
  await replica[Symbol.asyncDispose]();
  dir[Symbol.dispose]();
});

function loadArgs(durationSeconds: number): string[] {
  const replicas = ["--replicas", `localhost:${port}`, "--logfile", "none"];
  return ["load", ...replicas, "--duration", String(durationSeconds), "--live"];
}

/** `dfs` on a pseudo-terminal: what it drew so far, and its keyboard. */
function onTerminal(args: readonly string[], env: Readonly<Record<string, string>> = {}) {
  const command = [dfsBinary(), ...args].map((word) => `'${word}'`).join(" ");
  const child = Bun.spawn(
    ["script", "-qec", `stty cols 60 rows 20; exec ${command}`, "/dev/null"],
    {
      cwd: dir.path,
      env: { ...process.env, TERM: "xterm", ...env },
      stdin: "pipe",
      stdout: "pipe",
      stderr: "ignore",
    },
  );
  let screen = "";
  const reading = (async () => {
    const decoder = new TextDecoder();
    for await (const chunk of child.stdout) screen += decoder.decode(chunk, { stream: true });
  })();
  return {
    get screen() {
      return screen;
    },
    async type(keys: string) {
      child.stdin.write(keys);
      await child.stdin.flush();
    },
    async seen(pattern: RegExp) {
      const found = () => pattern.test(screen);
      const isSeen = await waitUntil(systemClock, found, { withinMs: 20_000, everyMs: 20 });
      if (!isSeen) throw new Error(`${pattern} did not appear:\n${JSON.stringify(screen)}`);
    },
    async exited(): Promise<number | null> {
      const hasEnded = () => child.exitCode !== null;
      await waitUntil(systemClock, hasEnded, { withinMs: 20_000, everyMs: 20 });
      await reading;
      return child.exitCode;
    },
    [Symbol.dispose]() {
      if (child.exitCode === null) killForSure(child.pid);
    },
  };
}

function expectCursorBack(screen: string): void {
  expect(screen).toContain(hideCursor);
  expect(screen.lastIndexOf(showCursor)).toBeGreaterThan(screen.lastIndexOf(hideCursor));
}

describe.skipIf(!hasScript)("dfs load --live on a terminal", () => {
  test("redraws the picture in place, then takes it away and reports", async () => {
    using terminal = onTerminal(loadArgs(3));
    await terminal.seen(/0:02 of 0:03/);
    expect(await terminal.exited()).toBe(0);
    const { screen } = terminal;
    expect(Bun.stripANSI(screen)).toMatch(/localhost:\d+ {2}healthy/);
    expect(screen).toContain("VERIFIED");
    // Nothing of it is left behind the report.
    expect(screen.slice(screen.indexOf("Requests"))).not.toContain("ok/s  p50");
    expectCursorBack(screen);
  });

  test("brings the cursor back on Ctrl-C, and ends in order", async () => {
    using terminal = onTerminal(loadArgs(30));
    await terminal.seen(/0:01 of 0:30/);
    await terminal.type("\u0003");
    expect(await terminal.exited()).toBe(130);
    expect(terminal.screen).toContain("ending in order");
    expectCursorBack(terminal.screen);
  });

  test("brings the cursor back on Ctrl-C twice, while a request is still open", async () => {
    using terminal = onTerminal(loadArgs(30));
    await terminal.seen(/0:01 of 0:30/);
    // Nobody answers the open requests, so the first Ctrl-C alone would wait for their deadline.
    replica.kill("SIGSTOP");
    await terminal.seen(/suspect/);
    await terminal.type("\u0003");
    await terminal.seen(/ending in order/);
    await terminal.type("\u0003");
    expect(await terminal.exited()).toBe(130);
    expectCursorBack(terminal.screen);
  });

  test("uses no colour with NO_COLOR", async () => {
    using terminal = onTerminal(loadArgs(2), { NO_COLOR: "1" });
    expect(await terminal.exited()).toBe(0);
    expect(terminal.screen).toContain("0:01 of 0:02");
    // SGR sequences are those that end in m.
    expect(terminal.screen.split("\u001b[").filter((part) => /^[\d;]*m/.test(part))).toEqual([]);
  });
});

test("--live falls back to lines, with a notice, where standard output is no terminal", async () => {
  const { status, stdout, stderr } = await runDfs(loadArgs(2), { cwd: dir.path });
  expect(status).toBe(0);
  expect(stderr).toContain("--live needs standard output to be a terminal; showing lines instead");
  expect(stdout).toMatch(/Request #1 →/);
  expect(stdout).not.toContain("\u001b");
});
