/** What a load asks follows from the graph that its replicas serve. */
import { describe, expect, setDefaultTimeout, test } from "bun:test";
import { writeFileSync } from "node:fs";
import { type DfsProcess, runDfs, startDfs } from "../support/dfs-process.ts";
import { freePorts } from "../support/free-ports.ts";
import { startOriginalReplica } from "../support/original-replica.ts";
import { expectNothingLost, readReport } from "../support/read-report.ts";
import { type TempDir, tempDir } from "../support/temp-dir.ts";

/** Every wait inside has a shorter bound of its own, which says more when it is hit. */
setDefaultTimeout(90_000);

const friends = "alice,bob\nbob,carol\nalice,dave\nerin,alice\n";

async function serve(port: number, dir: TempDir, ...args: readonly string[]): Promise<DfsProcess> {
  const replica = startDfs(["serve", "--port", String(port), ...args], { cwd: dir.path });
  await replica.waitFor(new RegExp(`:${port}\\b`));
  return replica;
}

function load(ports: readonly number[], dir: TempDir, ...args: readonly string[]) {
  const replicas = ports.map((port) => `localhost:${port}`).join(",");
  return runDfs(["load", "--replicas", replicas, "--duration", "1", ...args], { cwd: dir.path });
}

describe("dfs load", () => {
  test("drives servers of the original system by the guide's own call", async () => {
    await using original = await startOriginalReplica();
    using dir = tempDir();
    const { status, stdout } = await load([original.port], dir);
    expect(stdout).toContain(
      "Question: find 42000 from 0 in modular:50000; right answer: computed from modular:50000",
    );
    expect(status).toBe(0);
    const { run } = await readReport(dir.path);
    expectNothingLost(run);
    expect(run.run.config).toMatchObject({ target: "42000", num_vertices: "50000" });
  });

  test("asks what the replicas' graph can answer, though one is not there yet", async () => {
    const [port = 0, down = 0] = await freePorts(2);
    using dir = tempDir();
    await using _replica = await serve(port, dir, "--graph", "grid:20x30");
    const { status, stdout } = await load([down, port], dir);
    expect(stdout).toMatch(/✗ replica localhost:\d+ NOT SERVING/);
    expect(stdout).toMatch(
      /✓ replica localhost:\d+ serving \(pid \d+, dfs [\d.]+, grid:20x30, 600 vertices, \d+ edges, fingerprint [\da-f]{16}, round trip /,
    );
    expect(stdout).toContain(
      "find 504 from 0 in grid:20x30; right answer: computed from grid:20x30",
    );
    expect(status).toBe(0);
    const { run } = await readReport(dir.path);
    expect(run.run.config).toMatchObject({ graph: "grid:20x30", right_answer: "computed" });
  });

  test("says so when a replica comes back with another graph", async () => {
    const ports = await freePorts(2);
    const [kept = 0, changed = 0] = ports;
    using dir = tempDir();
    await using _kept = await serve(kept, dir, "--graph", "path:3000");
    await using before = await serve(changed, dir, "--graph", "path:3000");
    const replicas = ports.map((port) => `localhost:${port}`).join(",");
    const args = ["load", "--replicas", replicas, "--duration", "30", "--rate", "50"];
    await using running = startDfs(args, { cwd: dir.path });
    await running.waitFor(/Second 1: /, 30_000);
    before.kill("SIGKILL");
    await before.exited();
    await using _after = await serve(changed, dir, "--graph", "cycle:3000");
    const here = "path:3000, fingerprint [\\da-f]{16}";
    const served = "it serves cycle:3000 \\(3000 vertices, 3000 edges, fingerprint [\\da-f]{16}\\)";
    const back = `replica localhost:${changed} is back with another graph than this run's`;
    await running.waitFor(new RegExp(`${back} \\(${here}\\): ${served}`), 30_000);
    const wrong = "WRONG .*the replica serves another graph \\(fingerprint [\\da-f]{16}\\) than";
    await running.waitFor(new RegExp(`${wrong} this run's \\(${here}\\)`), 30_000);
  });

  test("refuses replicas of different graphs, naming who serves what; so does check", async () => {
    const ports = await freePorts(2);
    const [first = 0, second = 0] = ports;
    using dir = tempDir();
    await using _first = await serve(first, dir, "--graph", "grid:3x3");
    await using _second = await serve(second, dir, "--graph", "path:9");
    const { status, stderr } = await load(ports, dir);
    const difference = new RegExp(
      `localhost:${first} grid:3x3 \\(9 vertices.*; localhost:${second} path:9 \\(9 vertices`,
    );
    expect(stderr).toMatch(difference);
    expect(status).toBe(5);
    expect(await dir.read("client.log")).toBe("");
    const replicas = ports.map((port) => `localhost:${port}`).join(",");
    const check = await runDfs(["check", "--replicas", replicas], { cwd: dir.path });
    expect(check.stderr).toMatch(difference);
    expect(check.status).toBe(1);
  });

  test("names the range of a target outside the graph", async () => {
    const [port = 0] = await freePorts(1);
    using dir = tempDir();
    await using _replica = await serve(port, dir, "--graph", "cycle:7");
    const { status, stderr } = await load([port], dir, "--target", "7");
    expect(status).toBe(2);
    expect(stderr).toContain("--target must be a vertex of cycle:7, in 0..6");
  });

  test("holds the replicas of a file's graph to each other, or to the file", async () => {
    const [port = 0] = await freePorts(1);
    using dir = tempDir();
    writeFileSync(dir.file("friends.csv"), friends);
    writeFileSync(dir.file("others.csv"), `${friends}dave,erin\n`);
    await using _replica = await serve(port, dir, "--graph", "friends.csv");
    const agreed = await load([port], dir);
    expect(agreed.stdout).toContain("in friends.csv; right answer: agreed by replicas");
    expect(agreed.status).toBe(0);
    expect((await readReport(dir.path)).run.run.config).toMatchObject({ right_answer: "agreed" });
    for (const role of ["target", "source"]) {
      const refused = await load([port], dir, `--${role}-name`, "zoe");
      expect(refused.status).toBe(2);
      expect(refused.stderr).toContain(
        `--${role}-name must be a name in friends.csv: current value is "zoe"`,
      );
    }
    const told = await load([port], dir, "--target-name", "carol", "--source-name", "bob");
    expect(told.stdout).toContain("find carol from bob in friends.csv; right answer: agreed");
    expect(told.status).toBe(0);
    const named = ["--graph", "friends.csv", "--target-name", "carol", "--source-name", "bob"];
    const computed = await load([port], dir, ...named);
    expect(computed.stdout).toContain("find carol from bob in friends.csv; right answer: computed");
    expect(computed.status).toBe(0);
    const unknown = await load([port], dir, "--graph", "friends.csv", "--target-name", "zoe");
    expect(unknown).toMatchObject({ status: 2, stderr: expect.stringContaining('"zoe"') });
    const other = await load([port], dir, "--graph", "others.csv");
    expect(other.status).toBe(5);
    expect(other.stderr).toMatch(/serves friends.csv .*, and --graph is others.csv /);
  });
});

describe("dfs query", () => {
  test("asks servers of the original system what they know, and nothing else", async () => {
    await using original = await startOriginalReplica();
    using dir = tempDir();
    const query = (...args: readonly string[]) =>
      runDfs(["query", "--replicas", `localhost:${original.port}`, ...args], { cwd: dir.path });
    const plain = await query("--target", "42000");
    expect(plain).toMatchObject({ status: 0, stdout: expect.stringContaining("341 vertices") });
    const beyond = await query("--target", "42000", "--source", "7");
    expect(beyond).toMatchObject({ status: 5, stderr: expect.stringContaining("--source") });
  });
});
