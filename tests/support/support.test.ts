import { expect, test } from "bun:test";
import { existsSync } from "node:fs";
import { createServer } from "node:net";
import { sleep, systemClock, waitUntil } from "../../src/base/clock.ts";
import { freePorts } from "./free-ports.ts";
import { isAlive, killForSure, linuxState, processesMarked } from "./process-state.ts";
import { tempDir } from "./temp-dir.ts";

const onLinux = process.platform === "linux";
const onWindows = process.platform === "win32";

function sleeper(env: Readonly<Record<string, string>> = {}) {
  const code = "setTimeout(() => {}, 60000)";
  return Bun.spawn([process.execPath, "-e", code], { env: { ...process.env, ...env } });
}

test("freePorts() gives different ports that can be listened on", async () => {
  const ports = await freePorts(5);
  expect(new Set(ports).size).toBe(5);
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(ports[0], "127.0.0.1", resolve));
  server.close();
});

test("tempDir() exists within its scope and is gone after it", async () => {
  let path: string;
  {
    using dir = tempDir();
    path = dir.path;
    await Bun.write(dir.file("a.txt"), "content");
    expect(await dir.read("a.txt")).toBe("content");
  }
  expect(existsSync(path)).toBe(false);
});

test.skipIf(onWindows)(
  "killForSure() ends a suspended process, and isAlive() sees it",
  async () => {
    await using child = sleeper();
    child.kill("SIGSTOP");
    const stopped = () => !onLinux || linuxState(child.pid) === "T";
    expect(await waitUntil(systemClock, stopped, { withinMs: 5000, everyMs: 5 })).toBe(true);
    expect(isAlive(child.pid)).toBe(true);
    killForSure(child.pid);
    await Promise.race([child.exited, sleep(systemClock, 5000)]);
    expect(child.signalCode).toBe("SIGKILL");
    expect(isAlive(child.pid)).toBe(false);
    killForSure(child.pid);
  },
);

test.skipIf(!onLinux)("processesMarked() finds the processes that inherited a mark", async () => {
  const mark = `test-${process.pid}-${systemClock.nowUs()}`;
  await using child = sleeper({ DFS_TEST_MARK: mark });
  const seen = () => processesMarked(`DFS_TEST_MARK=${mark}`).includes(child.pid);
  expect(await waitUntil(systemClock, seen, { withinMs: 5000, everyMs: 5 })).toBe(true);
  killForSure(child.pid);
  await child.exited;
  expect(processesMarked(`DFS_TEST_MARK=${mark}`)).toEqual([]);
});
