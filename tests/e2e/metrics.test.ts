import { expect, setDefaultTimeout, test } from "bun:test";
import { systemClock, waitUntil } from "../../src/base/clock.ts";
import { runDfs, startDfs } from "../support/dfs-process.ts";
import { freePorts } from "../support/free-ports.ts";
import { goAwayOf, RawHttp2Client } from "../support/raw-http2-client.ts";
import { frameTypes } from "../support/raw-http2-server.ts";
import { tempDir } from "../support/temp-dir.ts";

/** Every wait inside has a shorter bound of its own, which says more when it is hit. */
setDefaultTimeout(60_000);

const metricsLine = /Metrics: (http:\/\/127\.0\.0\.1:\d+\/metrics)/;

/** The samples at `url`, without comments. */
async function samplesAt(url: string): Promise<string[]> {
  const text = await (await fetch(url)).text();
  return text.split("\n").filter((line) => line !== "" && !line.startsWith("#"));
}

test("serve and load show metrics while they run, and limits hold in the replicas started", async () => {
  using dir = tempDir();
  const [port = 0] = await freePorts(1);
  const serve = ["serve", "--port", String(port), "--num-replicas", "1", "--metrics-port", "0"];
  const limits = ["--max-connections", "2", "--min-ping-interval", "1m", "--max-headers", "20"];
  await using replica = startDfs([...serve, ...limits], { cwd: dir.path });
  const [, serveUrl = ""] = await replica.waitFor(metricsLine);
  await replica.waitFor(/serving modular:50000/);

  const replicas = ["--replicas", `localhost:${port}`];
  const pace = ["--rate", "75", "--duration", "2s", "--metrics-port", "0"];
  await using load = startDfs(["load", ...replicas, ...pace], { cwd: dir.path });
  const [, loadUrl = ""] = await load.waitFor(metricsLine);
  let samples: string[] = [];
  const hasAnswers = async () => {
    samples = await samplesAt(loadUrl);
    return samples.some((line) => /^dfs_load_requests_total\{outcome="ok",code="OK"\}/.test(line));
  };
  expect(await waitUntil(systemClock, hasAnswers, { withinMs: 10_000, everyMs: 50 })).toBe(true);
  const state = `dfs_load_replica_state{endpoint="localhost:${port}",state="healthy"} 1`;
  expect(samples).toContain(state);

  using _second = await RawHttp2Client.open(port);
  using third = await RawHttp2Client.open(port);
  const goAway = await third.once(({ type }) => type === frameTypes.goAway);
  expect(goAwayOf(goAway).reason).toBe("too_many_connections");

  const { status, stdout } = await load.exited();
  expect([status, /(\d+) scheduled = (\d+) ok/.exec(stdout)?.slice(1)]).toEqual([
    0,
    ["150", "150"],
  ]);
  const served = await samplesAt(serveUrl);
  const run = 'grpc_service="dfs.DFSService",grpc_method="RunDFS"';
  expect(served).toContain(`grpc_server_handled_total{${run},grpc_code="OK"} 150`);
  expect(served).toContain("dfs_serve_connections_refused_total 1");
  expect(served).toContain("dfs_serve_graph_vertices 50000");
});

test("a metrics port that is taken, or cannot be, is refused before anything starts", async () => {
  using dir = tempDir();
  const options = { cwd: dir.path };
  const [port = 0] = await freePorts(1);
  const serve = ["serve", "--port", "0", "--metrics-port", String(port)];
  await using first = startDfs(serve, options);
  await first.waitFor(metricsLine);
  const load = ["load", "--replicas", "localhost:1", "--metrics-port", String(port)];
  for (const args of [serve, [...serve, "--num-replicas", "1"], load]) {
    const { status, stdout, stderr } = await runDfs(args, options);
    expect([status, stdout]).toEqual([5, ""]);
    expect(stderr).toContain(`port ${port} is taken`);
  }
  const several = ["serve", "--port", String(port), "--num-replicas", "2"];
  const overlap = await runDfs([...several, "--metrics-port", String(port + 1)], options);
  expect(overlap.status).toBe(2);
  expect(overlap.stderr).toContain(`a replica itself is to listen on ${port + 1}`);
  const alone = await runDfs(["serve", "--metrics-host", "localhost"], options);
  expect([alone.status, alone.stderr]).toEqual([2, expect.stringContaining("--metrics-port")]);
});
