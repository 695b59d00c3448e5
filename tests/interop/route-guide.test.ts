/**
 * Calls of every kind against route_guide servers, one of which is killed: the example server of
 * grpc-go, and one on gRPC for Python.
 */
import { afterAll, expect, test } from "bun:test";
import { join } from "node:path";
import { sleep, systemClock } from "../../src/base/clock.ts";
import { acceptsConnections } from "../../src/fault/probe-port.ts";
import { DfsProcess, startDfs } from "../support/dfs-process.ts";
import { freePorts } from "../support/free-ports.ts";
import { expectNothingLost, readReport } from "../support/read-report.ts";
import { routeGuideProto } from "../support/route-guide/schema.ts";
import { type TempDir, tempDir } from "../support/temp-dir.ts";
import { buildGoPrograms, grpcGoExamples } from "./go-programs.ts";
import { installPython } from "./python-client.ts";

const goGuide = `${grpcGoExamples.path}/route_guide/server`;
const go = await buildGoPrograms([grpcGoExamples.module], [goGuide]);
const python = await installPython();

afterAll(() => {
  if ("remove" in go) go.remove();
});

const pythonServer = join(import.meta.dir, "route_guide_server.py");

/** By peer: the command of its server, to which the port is added, or why there is none. */
const peers = [
  { peer: "grpc-go", ...("missing" in go ? go : { command: [go.programOf(goGuide)] }) },
  {
    peer: "gRPC for Python",
    ...("missing" in python ? python : { command: [python.python, pythonServer, routeGuideProto] }),
  },
] as const;

const points = Array.from({ length: 2000 }, (_, at) => `{"latitude":${at},"longitude":${at}}`);
// The server keeps the notes of all calls by their place, so each request has a place of its own.
const notes = Array.from(
  { length: 40 },
  (_, at) => `{"location":{"latitude":${at},"longitude":{{request}}},"message":"n${at}"}`,
);
const area =
  '{"lo":{"latitude":400000000,"longitude":-750000000},' +
  '"hi":{"latitude":420000000,"longitude":-730000000}}';

/** What each method is called with, and how often a second. */
function argsByMethod(dir: TempDir): Readonly<Record<string, readonly string[]>> {
  return {
    GetFeature: ["--rate", "50", "--data", '{"latitude":1}', "--expect-same"],
    ListFeatures: ["--rate", "50", "--data", area, "--expect-same"],
    RecordRoute: [
      ...["--rate", "5", "--data-file", dir.file("points.jsonl")],
      ...["--expect", '{"point_count":2000}'],
    ],
    RouteChat: [
      ...["--rate", "20", "--data-file", dir.file("notes.jsonl")],
      ...["--idempotent", "--expect", "{}"],
    ],
  };
}

async function untilServing(port: number): Promise<void> {
  for (let rest = 200; rest > 0; rest--) {
    if (await acceptsConnections(port, systemClock)) return;
    await sleep(systemClock, 50);
  }
  throw new Error(`nothing serves on port ${port}`);
}

for (const { peer, ...made } of peers) {
  if ("missing" in made) {
    console.log(`SKIPPED, NOTHING PROVED: no route_guide server of ${peer} (${made.missing})`);
  }

  test.skipIf("missing" in made)(
    `${peer} is driven by every kind through a crash`,
    async () => {
      if ("missing" in made) throw new Error(made.missing);
      const { command } = made;
      using dir = tempDir();
      await Bun.write(dir.file("points.jsonl"), points.join("\n"));
      await Bun.write(dir.file("notes.jsonl"), notes.join("\n"));
      const ports = await freePorts(2);
      await using stack = new AsyncDisposableStack();
      const servers = ports.map((port) =>
        stack.use(new DfsProcess(["-port", String(port)], { cwd: dir.path, command })),
      );
      for (const port of ports) await untilServing(port);
      const replicas = ports.map((port) => `localhost:${port}`).join(",");
      const loads = Object.entries(argsByMethod(dir)).map(([method, args]) => {
        const call = ["--call", `routeguide.RouteGuide/${method}`, "--proto", routeGuideProto];
        const to = ["--replicas", replicas, "--duration", "4", "--logfile", `${method}.log`];
        return stack.use(startDfs(["load", ...to, ...call, ...args], { cwd: dir.path }));
      });
      await loads[0]?.waitFor(/Second 1:/);
      servers[0]?.kill("SIGKILL");
      for (const load of loads) await load.exited();
      const runOf = async (method: string) => (await readReport(dir.path, [`${method}.log`])).run;
      for (const method of ["GetFeature", "ListFeatures", "RouteChat"]) {
        expectNothingLost(await runOf(method));
      }
      expect((await runOf("ListFeatures")).messages).toMatchObject({ answers: 200, total: 20_000 });
      const { ok, indeterminate, scheduled } = (await runOf("RecordRoute")).requests;
      expect({ ended: ok + indeterminate, scheduled }).toEqual({ ended: 20, scheduled: 20 });
    },
    60_000,
  );
}
