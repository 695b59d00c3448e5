/** A Traverse stream read by a Python client that was written from the proto file alone. */
import { describe, expect, test } from "bun:test";
import { join } from "node:path";
import { startReplica } from "../support/dfs-process.ts";
import { freePorts } from "../support/free-ports.ts";
import { tempDir } from "../support/temp-dir.ts";
import { installPython } from "./python-client.ts";

const installed = await installPython();
if ("missing" in installed) {
  console.log(
    `SKIPPED, NOTHING PROVED: no Python with gRPC and numpy for Traverse (${installed.missing})`,
  );
}

/** What tests/interop/traverse_client.py prints. */
async function readInPython(): Promise<unknown> {
  if ("missing" in installed) throw new Error(installed.missing);
  const [port = 0] = await freePorts(1);
  using dir = tempDir();
  await using replica = await startReplica(port, dir.path);
  const script = join(import.meta.dir, "traverse_client.py");
  const proto = join(import.meta.dir, "../../proto/dfs.proto");
  const client = Bun.spawn([installed.python, script, `localhost:${port}`, proto], {
    cwd: dir.path,
    stdio: ["ignore", "pipe", "pipe"],
    timeout: 120_000,
    killSignal: "SIGKILL",
  });
  const [stdout, stderr] = await Promise.all([client.stdout.text(), client.stderr.text()]);
  await client.exited;
  if (client.exitCode !== 0) throw new Error(`The client failed:\n${stderr}\n${replica}`);
  return JSON.parse(stdout);
}

describe.skipIf("missing" in installed)("a Traverse stream in Python", () => {
  test("holds the order, the tree and the checksums, and goes on where it was cut", async () => {
    const seen = (await readInPython()) as Record<string, unknown>;
    expect(seen).toMatchObject({
      graph: { vertices: 50_000, source: "modular:50000" },
      same_fingerprint: true,
      begin: [0, 13, 104, 741, 5200, 36413, 4904, 34341, 40400, 32813],
      count: 50_000,
      tree: {
        ...{ each_once: true, roots_have_depth_0: true, parents_come_first: true },
        depths_count: true,
      },
      summary: { visited_count: 50_000 },
      mended_is_whole: true,
      same_totals: true,
      other_graph: "FAILED_PRECONDITION",
    });
    const { tree, summary, crc, summary_crc: told, cut } = seen as Record<string, object>;
    expect(tree).toMatchObject({
      roots: (summary as { root_count: number }).root_count,
      depth_max: (summary as { depth_max: number }).depth_max,
    });
    expect(crc).toEqual(told ?? {});
    expect(Number(cut)).toBeGreaterThan(25_000);
    expect(Number(cut)).toBeLessThan(50_000);
  }, 150_000);
});
