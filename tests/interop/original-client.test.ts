/** A client generated from the original system's contract, in Python, against the executable. */
import { describe, expect, test } from "bun:test";
import { join } from "node:path";
import { startDfs } from "../support/dfs-process.ts";
import { freePorts } from "../support/free-ports.ts";
import { tempDir } from "../support/temp-dir.ts";
import { installPython } from "./python-client.ts";

const installed = await installPython();
if ("missing" in installed) {
  console.log(
    `SKIPPED, NOTHING PROVED: no Python with gRPC for the original client (${installed.missing})`,
  );
}

/** What tests/interop/original_client.py prints. */
interface Seen {
  readonly [call: string]: unknown;
}

async function callReplica(): Promise<Seen> {
  if ("missing" in installed) throw new Error(installed.missing);
  const [port = 0] = await freePorts(1);
  using dir = tempDir();
  await using replica = startDfs(["serve", "--port", String(port)], { cwd: dir.path });
  await replica.waitFor(new RegExp(`:${port}\\b`));
  const script = join(import.meta.dir, "original_client.py");
  const proto = join(import.meta.dir, "original.proto");
  const client = Bun.spawn([installed.python, script, `localhost:${port}`, proto], {
    cwd: dir.path,
    stdio: ["ignore", "pipe", "pipe"],
    timeout: 120_000,
    killSignal: "SIGKILL",
  });
  const [stdout, stderr] = await Promise.all([client.stdout.text(), client.stderr.text()]);
  await client.exited;
  if (client.exitCode !== 0) throw new Error(`The client failed:\n${stderr}\n${replica}`);
  return JSON.parse(stdout) as Seen;
}

describe.skipIf("missing" in installed)("a client of the original system", () => {
  let seen: Seen;

  test("gets its calls through", async () => {
    seen = await callReplica();
    expect(Object.keys(seen)).toContain("target_42000");
  }, 150_000);

  test("gets the known answers of modular:50000", () => {
    const found = { code: "OK", found: true, stdout: "", stderr: "" };
    expect(seen["target_42000"]).toMatchObject({ ...found, visited_count: 341 });
    expect(seen["default_graph"]).toMatchObject({ ...found, visited_count: 341 });
    expect(seen["target_1"]).toMatchObject({ ...found, visited_count: 18047 });
    // Vertex 0 is where the search begins; asked for, it is no absent target.
    expect(seen["target_0"]).toMatchObject({ ...found, visited_count: 1 });
    expect(seen["no_target"]).toMatchObject({ ...found, found: false, visited_count: 50000 });
  });

  test("is told the time of the search", () => {
    const { runtime_ms: runtimeMs } = seen["no_target"] as { runtime_ms: number };
    expect(runtimeMs).toBeGreaterThan(0);
    expect(runtimeMs).toBeLessThan(10_000);
  });

  test("is refused bad input with the field and the value", () => {
    const invalid = (field: string, value: string) => ({
      code: "INVALID_ARGUMENT",
      details: expect.stringMatching(new RegExp(`${field}.*${value}`, "s")),
    });
    expect(seen["target_beyond"]).toEqual(invalid("target", "50000"));
    expect(seen["target_negative"]).toEqual(invalid("target", "-1"));
    expect(seen["count_negative"]).toEqual(invalid("num_vertices", "-5"));
    expect(seen["count_huge"]).toEqual({
      code: "RESOURCE_EXHAUSTED",
      details: expect.stringContaining("2147483647"),
    });
  });

  test("finds the replica serving by grpc.health.v1, and an unknown service not found", () => {
    expect(seen["health"]).toBe("SERVING");
    expect(seen["health_service"]).toBe("SERVING");
    expect(seen["health_unknown"]).toBe("NOT_FOUND");
  });

  test("learns the original field numbers by reflection, v1 and v1alpha", () => {
    const reflection = seen["reflection"] as { request: unknown; response: unknown };
    const original = { found: 1, visited_count: 2, runtime_ms: 3, stdout: 4, stderr: 5 };
    expect(reflection.request).toMatchObject({ target: 1, num_vertices: 2, use_mpi: 3 });
    expect(reflection.response).toMatchObject(original);
    const services = ["dfs.DFSService", "grpc.health.v1.Health"];
    expect(reflection).toMatchObject({ services: expect.arrayContaining(services) });
    expect(seen["reflection_v1"]).toEqual(expect.arrayContaining(services));
  });
});
