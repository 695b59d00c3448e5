/** A disk that is full costs records, which the verdict counts, and no request. */
import { describe, expect, setDefaultTimeout, test } from "bun:test";
import { statSync, writeFileSync } from "node:fs";
import { dfsBinary, runDfs, startDfs, startReplica } from "../support/dfs-process.ts";
import { freePorts } from "../support/free-ports.ts";
import { loadFooter, loadHeader, okLine } from "../support/ledger-lines.ts";
import { tempDir } from "../support/temp-dir.ts";
import { whenBusy } from "../support/when-busy.ts";

/** Every wait inside has a shorter bound of its own, which says more when it is hit. */
setDefaultTimeout(90_000);

/** Only Linux has a device that is always full. */
const onLinux = process.platform === "linux";
const hasShell = process.platform !== "win32";

const full = "/dev/full";

function loadArgs(port: number, logfile: string): string[] {
  const what = ["--duration", "2", "--rate", "100", "--num-vertices", "100", "--target", "5"];
  return ["load", "--replicas", `localhost:${port}`, ...what, "--logfile", logfile];
}

/** `dfs` in a shell in which no file may grow beyond so many blocks of 1024 bytes. */
async function runWithFileLimit(blockCount: number, args: readonly string[], cwd: string) {
  const script = `ulimit -f ${blockCount}; exec "$0" "$@"`;
  const child = Bun.spawn(["bash", "-c", script, dfsBinary(), ...args], {
    ...{ cwd, env: { ...process.env, NO_COLOR: "1" }, stdout: "pipe", stderr: "pipe" },
    ...{ timeout: 60_000, killSignal: "SIGKILL" },
  });
  const [stdout, stderr] = await Promise.all([child.stdout.text(), child.stderr.text()]);
  return { status: await child.exited, stdout, stderr };
}

describe("dfs load", () => {
  test.skipIf(!onLinux)("sends every request though no record can be written", async () => {
    const [port = 0] = await freePorts(1);
    using dir = tempDir();
    await using _replica = await startReplica(port, dir.path);
    const { status, stdout, stderr } = await runDfs(loadArgs(port, full), { cwd: dir.path });
    expect(status).toBe(1);
    expect(stdout).toContain("scheduled 200, ok 200, wrong 0, failed 0");
    expect(stdout).toMatch(/ledger complete: the load could not write 2\d\d records/);
    // Told at once, and counted at the end.
    expect(stderr).toMatch(/Cannot write the log file "\/dev\/full": ENOSPC.*; requests go on/);
    expect(stderr).toMatch(/2\d\d records are not in \/dev\/full: ENOSPC/);
  });

  test.skipIf(!hasShell)("goes on when its file may not grow; what fitted is kept", async () => {
    const [port = 0] = await freePorts(1);
    using dir = tempDir();
    await using _replica = await startReplica(port, dir.path);
    const { status, stdout } = await runWithFileLimit(8, loadArgs(port, "client.log"), dir.path);
    expect(status).toBe(1);
    expect(stdout).toContain("scheduled 200, ok 200, wrong 0, failed 0");
    const lost = Number(/could not write (\d+) records/.exec(stdout)?.[1]);
    expect(statSync(dir.file("client.log")).size).toBe(8192);
    const lines = (await dir.read("client.log")).split("\n").slice(0, -1);
    // The header, its 200 requests, ticks and states were to be written; the last line is torn.
    expect(lines.length + lost).toBeGreaterThanOrEqual(203);
    const report = await runDfs(["report", "client.log"], { cwd: dir.path });
    expect(report.status).toBe(1);
    expect(report.stdout).toContain("no footer");
  });

  test("refuses a log file that cannot be opened, before anything starts", async () => {
    using dir = tempDir();
    const { status, stdout, stderr } = await runDfs(loadArgs(1, dir.path), { cwd: dir.path });
    expect({ status, stdout }).toEqual({ status: 5, stdout: "" });
    expect(stderr).toMatch(/Cannot write the log file ".*": EISDIR/);
  });
});

describe("dfs serve", () => {
  test.skipIf(!onLinux)("answers every request though no record can be written", async () => {
    const [port = 0] = await freePorts(1);
    using dir = tempDir();
    await using replica = startDfs(["serve", "--port", `${port}`, "--logfile", full], {
      cwd: dir.path,
    });
    await replica.waitFor(/serving modular/);
    const load = await runDfs(loadArgs(port, "client.log"), { cwd: dir.path });
    expect(load.status).toBe(0);
    replica.kill("SIGTERM");
    const { status, stderr } = await replica.exited(10_000);
    expect(status).toBe(1);
    expect(stderr).toMatch(/Cannot write the log file "\/dev\/full": ENOSPC/);
    expect(stderr).toMatch(/Cannot prove what was executed: \d+ records? could not be written/);
  });
});

describe("dfs demo", () => {
  test.skipIf(!hasShell)(
    "loses no request when its ledgers may not grow, and is not VERIFIED",
    async () => {
      using dir = tempDir();
      const args = ["demo", "--duration", "6", "--rate", "50", "--directory", "d"];
      const { status, stdout, stderr } = await runWithFileLimit(4, args, dir.path);
      expect(status).toBe(5);
      expect(stderr).toMatch(/Cannot write the HTML report to .*report\.html: EFBIG/);
      expect(stderr).toMatch(/client\.log": EFBIG.*; requests go on, their records are lost/);
      expect(stdout).toMatch(/^NOT VERIFIED /m);
      const summaries = stdout.match(/Second \d+: .* (\d+) lost,/g) ?? [];
      expect(summaries.length).toBeGreaterThanOrEqual(5);
      expect(summaries.filter((summary) => !summary.endsWith(" 0 lost,"))).toEqual([]);
    },
    whenBusy,
  );
});

describe("dfs report", () => {
  const ok = [loadHeader(0), okLine(4, 1), loadFooter(4000, { scheduled: 1, ok: 1 })];

  for (const format of ["text", "json", "csv", "junit"]) {
    test.skipIf(!onLinux)(`does not claim to have written a ${format} report`, async () => {
      using dir = tempDir();
      writeFileSync(dir.file("client.log"), `${ok.join("\n")}\n`);
      const args = ["report", "client.log", "--format", format, "--output", full];
      const written = await runDfs(args, { cwd: dir.path });
      expect(written.status).toBe(5);
      expect(written.stderr).toMatch(/Cannot write the report to "\/dev\/full": ENOSPC/);
      const script = `exec "$0" report client.log --format ${format} > ${full}`;
      const shown = Bun.spawn(["bash", "-c", script, dfsBinary()], {
        ...{ cwd: dir.path, stderr: "pipe", timeout: 30_000 },
      });
      expect(await shown.stderr.text()).toContain("Results were lost on standard output");
      expect(await shown.exited).toBe(5);
    });
  }

  test.skipIf(!hasShell)("says so when a file holds only a part of it", async () => {
    using dir = tempDir();
    const many = Array.from({ length: 200 }, (_, index) => okLine(index * 10 + 4, index + 1));
    const footer = loadFooter(4000, { scheduled: 200, ok: 200 });
    writeFileSync(dir.file("client.log"), `${[loadHeader(0), ...many, footer].join("\n")}\n`);
    const args = ["report", "client.log", "-o", "requests.csv"];
    const { status, stderr } = await runWithFileLimit(4, args, dir.path);
    expect(status).toBe(5);
    expect(stderr).toMatch(/Cannot write the report to "requests.csv": EFBIG/);
  });
});
