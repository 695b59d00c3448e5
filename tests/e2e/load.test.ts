import { describe, expect, setDefaultTimeout, test } from "bun:test";
import { statSync, truncateSync } from "node:fs";
import { sleep, systemClock } from "../../src/base/clock.ts";
import { runDfs, startDfs, startReplica } from "../support/dfs-process.ts";
import { freePorts } from "../support/free-ports.ts";
import { startLyingReplica } from "../support/lying-replica.ts";
import { expectNothingLost, readReport } from "../support/read-report.ts";
import { tempDir } from "../support/temp-dir.ts";

/** Every wait inside has a shorter bound of its own, which says more when it is hit. */
setDefaultTimeout(90_000);

const onWindows = process.platform === "win32";

function loadArgs(port: number, ...args: readonly string[]): string[] {
  return ["load", "--replicas", `localhost:${port}`, ...args];
}

describe("dfs load", () => {
  test("prints and records what the contract shows, for its full duration", async () => {
    const [port = 0] = await freePorts(1);
    using dir = tempDir();
    await using _replica = await startReplica(port, dir.path);
    const load = await runDfs(loadArgs(port, "--duration", "2"), { cwd: dir.path });
    expect(load.status).toBe(0);
    expect(load.stdout).toContain("client.log");
    const line = new RegExp(
      `^\\[\\d\\d:\\d\\d:\\d\\d\\] ✓ Request #\\d+ → localhost:${port} \\(latency: \\d+\\.\\d\\dms\\)$`,
      "gm",
    );
    // 10 a second for 2 s.
    expect(load.stdout.match(line)).toHaveLength(20);
    const record = new RegExp(
      `^\\d{4}-\\d\\d-\\d\\d \\d\\d:\\d\\d:\\d\\d,\\d{3} endpoint=localhost:${port} latency_ms=\\d+\\.\\d+ `,
      "gm",
    );
    expect((await dir.read("client.log")).match(record)).toHaveLength(20);
    const { run } = await readReport(dir.path);
    expectNothingLost(run);
    expect(run.requests.scheduled).toBe(20);
    expect(run.verdict.result).toBe("verified");
  });

  test("above 20 a second it prints a summary a second, not a line a request", async () => {
    const [port = 0] = await freePorts(1);
    using dir = tempDir();
    await using _replica = await startReplica(port, dir.path);
    const args = loadArgs(
      port,
      "--duration",
      "2",
      "--rate",
      "200",
      "--num-vertices",
      "100",
      "--target",
      "5",
    );
    const load = await runDfs(args, { cwd: dir.path });
    expect(load.stdout).not.toMatch(/Request #/);
    expect(load.stdout.match(/Second \d+: \d+ scheduled/g)?.length).toBeGreaterThanOrEqual(1);
    const { run } = await readReport(dir.path);
    expectNothingLost(run);
    expect(run.requests.scheduled).toBe(400);
  });

  test("counts an answer that is not the right one as lost, unless told to trust the status", async () => {
    await using liar = await startLyingReplica();
    using dir = tempDir();
    const load = await runDfs(loadArgs(liar.port, "--duration", "1"), { cwd: dir.path });
    expect(load.status).toBe(1);
    expect(load.stdout).toMatch(/✗ Request #\d+ → localhost:\d+ WRONG/);
    const { run, status } = await readReport(dir.path);
    expect(status).toBe(1);
    expect(run.requests).toMatchObject({ scheduled: 10, ok: 0, wrong: 10, lost: 10 });
    const trusting = loadArgs(
      liar.port,
      "--duration",
      "1",
      "--verify",
      "status",
      "--logfile",
      "none",
    );
    expect((await runDfs(trusting, { cwd: dir.path })).status).toBe(0);
  });

  test("without a second chance, a dead replica loses its requests, and the verdict says so", async () => {
    const [up = 0, down = 0] = await freePorts(2);
    using dir = tempDir();
    await using _replica = await startReplica(up, dir.path);
    const both = `localhost:${up},localhost:${down}`;
    const args = ["load", "--replicas", both, "--policy", "none", "--duration", "2"];
    expect((await runDfs(args, { cwd: dir.path })).status).toBe(1);
    const { run } = await readReport(dir.path);
    expect(run.requests.lost).toBeGreaterThan(0);
    expect(run.requests.ok + run.requests.lost).toBe(run.requests.scheduled);
  });
});

describe("dfs load, interrupted", () => {
  test.skipIf(onWindows)("drains on Ctrl-C, reports, and exits with 130", async () => {
    const [port = 0] = await freePorts(1);
    using dir = tempDir();
    await using _replica = await startReplica(port, dir.path);
    await using load = startDfs(loadArgs(port, "--duration", "60"), { cwd: dir.path });
    await load.waitFor(/Request #10\b/);
    load.kill("SIGINT");
    const { status, stdout } = await load.exited(10_000);
    expect(status).toBe(130);
    expect(stdout).toMatch(/interrupted/i);
    expect(await dir.read("client.log")).toMatch(/ end=\S+ reason=interrupted /);
    const { run } = await readReport(dir.path);
    expectNothingLost(run);
    expect(run.requests.ok).toBeLessThan(100);
  });

  test.skipIf(onWindows)("leaves at the second Ctrl-C though a request is still open", async () => {
    const [port = 0] = await freePorts(1);
    using dir = tempDir();
    await using replica = await startReplica(port, dir.path);
    await using load = startDfs(loadArgs(port, "--duration", "60"), { cwd: dir.path });
    await load.waitFor(/Request #3\b/);
    replica.kill("SIGSTOP");
    await sleep(systemClock, 400);
    load.kill("SIGINT");
    await sleep(systemClock, 400);
    load.kill("SIGINT");
    // Its requests have a deadline of 30 s; drained to the end it would take that long.
    expect((await load.exited(5000)).status).toBe(130);
  });

  test("killed, it loses at most half a second of records; the next run ends the torn line", async () => {
    const [port = 0] = await freePorts(1);
    using dir = tempDir();
    await using _replica = await startReplica(port, dir.path);
    await using killed = startDfs(loadArgs(port, "--duration", "60", "--rate", "20"), {
      cwd: dir.path,
    });
    await killed.waitFor(/Request #40\b/);
    const killedUs = systemClock.nowUs();
    killed.kill("SIGKILL");
    await killed.exited(5000);
    const instants = Array.from(
      (await dir.read("client.log")).matchAll(/ t_us=(\d+)\n/g),
      instantOf,
    );
    // 0.5 s is promised; the rest is for this machine to be slow between two of its steps.
    expect(killedUs - Math.max(...instants)).toBeLessThan(1_500_000);
    // A write that the kill cut short: the last line ends in its middle.
    const path = dir.file("client.log");
    truncateSync(path, statSync(path).size - 20);
    const next = await runDfs(loadArgs(port, "--duration", "1"), { cwd: dir.path });
    expect(next.status).toBe(0);
    const { report, run } = await readReport(dir.path);
    expectNothingLost(run);
    expect(run.requests.scheduled).toBe(10);
    const client = report.files.find(({ path: file }) => file.endsWith("client.log"));
    expect(client?.skippedLineCount).toBe(1);
    expect(report.otherRuns).toHaveLength(1);
    // The killed run can be reported too; that it left no footer is said, not hidden.
    const earlier = await readReport(dir.path, ["--run", report.otherRuns[0]?.run ?? ""]);
    expect(earlier.run.run.endReason).toBeNull();
    expect(earlier.run.requests.ok).toBeGreaterThan(25);
  });
});

function instantOf(match: RegExpMatchArray): number {
  return Number(match[1]);
}
