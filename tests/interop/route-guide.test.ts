/** Calls of every kind against grpc-go's own route_guide servers, one of which is killed. */
import { afterAll, describe, expect, test } from "bun:test";
import { DfsProcess, startDfs } from "../support/dfs-process.ts";
import { freePorts } from "../support/free-ports.ts";
import { expectNothingLost, readReport } from "../support/read-report.ts";
import { routeGuideProto } from "../support/route-guide/schema.ts";
import { type TempDir, tempDir } from "../support/temp-dir.ts";
import { buildGoRouteGuide } from "./go-route-guide.ts";

const built = await buildGoRouteGuide();
if ("missing" in built) {
  console.log(`SKIPPED, NOTHING PROVED: no route_guide server of grpc-go (${built.missing})`);
}

afterAll(() => {
  if ("remove" in built) built.remove();
});

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

describe.skipIf("missing" in built)("grpc-go's route_guide", () => {
  test("is driven by calls of every kind through a crash", async () => {
    if ("missing" in built) throw new Error(built.missing);
    using dir = tempDir();
    await Bun.write(dir.file("points.jsonl"), points.join("\n"));
    await Bun.write(dir.file("notes.jsonl"), notes.join("\n"));
    const ports = await freePorts(2);
    await using stack = new AsyncDisposableStack();
    const command = [built.server];
    const servers = ports.map((port) =>
      stack.use(new DfsProcess(["-port", String(port)], { cwd: dir.path, command })),
    );
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
  }, 60_000);
});
