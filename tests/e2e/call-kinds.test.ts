import { expect, setDefaultTimeout, test } from "bun:test";
import { join } from "node:path";
import type { RunReport } from "../../src/report/run-report.ts";
import { DfsProcess, runDfs, startDfs } from "../support/dfs-process.ts";
import { freePorts } from "../support/free-ports.ts";
import { expectNothingLost, readReport } from "../support/read-report.ts";
import { routeGuideProto } from "../support/route-guide/schema.ts";
import { type TempDir, tempDir } from "../support/temp-dir.ts";

/** Every wait inside has a shorter bound of its own, which says more when it is hit. */
setDefaultTimeout(90_000);

const guide = join(import.meta.dir, "../support/route-guide");

/** A server of somebody else's: a process that serves routeguide.RouteGuide. */
async function startGuide(port: number, dir: TempDir): Promise<DfsProcess> {
  const command = [process.execPath, join(guide, "serve.ts")];
  const server = new DfsProcess([String(port), dir.file("routes.log")], { cwd: dir.path, command });
  await server.waitFor(/ready/);
  return server;
}

function callArgs(method: string, ports: readonly number[], ...args: readonly string[]): string[] {
  const replicas = ports.map((port) => `localhost:${port}`).join(",");
  const call = ["--call", `routeguide.RouteGuide/${method}`, "--proto", routeGuideProto];
  return ["load", "--replicas", replicas, ...call, "--rate", "40", "--duration", "3", ...args];
}

async function reportOf(dir: TempDir, method: string): Promise<RunReport> {
  return (await readReport(dir.path, [`${method}.log`])).run;
}

const square = '{"lo":{"latitude":1,"longitude":1},"hi":{"latitude":10,"longitude":10}}';
const points = [1, 2, 5, 9].map((at) => `{"latitude":${at},"longitude":${at}}`).join("\n");
const notes = [1, 2, 1].map((at) => `{"location":{"latitude":${at}},"message":"n${at}"}`);

test("every kind of call goes on through a crash of one of three foreign servers", async () => {
  using dir = tempDir();
  const ports = await freePorts(3);
  const servers = await Promise.all(ports.map((port) => startGuide(port, dir)));
  await using stack = new AsyncDisposableStack();
  for (const server of servers) stack.use(server);
  await Bun.write(dir.file("points.jsonl"), points);
  await Bun.write(dir.file("notes.jsonl"), notes.join("\n"));
  const byMethod = {
    GetFeature: ["--data", '{"latitude":3}', "--expect", '{"name":"3/0"}'],
    ListFeatures: ["--data", square, "--expect-same"],
    RecordRoute: ["--data-file", dir.file("points.jsonl"), "--expect", '{"point_count":4}'],
    RouteChat: ["--data-file", dir.file("notes.jsonl"), "--expect-same"],
  };
  const loads = Object.entries(byMethod).map(([method, args]) =>
    stack.use(
      startDfs(callArgs(method, ports, ...args, "--logfile", `${method}.log`), { cwd: dir.path }),
    ),
  );
  const [load] = loads;
  await load?.waitFor(/Second 1:/);
  servers[0]?.kill("SIGKILL");
  for (const each of loads) await each.exited();

  for (const method of ["GetFeature", "ListFeatures", "RouteChat"]) {
    const run = await reportOf(dir, method);
    expectNothingLost(run);
    expect(run.requests.scheduled).toBe(120);
    expect(run.run.config).toMatchObject({ call: `routeguide.RouteGuide/${method}` });
  }
  const lists = await reportOf(dir, "ListFeatures");
  // Those that the crash met were asked for anew, as a whole.
  expect(lists.requests.retried).toBeGreaterThan(0);
  expect(lists.messages).toMatchObject({ answers: 120, total: 120 * 100 });
  expect(lists.messages?.first.p50Ms).toBeLessThan(lists.latency.ok.p50Ms ?? 0);
  // Of the notes at one place each is answered with all before it.
  expect((await reportOf(dir, "RouteChat")).messages).toMatchObject({ total: 120 * 4 });

  // Not idempotent: never recorded twice, and every one that is ok was recorded.
  const records = await reportOf(dir, "RecordRoute");
  const { ok, indeterminate, scheduled } = records.requests;
  expect(ok + indeterminate).toBe(scheduled);
  expect(records.messages).toBeNull();
  const recorded = (await dir.read("routes.log")).trimEnd().split("\n");
  const ids = recorded.map((line) => line.split(" ")[0] ?? "");
  expect(new Set(ids).size).toBe(ids.length);
  expect(recorded.every((line) => line.endsWith(" 4"))).toBe(true);
  const okIds = [...(await dir.read("RecordRoute.log")).matchAll(/latency_ms=\S+ request=(\S+)/g)];
  expect(okIds.map(([, id]) => id).filter((id) => !ids.includes(id ?? ""))).toEqual([]);
});

test("what a kind of call cannot do is refused with a word for it, before anything is sent", async () => {
  using dir = tempDir();
  const refusal = async (method: string, ...args: readonly string[]) => {
    const { status, stderr } = await runDfs(callArgs(method, [1], ...args), { cwd: dir.path });
    return { status, stderr };
  };
  const none = await refusal("RecordRoute");
  expect(none.status).toBe(2);
  expect(none.stderr).toContain("--data-file");
});
