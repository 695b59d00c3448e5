import { describe, expect, setDefaultTimeout, test } from "bun:test";
import { runDfs, startReplica } from "../support/dfs-process.ts";
import { freePorts } from "../support/free-ports.ts";
import { expectNothingLost, readReport } from "../support/read-report.ts";
import { tempDir } from "../support/temp-dir.ts";

/** Every wait inside has a shorter bound of its own, which says more when it is hit. */
setDefaultTimeout(60_000);

const question = ["--num-vertices", "100", "--target", "5"];

/** The load that `words` say, on a replica of its own, and its report. */
async function load(...words: readonly string[]) {
  const [port = 0] = await freePorts(1);
  using dir = tempDir();
  await using _replica = await startReplica(port, dir.path);
  const args = ["load", "--replicas", `localhost:${port}`, ...question, ...words];
  const { status, stdout } = await runDfs(args, { cwd: dir.path });
  expect(status).toBe(0);
  const { run } = await readReport(dir.path);
  expectNothingLost(run);
  return { stdout, run };
}

describe("dfs load", () => {
  test("follows a ramp, and keeps its warm-up out of the percentiles", async () => {
    const { stdout, run } = await load("--rate", "20..100/2s", "--warmup", "1s");
    expect(stdout).toContain("Load: 20 to 100 requests/s over 2s to localhost:");
    // 20 + 40 t a second: 40 requests in the first one, 80 in the second.
    expect(stdout).toContain(" Second 1: 40 scheduled, ");
    expect(run.requests.scheduled).toBe(120);
    expect(run.latency.ok.count).toBe(80);
    expect(run.latency.caveats[0]).toStartWith("without the 40 requests of the first 1s,");
    expect(run.run.config).toMatchObject({ stages: "2s:20..100", duration_s: "2" });
  });

  test("sends at random by its seed, until its total", async () => {
    const words = ["--rate", "100", "--arrival", "poisson", "--seed", "7", "--total", "60"];
    const { stdout, run } = await load(...words);
    expect(stdout).toContain("Load: 100 requests/s until 60 requests were sent to localhost:");
    expect(stdout).toContain("Requests: Poisson arrivals (seed 7)");
    expect(run.requests.scheduled).toBe(60);
    expect(run.run.config).toMatchObject({ arrival: "poisson", seed: "7", total: "60" });
  });

  test("keeps requests open in a closed loop, which has no rate to be held", async () => {
    const { stdout, run } = await load("--concurrency", "4", "--total", "200");
    expect(stdout).toContain("closed loop of 4: ");
    expect(run.requests.scheduled).toBe(200);
    expect(run.lag).toMatchObject({ maxMs: 0, lateCount: 0 });
    expect(run.verdict.criteria.map(({ name }) => name)).not.toContain("rate held");
  });
});
