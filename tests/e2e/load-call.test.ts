import { describe, expect, setDefaultTimeout, test } from "bun:test";
import { writeFileSync } from "node:fs";
import { runDfs, startReplica } from "../support/dfs-process.ts";
import { freePorts } from "../support/free-ports.ts";
import { schemaText } from "../support/guide-schema.ts";
import { startGuideServer } from "../support/guide-server.ts";
import { expectNothingLost, readReport } from "../support/read-report.ts";
import { tempDir } from "../support/temp-dir.ts";

/** Every wait inside has a shorter bound of its own, which says more when it is hit. */
setDefaultTimeout(60_000);

function withGuide() {
  const dir = tempDir();
  const proto = dir.file("guide.proto");
  writeFileSync(proto, schemaText);
  return { dir, proto };
}

describe("dfs load --call", () => {
  test("drives a service of the user's by its .proto file, and keeps secrets", async () => {
    const { dir: scoped, proto } = withGuide();
    using dir = scoped;
    await using one = await startGuideServer(proto, 5);
    await using two = await startGuideServer(proto, 5);
    writeFileSync(dir.file("a.jsonl"), '{"name": "x{{request}}"}\n{"name": "nowhere"}\n');
    const load = await runDfs(
      [
        ...["load", "--replicas", `127.0.0.1:${one.port},127.0.0.1:${two.port}`],
        ...["--proto", proto, "--call", "guide.Guide/Find", "--data-file", "a.jsonl"],
        ...["--metadata", "authorization=Bearer hidden", "--metadata", "n={{request}}"],
        ...["--request-id-header", "x-trace", "--expect-status", "OK,NOT_FOUND"],
        ...["--expect", '{"height": 5, "tags": ["a", "b"]}', "--rate", "20", "--duration", "1"],
      ],
      { cwd: dir.path },
    );
    expect(load.status).toBe(0);
    expect(load.stdout).toContain(
      `Call: guide.Guide/Find (unary, schema: ${proto}); idempotent: yes (the schema says IDEMPOTENT)`,
    );
    expect(load.stdout).toContain("serving (answers, but has no health service");
    expect(load.stdout).not.toMatch(/graph|vertices|hidden/i);
    const ledger = await dir.read("client.log");
    expect(ledger).toContain('config.metadata="authorization=*** n={{request}}"');
    expect(ledger).not.toContain("hidden");
    const { run } = await readReport(dir.path);
    expectNothingLost(run);
    expect(run.requests).toMatchObject({ scheduled: 20, ok: 20 });
    const names = [...one.names, ...two.names];
    expect(names).toContain("x1");
    expect(names.filter((name) => name === "nowhere").length).toBeGreaterThanOrEqual(10);
    const [first] = one.metadata;
    expect(first).toMatchObject({ authorization: "Bearer hidden" });
    expect(first?.["x-trace"]).toMatch(/^\w+-\d+$/);
  });

  test("counts answers that are not alike as wrong", async () => {
    const { dir: scoped, proto } = withGuide();
    using dir = scoped;
    await using one = await startGuideServer(proto, 5);
    await using two = await startGuideServer(proto, 6);
    const load = await runDfs(
      [
        ...["load", "--replicas", `127.0.0.1:${one.port},127.0.0.1:${two.port}`],
        ...["--proto", proto, "--call", "guide.Guide.Note", "--data", '{"name": "a"}'],
        ...["--expect-same", "--ignore-field", "seen_at", "--duration", "1"],
      ],
      { cwd: dir.path },
    );
    expect(load.status).toBe(1);
    expect(load.stdout).toContain(
      "idempotent: no (the schema does not say so; --idempotent would)",
    );
    expect(load.stdout).toMatch(
      /WRONG after 1 attempt\(s\): unlike the first answer: height is \d/,
    );
    const { run } = await readReport(dir.path);
    expect(run.requests.wrong).toBeGreaterThan(0);
    expect(run.requests.wrong).toBeLessThan(10);
  });

  test("by reflection, through a crash, loses nothing of a method that changes nothing", async () => {
    const [left = 0, right = 0] = await freePorts(2);
    using dir = tempDir();
    await using _left = await startReplica(left, dir.path);
    await using _right = await startReplica(right, dir.path);
    const replicas = ["load", "--replicas", `localhost:${left},localhost:${right}`];
    const load = await runDfs(
      [
        ...[...replicas, "--call", "dfs.DFSService/RunDFS", "--data", '{"target": 42000}'],
        ...["--expect", '{"found": true, "visited_count": 341}', "--rate", "50"],
        ...["--duration", "3", "--fault", `crash:${left}@1s`],
      ],
      { cwd: dir.path },
    );
    expect(load.stdout).toContain("CRASH INJECTED");
    expect(load.stdout).toContain("idempotent: yes (the schema says NO_SIDE_EFFECTS)");
    const { run } = await readReport(dir.path);
    expect(run.requests).toMatchObject({ scheduled: 150, ok: 150 });
    const list = await runDfs(["load", "--replicas", `localhost:${right}`, "--list"], {
      cwd: dir.path,
    });
    expect(list.status).toBe(0);
    expect(list.stdout).toContain("  grpc.health.v1.Health\n");
    const wrong = [...replicas, "--call", "dfs.DFSService/RunDFS", "--data", '{"tarhet": 1}'];
    const { status, stderr } = await runDfs(wrong, { cwd: dir.path });
    expect(status).toBe(2);
    expect(stderr).toContain('did you mean "target"?');
  });
});
