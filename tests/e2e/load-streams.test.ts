import { describe, expect, setDefaultTimeout, test } from "bun:test";
import { runDfs, startDfs, startReplica } from "../support/dfs-process.ts";
import { freePorts } from "../support/free-ports.ts";
import { readReport } from "../support/read-report.ts";
import { tempDir } from "../support/temp-dir.ts";
import { whenBusy } from "../support/when-busy.ts";

/** Every wait inside has a shorter bound of its own, which says more when it is hit. */
setDefaultTimeout(90_000);

const onWindows = process.platform === "win32";

function streamArgs(ports: readonly number[], ...args: readonly string[]): string[] {
  const replicas = ports.map((port) => `localhost:${port}`).join(",");
  return ["load", "--replicas", replicas, "--mode", "stream", ...args];
}

describe("dfs load --mode stream", () => {
  test("verifies stream after stream for its full duration", async () => {
    const [port = 0] = await freePorts(1);
    using dir = tempDir();
    await using _replica = await startReplica(port, dir.path);
    const load = await runDfs(streamArgs([port], "--duration", "2"), { cwd: dir.path });
    expect({ status: load.status, stdout: load.status === 0 ? "" : load.stdout }).toEqual({
      status: 0,
      stdout: "",
    });
    expect(load.stdout).toMatch(/✓ Stream #1 → localhost:\d+ complete \(50,000 vertices in /);
    expect(load.stdout).toMatch(/Second 1: [\d,]+ vertices, [01] streams open/);
    const { run } = await readReport(dir.path);
    expect(run.verdict.result).toBe("verified");
    expect(run.requests.scheduled).toBe(0);
    expect(run.streams?.ok).toBeGreaterThanOrEqual(1);
    expect(run.streams).toMatchObject({ lost: 0, wrong: 0, failed: 0, gaps: [] });
    // What the replica executed for streams is nobody's request.
    expect(run.executions).toMatchObject({ total: 0, repeatedCount: 0 });
  });

  test(
    "goes on through a crash, with a gap in the report, and nothing lost",
    async () => {
      const ports = await freePorts(2);
      using dir = tempDir();
      const [crashed = 0, other = 0] = ports;
      await using _crashed = await startReplica(crashed, dir.path);
      await using _other = await startReplica(other, dir.path);
      // Each replica has a stream open nearly all the time.
      const graph = ["--num-vertices", "1000000"];
      await using load = startDfs(streamArgs(ports, "--duration", "5", ...graph), {
        cwd: dir.path,
      });
      await load.waitFor(/Second 2: /, 30_000);
      const crash = await runDfs(["fault", "crash", "--port", String(crashed)], { cwd: dir.path });
      expect(crash.status).toBe(0);
      const { status, stdout } = await load.exited();
      expect({ status, stdout: status === 0 ? "" : `${load}` }).toEqual({ status: 0, stdout: "" });
      expect(stdout).toMatch(/↻ Stream #\d: [\d.]+ms gap after [\d,]+ vertices, localhost:\d+ /);
      const { run, status: reported } = await readReport(dir.path);
      expect(reported).toBe(0);
      expect(run.streams).toMatchObject({ lost: 0, wrong: 0, failed: 0 });
      const gap = run.streams?.gaps.find(({ from }) => from === `localhost:${crashed}`);
      expect(gap?.to).toBe(`localhost:${other}`);
      expect(run.outages.map(({ cause }) => cause)).toContain("crash");
      const required = ["report", "--require", "streams-lost<=0", "--require", "stream_gaps>=1"];
      expect((await runDfs(required, { cwd: dir.path })).status).toBe(0);
    },
    whenBusy,
  );

  test.skipIf(onWindows)("stops its streams on Ctrl-C", async () => {
    const [port = 0] = await freePorts(1);
    using dir = tempDir();
    await using _replica = await startReplica(port, dir.path);
    const args = streamArgs([port], "--duration", "60", "--stream-rate", "1000", "--streams", "3");
    await using load = startDfs(args, { cwd: dir.path });
    await load.waitFor(/Second 1: /);
    load.kill("SIGINT");
    const { status, stdout } = await load.exited(15_000);
    expect(status).toBe(130);
    expect(
      stdout.match(/■ Stream #\d → localhost:\d+ stopped after [\d,]+ vertices/g),
    ).toHaveLength(3);
    const { run } = await readReport(dir.path);
    expect(run.streams).toMatchObject({ total: 3, stopped: 3, lost: 0 });
    expect(run.verdict.result).toBe("not-verified");
  });

  test("says why a flag of requests makes no sense", async () => {
    using dir = tempDir();
    const load = await runDfs(streamArgs([1], "--rate", "5"), { cwd: dir.path });
    expect(load.status).toBe(2);
    expect(load.stderr).toContain("--rate does not go with --mode stream: streams are not sent on");
  });
});
