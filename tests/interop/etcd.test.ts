/** `dfs load` on a cluster of etcd whose leader crashes and one of whose followers stalls. */
import {
  afterAll,
  afterEach,
  beforeEach,
  describe,
  expect,
  setDefaultTimeout,
  test,
} from "bun:test";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { runDfs } from "../support/dfs-process.ts";
import { expectNothingLost, readReport } from "../support/read-report.ts";
import { type TempDir, tempDir } from "../support/temp-dir.ts";
import { unpackDebianPackage } from "./debian-package.ts";
import { ask, EtcdCluster, etcdProto } from "./etcd-cluster.ts";

/** Every wait inside has a shorter bound of its own. */
setDefaultTimeout(150_000);

const unpacked = await unpackDebianPackage("etcd-server");
if ("missing" in unpacked) {
  console.log(`SKIPPED, NOTHING PROVED: no etcd (${unpacked.missing})`);
}

let dir: TempDir;

beforeEach(() => {
  dir = tempDir();
});

afterEach(() => dir[Symbol.dispose]());

afterAll(() => {
  if ("remove" in unpacked) unpacked.remove();
});

const keyOf = (number: number) => Buffer.from(`key-${number}`);
const contentOf = (number: number) => Buffer.from(`value-${number}`);

/** 15 s of calls: the leader is killed and started again, then a follower stalls for 4 s. */
async function loadThroughFaults(cluster: EtcdCluster, args: readonly string[]) {
  const leader = await cluster.leader();
  const follower = cluster.nodes.find(({ port }) => port !== leader.port);
  const replicas = cluster.nodes.map(({ port }) => `127.0.0.1:${port}`).join(",");
  const load = ["load", "--replicas", replicas, "--proto", etcdProto, "--duration", "15s"];
  const faults = [`restart:${leader.port}@3s`, `stall:${follower?.port}@back+3s+4s`];
  const { stdout } = await runDfs(
    [
      ...[...load, "--rate", "40", "--attempt-timeout", "1s"],
      // A cluster without a leader serves nobody until it has chosen another.
      ...["--require", "recovery<=20s", ...faults.flatMap((fault) => ["--fault", fault]), ...args],
    ],
    { cwd: dir.path, withinMs: 90_000 },
  );
  const { run } = await readReport(dir.path, ["--require", "recovery<=20s"]);
  expect(run.outages.map(({ cause }) => cause)).toEqual(expect.arrayContaining(["crash", "stall"]));
  return { run, stdout };
}

function startCluster(): Promise<EtcdCluster> {
  if ("missing" in unpacked) throw new Error(unpacked.missing);
  return EtcdCluster.start(join(unpacked.root, "usr/bin/etcd"), dir.path);
}

describe.skipIf("missing" in unpacked)("a cluster of etcd", () => {
  test("loses no Range, which may be executed twice", async () => {
    await using cluster = await startCluster();
    const [node] = cluster.nodes;
    const put = { key: keyOf(1), value: contentOf(1) };
    expect(await ask(node?.port ?? 0, "/etcdserverpb.KV/Put", put)).toBeDefined();
    const key = keyOf(1).toString("base64");
    const value = contentOf(1).toString("base64");
    const { run } = await loadThroughFaults(cluster, [
      ...["--call", "etcdserverpb.KV/Range", "--data", JSON.stringify({ key }), "--idempotent"],
      ...["--expect", JSON.stringify({ kvs: [{ value }], count: "1" })],
    ]);
    expectNothingLost(run);
  });

  test("keeps every Put that was answered ok, and tells no other for failed", async () => {
    await using cluster = await startCluster();
    const lines = Array.from({ length: 600 }, (_, index) =>
      JSON.stringify({
        key: keyOf(index + 1).toString("base64"),
        value: contentOf(index + 1).toString("base64"),
      }),
    );
    writeFileSync(dir.file("puts.jsonl"), lines.join("\n"));
    const { run } = await loadThroughFaults(cluster, [
      ...["--call", "etcdserverpb.KV/Put", "--data-file", "puts.jsonl"],
    ]);
    const { scheduled, ok, wrong, failed, indeterminate } = run.requests;
    expect({ scheduled, wrong, failed }).toEqual({ scheduled: lines.length, wrong: 0, failed: 0 });
    expect(ok + indeterminate).toBe(lines.length);
    const ledger = readFileSync(dir.file("client.log"), "utf8");
    const answered = ledger.matchAll(/ latency_ms=\S+ request=\w+-(\d+) /g);
    const numbers = [...answered].map(([, number]) => Number(number));
    expect(numbers).toHaveLength(ok);
    for (const { port } of cluster.nodes) {
      expect(await missing(port, numbers)).toEqual([]);
    }
  });
});

/** Those of the puts that the node does not have as they were put. */
async function missing(port: number, numbers: readonly number[]): Promise<readonly number[]> {
  const range = { key: Buffer.from("key-"), rangeEnd: Buffer.from("key.") };
  const { kvs } = (await ask(port, "/etcdserverpb.KV/Range", range)) as {
    kvs: readonly { readonly key: Buffer; readonly value: Buffer }[];
  };
  const values = new Map(kvs.map(({ key, value }) => [String(key), String(value)]));
  return numbers.filter(
    (number) => values.get(String(keyOf(number))) !== String(contentOf(number)),
  );
}
