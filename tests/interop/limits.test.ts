/** The limits of a replica as gRPC's own client for Python meets them. */
import { describe, expect, test } from "bun:test";
import { join } from "node:path";
import { startDfs } from "../support/dfs-process.ts";
import { freePorts } from "../support/free-ports.ts";
import { tempDir } from "../support/temp-dir.ts";
import { installPython } from "./python-client.ts";

const installed = await installPython();
if ("missing" in installed) {
  console.log(`SKIPPED, NOTHING PROVED: no Python with gRPC for the limits (${installed.missing})`);
}

const limits = [
  ...["--max-message-size", "64KiB", "--max-headers", "40", "--max-header-size", "8KiB"],
  ...["--max-request-time", "500ms", "--max-concurrent-streams", "2", "--max-connections", "1"],
];

describe.skipIf("missing" in installed)("the limits of a replica", () => {
  test("are statuses, and waiting, to gRPC's own client", async () => {
    if ("missing" in installed) throw new Error(installed.missing);
    const [port = 0] = await freePorts(1);
    using dir = tempDir();
    const serve = ["serve", "--port", String(port), "--host", "127.0.0.1", ...limits];
    await using replica = startDfs(serve, { cwd: dir.path });
    await replica.waitFor(/serving/);
    const script = join(import.meta.dir, "limits_client.py");
    const client = Bun.spawn([installed.python, script, `127.0.0.1:${port}`], {
      cwd: dir.path,
      stdio: ["ignore", "pipe", "pipe"],
      timeout: 60_000,
      killSignal: "SIGKILL",
    });
    const [stdout, stderr] = await Promise.all([client.stdout.text(), client.stderr.text()]);
    await client.exited;
    if (client.exitCode !== 0) throw new Error(`The client failed:\n${stderr}\n${replica}`);
    const { long_request_s: tookS, ...seen } = JSON.parse(stdout);
    const reset = "Stream removed (RST_STREAM (Received RST_STREAM with error code 11))";
    const late = ["DEADLINE_EXCEEDED", "Deadline Exceeded"];
    expect(seen).toEqual({
      plain: ["OK", ""],
      large_message: ["RESOURCE_EXHAUSTED", "Received message larger than max (100004 vs 65536)"],
      many_headers: ["RESOURCE_EXHAUSTED", reset],
      long_header: ["RESOURCE_EXHAUSTED", reset],
      after_refused_headers: ["OK", ""],
      long_request: ["DEADLINE_EXCEEDED", "This replica ends a request after 500ms"],
      beyond_streams: late,
      within_streams: ["OK", ""],
      beyond_connections: late,
      within_connections: ["OK", ""],
    });
    expect(tookS).toBeLessThan(10);
  }, 90_000);
});
