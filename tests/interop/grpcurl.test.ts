/** grpcurl, which knows of a service only what its server tells, against the executable. */
import { afterAll, describe, expect, test } from "bun:test";
import { type DfsProcess, startReplica } from "../support/dfs-process.ts";
import { freePorts } from "../support/free-ports.ts";
import { type TempDir, tempDir } from "../support/temp-dir.ts";
import { installGoTool } from "./go-tools.ts";

const grpcurl = await installGoTool("grpcurl");
if ("missing" in grpcurl) console.log(`SKIPPED, NOTHING PROVED: no grpcurl (${grpcurl.missing})`);

let port = 0;
let dir: TempDir | undefined;
let replica: DfsProcess | undefined;
if ("path" in grpcurl) {
  [port = 0] = await freePorts(1);
  dir = tempDir();
  replica = await startReplica(port, dir.path);
}

afterAll(async () => {
  if ("path" in grpcurl) grpcurl.remove();
  await replica?.[Symbol.asyncDispose]();
  dir?.[Symbol.dispose]();
});

async function ask(...words: readonly string[]) {
  if ("missing" in grpcurl) throw new Error(grpcurl.missing);
  // Its flags come first, then the address, then what is asked for.
  const flags = words[0] === "-d" ? words.slice(0, 2) : [];
  const asked = words.slice(flags.length);
  const child = Bun.spawn([grpcurl.path, "-plaintext", ...flags, `localhost:${port}`, ...asked], {
    stdio: ["ignore", "pipe", "pipe"],
    ...{ timeout: 30_000, killSignal: "SIGKILL" },
  });
  const [stdout, stderr] = await Promise.all([child.stdout.text(), child.stderr.text()]);
  return { status: await child.exited, stdout, stderr };
}

describe.skipIf("missing" in grpcurl)("grpcurl", () => {
  test("lists services and methods", async () => {
    const services = await ask("list");
    expect(services.stdout.split("\n")).toEqual(
      expect.arrayContaining(["dfs.DFSService", "grpc.health.v1.Health"]),
    );
    const methods = await ask("list", "dfs.DFSService");
    expect(methods.stdout.split("\n")).toEqual(
      expect.arrayContaining(["dfs.DFSService.RunDFS", "dfs.DFSService.Traverse"]),
    );
  });

  test("describes messages as the proto file has them", async () => {
    const request = await ask("describe", "dfs.RunRequest");
    expect(request.stdout).toContain("optional int32 target = 1;");
    expect(request.stdout).toContain("bool use_mpi = 3 [deprecated = true];");
    const method = await ask("describe", "dfs.DFSService.RunDFS");
    expect(method.stdout).toContain("option idempotency_level = NO_SIDE_EFFECTS;");
    const health = await ask("describe", "grpc.health.v1.HealthListResponse");
    expect(health.stdout).toContain("map<string, .grpc.health.v1.HealthCheckResponse> statuses");
  });

  test("calls, and is told what is wrong with a request", async () => {
    const found = await ask("-d", '{"target": 42000}', "dfs.DFSService/RunDFS");
    expect(JSON.parse(found.stdout)).toMatchObject({ found: true, visitedCount: 341 });
    const refused = await ask("-d", '{"target": 99999}', "dfs.DFSService/RunDFS");
    // 64 and the status code.
    expect(refused.status).toBe(64 + 3);
    expect(refused.stderr).toContain("target must be a vertex of modular:50000");
  });

  test("asks for health, of the server and of its service", async () => {
    const server = await ask("grpc.health.v1.Health/Check");
    expect(JSON.parse(server.stdout)).toEqual({ status: "SERVING" });
    const service = '{"service": "dfs.DFSService"}';
    const dfs = await ask("-d", service, "grpc.health.v1.Health/Check");
    expect(JSON.parse(dfs.stdout)).toEqual({ status: "SERVING" });
  });

  test("reads a stream to its end", async () => {
    const request = '{"num_vertices": 10000, "batch_max": 1000}';
    const { status, stdout } = await ask("-d", request, "dfs.DFSService/Traverse");
    expect(status).toBe(0);
    const messages = stdout
      .trim()
      .split(/(?<=^\})\n/m)
      .map((text) => JSON.parse(text));
    const bytes = messages.map(({ vertices = "" }) => Buffer.from(vertices, "base64"));
    expect(Buffer.concat(bytes)).toHaveLength(4 * 10_000);
    expect(messages.at(-1).summary).toMatchObject({ visitedCount: "10000" });
  });
});
