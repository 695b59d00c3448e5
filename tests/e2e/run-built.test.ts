/** The wrapper behind `bun run demo`: it must not stand between the terminal and the executable. */
import { expect, setDefaultTimeout, test } from "bun:test";
import { join } from "node:path";
import { systemClock, waitUntil } from "../../src/base/clock.ts";
import { killForSure } from "../support/process-state.ts";
import { tempDir } from "../support/temp-dir.ts";

setDefaultTimeout(60_000);

const wrapper = join(import.meta.dir, "../support/run-built.ts");

function startWrapped(args: readonly string[], cwd: string) {
  return Bun.spawn([process.execPath, wrapper, ...args], {
    cwd,
    stdio: ["ignore", "pipe", "pipe"],
    // A group of its own, as a terminal gives a foreground job.
    detached: true,
    timeout: 30_000,
    killSignal: "SIGKILL",
  });
}

test("run-built passes arguments, output and exit status on", async () => {
  using dir = tempDir();
  const version = startWrapped(["--version"], dir.path);
  expect(await version.stdout.text()).toMatch(/^dfs \d/);
  expect(await version.exited).toBe(0);
  const refused = startWrapped(["serv"], dir.path);
  expect(await refused.stderr.text()).toContain("serve");
  expect(await refused.exited).toBe(2);
});

test.skipIf(process.platform === "win32")(
  "run-built outlives a Ctrl-C to the whole job until the executable has ended in order",
  async () => {
    using dir = tempDir();
    const child = startWrapped(["serve", "--port", "0", "--logfile", "server.log"], dir.path);
    try {
      const ready = async () => {
        const log = Bun.file(dir.file("server.log"));
        return (await log.exists()) && (await log.text()).includes("run=");
      };
      expect(await waitUntil(systemClock, ready, { withinMs: 10_000, everyMs: 20 })).toBe(true);
      process.kill(-child.pid, "SIGINT");
      expect(await child.exited).toBe(0);
      // Its last words got through, and they are those of an orderly end.
      expect(await dir.read("server.log")).toMatch(/ end=\S+ reason=/);
    } finally {
      killForSure(child.pid);
    }
  },
);
