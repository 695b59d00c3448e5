/** `dfs load` on servers that are not ours: RunDFS in Python, and grpc-go's greeter. */
import {
  afterAll,
  afterEach,
  beforeEach,
  describe,
  expect,
  setDefaultTimeout,
  test,
} from "bun:test";
import { writeFileSync } from "node:fs";
import { systemClock, waitUntil } from "../../src/base/clock.ts";
import { openHttp2Channel } from "../../src/rpc/http2-channel.ts";
import { runDfs } from "../support/dfs-process.ts";
import { freePorts } from "../support/free-ports.ts";
import { expectNothingLost, readReport } from "../support/read-report.ts";
import { type TempDir, tempDir } from "../support/temp-dir.ts";
import { buildGoPrograms, grpcGoExamples } from "./go-programs.ts";
import { installPython } from "./python-client.ts";
import { startPythonServer } from "./python-server.ts";

/** Every wait inside has a shorter bound of its own. */
setDefaultTimeout(120_000);

const greeterPackage = `${grpcGoExamples.path}/helloworld/greeter_server`;
const python = await installPython();
const go = await buildGoPrograms([grpcGoExamples.module], [greeterPackage]);
for (const [peer, had] of Object.entries({ "gRPC for Python": python, "grpc-go's examples": go })) {
  if ("missing" in had) console.log(`SKIPPED, NOTHING PROVED: no ${peer} (${had.missing})`);
}

let dir: TempDir;

beforeEach(() => {
  dir = tempDir();
});

afterEach(() => dir[Symbol.dispose]());

afterAll(() => {
  if ("remove" in go) go.remove();
});

const readyWithinMs = 10_000;

interface Server extends AsyncDisposable {
  readonly port: number;
}

/** A program of grpc-go's examples, serving by the time this resolves. */
async function startGo(goPackage: string): Promise<Server> {
  if ("missing" in go) throw new Error(go.missing);
  const [port = 0] = await freePorts(1);
  const child = Bun.spawn([go.programOf(goPackage), `-port=${port}`], {
    stdio: ["ignore", "ignore", "ignore"],
  });
  const channel = openHttp2Channel({ host: "localhost", port });
  channel.connect();
  const isReady = () => channel.state === "ready";
  const serves = await waitUntil(systemClock, isReady, { withinMs: readyWithinMs, everyMs: 10 });
  channel.close();
  const dispose = async () => {
    child.kill("SIGKILL");
    await child.exited;
  };
  if (serves) return { port, [Symbol.asyncDispose]: dispose };
  await dispose();
  throw new Error(`${goPackage} does not serve`);
}

function startPython(): Promise<Server> {
  if ("missing" in python) throw new Error(python.missing);
  return startPythonServer(python.python, dir.path);
}

/** Four seconds to two servers, the first of which is killed in the second. */
async function loadThroughCrash(servers: readonly Server[], args: readonly string[]) {
  const replicas = servers.map(({ port }) => `localhost:${port}`).join(",");
  const load = ["load", "--replicas", replicas, "--duration", "4s", "--rate", "25"];
  const fault = `crash:${servers[0]?.port}@1s`;
  const ended = await runDfs([...load, "--fault", fault, ...args], {
    cwd: dir.path,
    withinMs: 60_000,
  });
  const { run } = await readReport(dir.path);
  return { run, output: `${ended.stdout}${ended.stderr}` };
}

describe.skipIf("missing" in python)("servers in Python", () => {
  test("of the original contract lose nothing through a crash", async () => {
    await using one = await startPython();
    await using other = await startPython();
    const { run, output } = await loadThroughCrash([one, other], []);
    expect(output).toContain("VERIFIED");
    expectNothingLost(run);
  });

  test("tell their schema by reflection", async () => {
    await using server = await startPython();
    const args = ["load", "--replicas", `localhost:${server.port}`, "--list"];
    const { stdout, status } = await runDfs([...args, "dfs.DFSService"], { cwd: dir.path });
    expect(status).toBe(0);
    expect(stdout).toContain("dfs.RunRequest -> dfs.RunResponse");
  });
});

describe.skipIf("missing" in go)("servers of grpc-go", () => {
  test("greet through a crash", async () => {
    await using one = await startGo(greeterPackage);
    await using other = await startGo(greeterPackage);
    const proto = dir.file("helloworld.proto");
    writeFileSync(
      proto,
      'syntax = "proto3"; package helloworld; ' +
        "message HelloRequest { string name = 1; } message HelloReply { string message = 1; } " +
        "service Greeter { rpc SayHello (HelloRequest) returns (HelloReply) " +
        "{ option idempotency_level = NO_SIDE_EFFECTS; } }",
    );
    const { run, output } = await loadThroughCrash(
      [one, other],
      [
        ...["--proto", proto, "--call", "helloworld.Greeter/SayHello"],
        ...["--data", '{"name": "you"}', "--expect", '{"message": "Hello you"}'],
      ],
    );
    expect(output).toContain("VERIFIED");
    expectNothingLost(run);
  });
});
