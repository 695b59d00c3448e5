/** What serve and load say at /metrics, checked by Prometheus' own tool. */
import { afterAll, describe, expect, test } from "bun:test";
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startDfs } from "../support/dfs-process.ts";
import { freePorts } from "../support/free-ports.ts";
import { tempDir } from "../support/temp-dir.ts";

const unpackedDir = mkdtempSync(join(tmpdir(), "dfs-promtool-"));
const promtool = Bun.which("promtool") ?? (await unpackPromtool());
if (promtool === undefined) {
  console.log("SKIPPED, NOTHING PROVED: no promtool, and none from Debian's package prometheus");
}

afterAll(() => rmSync(unpackedDir, { recursive: true, force: true }));

/** Out of Debian's package, without installing it. */
async function unpackPromtool(): Promise<string | undefined> {
  if (Bun.which("apt-get") === null || Bun.which("dpkg-deb") === null) return undefined;
  await run(["apt-get", "download", "prometheus"]);
  const [packageName] = readdirSync(unpackedDir).filter((name) => name.endsWith(".deb"));
  if (packageName === undefined) return undefined;
  const { status } = await run(["dpkg-deb", "--extract", packageName, "."]);
  return status === 0 ? join(unpackedDir, "usr/bin/promtool") : undefined;
}

async function run(command: readonly string[], input = "") {
  const child = Bun.spawn([...command], {
    cwd: unpackedDir,
    stdio: [new Blob([input]), "pipe", "pipe"],
    timeout: 120_000,
    killSignal: "SIGKILL",
  });
  const [stdout, stderr] = await Promise.all([child.stdout.text(), child.stderr.text()]);
  await child.exited;
  return { status: child.exitCode, said: stdout + stderr };
}

describe.skipIf(promtool === undefined)("promtool check metrics", () => {
  test("has nothing to say to those of serve and of load", async () => {
    using dir = tempDir();
    const [port = 0] = await freePorts(1);
    const address = /Metrics: (http:\S+)/;
    const serve = ["serve", "--port", String(port), "--metrics-port", "0"];
    await using replica = startDfs(serve, { cwd: dir.path });
    await replica.waitFor(/serving/);
    const pace = ["--rate", "50", "--duration", "3s", "--metrics-port", "0"];
    const load = ["load", "--replicas", `localhost:${port}`, ...pace];
    await using loading = startDfs(load, { cwd: dir.path });
    await loading.waitFor(/Second 1:/);
    for (const shown of [replica, loading]) {
      const [, url = ""] = await shown.waitFor(address);
      const text = await (await fetch(url)).text();
      expect(text).toContain("_bucket{");
      expect(await run([promtool ?? "", "check", "metrics"], text)).toEqual({
        status: 0,
        said: "",
      });
    }
  }, 60_000);
});
