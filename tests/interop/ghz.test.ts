/** ghz against the executable, and beside `dfs load` against the same server. */
import { afterAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { runDfs, startReplica } from "../support/dfs-process.ts";
import { freePorts } from "../support/free-ports.ts";
import { readReport } from "../support/read-report.ts";
import { tempDir } from "../support/temp-dir.ts";
import { whenBusy } from "../support/when-busy.ts";
import { installGoTool } from "./go-tools.ts";

setDefaultTimeout(120_000);

const ghz = await installGoTool("ghz");
if ("missing" in ghz) console.log(`SKIPPED, NOTHING PROVED: no ghz (${ghz.missing})`);

afterAll(() => {
  if ("path" in ghz) ghz.remove();
});

interface GhzReport {
  readonly count: number;
  readonly statusCodeDistribution: Readonly<Record<string, number>>;
  readonly latencyDistribution: readonly { percentage: number; latency: number }[];
}

const ratePerSecond = 50;
const seconds = 8;
/** The whole graph: an answer takes the server some milliseconds, more than the wire. */
const wholeGraph = JSON.stringify({ num_vertices: 50_000 });

async function runGhz(port: number): Promise<GhzReport> {
  if ("missing" in ghz) throw new Error(ghz.missing);
  const words = ["--insecure", "--call", "dfs.DFSService.RunDFS", "--data", wholeGraph];
  const pace = ["--rps", `${ratePerSecond}`, "--total", `${ratePerSecond * seconds}`];
  const child = Bun.spawn([ghz.path, ...words, ...pace, "--format", "json", `localhost:${port}`], {
    stdio: ["ignore", "pipe", "inherit"],
    ...{ timeout: 60_000, killSignal: "SIGKILL" },
  });
  return (await child.stdout.json()) as GhzReport;
}

describe.skipIf("missing" in ghz)("ghz and dfs load, before the same server", () => {
  test(
    "count the same, and agree on how long an answer takes",
    async () => {
      const [port = 0] = await freePorts(1);
      using dir = tempDir();
      await using _replica = await startReplica(port, dir.path);
      const theirs = await runGhz(port);
      const count = ratePerSecond * seconds;
      expect(theirs.statusCodeDistribution).toEqual({ OK: count });
      const question = ["--num-vertices", "50000", "--target", "none"];
      const pace = ["--rate", `${ratePerSecond}`, "--duration", `${seconds}s`];
      const words = ["load", "--replicas", `localhost:${port}`, ...question, ...pace];
      const { status } = await runDfs(words, { cwd: dir.path, withinMs: 60_000 });
      expect(status).toBe(0);
      const { run } = await readReport(dir.path);
      expect(run.requests).toMatchObject({ scheduled: count, ok: count });
      // Both were executed, each once.
      const served = await dir.read(`server_${port}.log`);
      expect(served.match(/ request_ts=\S+ latency_ms=/g)).toHaveLength(2 * count);
      const theirP50Ms = theirs.latencyDistribution.find(({ percentage }) => percentage === 50);
      const ratio = (run.replicas[0]?.serviceP50Ms ?? 0) / ((theirP50Ms?.latency ?? 0) / 1e6);
      expect(ratio).toBeWithin(0.5, 2);
    },
    whenBusy,
  );
});
