/**
 * The original guide measured with two PowerShell snippets over client.log. The same steps, spelled
 * out here, must give what `dfs report` says: people compare the two.
 */
import { expect, setDefaultTimeout, test } from "bun:test";
import { runDfs, startReplica } from "../support/dfs-process.ts";
import { freePorts } from "../support/free-ports.ts";
import { readReport } from "../support/read-report.ts";
import { tempDir } from "../support/temp-dir.ts";
import { whenBusy } from "../support/when-busy.ts";

/** Every wait inside has a shorter bound of its own, which says more when it is hit. */
setDefaultTimeout(90_000);

/** Select-String "latency_ms=" | Group-Object { $_.Line.Split(",")[0] } */
function throughputBySnippet(log: string): { second: string; ok: number }[] {
  const counts = new Map<string, number>();
  for (const line of log.split("\n").filter((candidate) => candidate.includes("latency_ms="))) {
    const second = line.split(",")[0] ?? "";
    counts.set(second, (counts.get(second) ?? 0) + 1);
  }
  return Array.from(counts, ([second, ok]) => ({ second, ok }));
}

/** [regex]::Matches(..., 'latency_ms=(\d+\.\d+)') | sort; then [math]::Floor(count * 0.95) */
function p95BySnippet(log: string): number | undefined {
  const latencies = Array.from(log.matchAll(/latency_ms=(\d+\.\d+)/g), (match) => Number(match[1]));
  latencies.sort((a, b) => a - b);
  return latencies[Math.floor(latencies.length * 0.95)];
}

test(
  "the guide's throughput and p95 snippets over client.log agree with dfs report",
  async () => {
    const [port = 0, down = 0] = await freePorts(2);
    using dir = tempDir();
    await using _replica = await startReplica(port, dir.path);
    // A replica that is not there adds lines of failed attempts, which the snippets must not count.
    const replicas = `localhost:${port},localhost:${down}`;
    const args = ["load", "--replicas", replicas, "--duration", "4", "--rate", "15"];
    const load = await runDfs(args, { cwd: dir.path });
    expect(load.status).toBe(0);
    const log = await dir.read("client.log");
    const { run } = await readReport(dir.path);
    expect(run.requests.ok).toBe(60);
    expect(p95BySnippet(log)).toBe(run.latency.ok.p95Ms ?? Number.NaN);
    expect(throughputBySnippet(log)).toEqual([...run.throughput.seconds]);
    // And what load printed at its end, its line per request apart, came from the same code.
    const lines = load.stdout.split("\n").filter((line) => !line.includes("Request #"));
    const p95 = (run.latency.ok.p95Ms ?? Number.NaN).toFixed(3);
    expect(lines.join("\n")).toContain(`${p95}ms`);
  },
  whenBusy,
);
