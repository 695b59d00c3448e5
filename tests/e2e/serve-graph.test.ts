import { describe, expect, setDefaultTimeout, test } from "bun:test";
import { join } from "node:path";
import { describeGraph, runDfs as run } from "../../src/rpc/dfs-service.ts";
import { runDfs, startDfs } from "../support/dfs-process.ts";
import { freePorts } from "../support/free-ports.ts";
import { tempDir } from "../support/temp-dir.ts";
import { TestingClient } from "../support/testing-client.ts";
import { openTraversal, readTraversal } from "../support/testing-stream.ts";

setDefaultTimeout(90_000);

/** There SIGTERM ends a process at once. */
const onWindows = process.platform === "win32";

async function serveGraph(cwd: string, ...args: readonly string[]) {
  const [port = 0] = await freePorts(1);
  const replica = startDfs(["serve", "--port", `${port}`, ...args], { cwd });
  await replica.waitFor(/ serving /, 30_000);
  return { replica, port, client: new TestingClient(`127.0.0.1:${port}`) };
}

describe("dfs serve --graph", () => {
  test.skipIf(onWindows)(
    "says what it loads, and searches it in threads of the executable",
    async () => {
      using dir = tempDir();
      const { replica, port, client } = await serveGraph(dir.path, "--graph", "grid:500x500");
      await using _replica = replica;
      using _client = client;
      expect(replica.stdout).toMatch(/ loading grid:500x500\n/);
      expect(replica.stdout).toMatch(/ loaded grid:500x500 in .*: 250000 vertices, 998000 edges\n/);
      expect(await dir.read(`server_${port}.log`)).toContain("config.graph=grid:500x500 ");
      const request = { numVertices: 0, target: 249_999, withPath: true };
      const found = await client.call(run, request);
      expect(found.response).toMatchObject({ found: true });
      const told = await readTraversal(openTraversal(client, { numVertices: 0 }));
      expect(told.vertices).toHaveLength(250_000);
      expect(told.messages.at(-1)?.summary).toMatchObject({ visitedCount: 250_000, rootCount: 1 });
      replica.kill("SIGTERM");
      expect((await replica.exited(15_000)).status).toBe(0);
      expect(await dir.read(`server_${port}.log`)).toContain("visited=250000");
    },
  );

  test("serves a file by its own names, the same from the cache", async () => {
    using dir = tempDir();
    await Bun.write(join(dir.path, "friends.txt"), "ann bob\nbob cid\n");
    const fingerprints: (string | undefined)[] = [];
    for (const extra of [[], ["--verify-cache"]]) {
      const graph = ["--graph", "friends.txt", "--undirected", "--graph-cache", "kept", ...extra];
      const { replica, client } = await serveGraph(dir.path, ...graph, "--logfile", "none");
      await using _replica = replica;
      using _client = client;
      const { response } = await client.call(describeGraph, { numVertices: 0 });
      expect(response).toMatchObject({ vertices: 3, edges: 4, source: "friends.txt" });
      fingerprints.push(response?.fingerprint);
      const question = { numVertices: 0, sourceName: "cid", targetName: "ann", withPath: true };
      const answer = await client.call(run, { ...question, withNames: true });
      expect(answer.response).toMatchObject({ pathNames: ["cid", "bob", "ann"] });
    }
    expect(fingerprints[0]).toBe(fingerprints[1]);
  });

  test.skipIf(onWindows)("hears that it is to end while it still loads", async () => {
    const [port = 0] = await freePorts(1);
    using dir = tempDir();
    const serve = ["serve", "--port", `${port}`, "--graph", "rmat:23", "--logfile", "none"];
    await using replica = startDfs(serve, { cwd: dir.path });
    await replica.waitFor(/ loading rmat:23/);
    replica.kill("SIGTERM");
    const { status, stdout } = await replica.exited(15_000);
    expect(status).toBe(0);
    expect(stdout).toContain("ended before it served (SIGTERM)");
  });

  test("gives the graph to the replicas it starts, and says what they load", async () => {
    const [port = 0] = await freePorts(1);
    using dir = tempDir();
    const graph = ["--graph", "grid:400x400", "--graph-cache", "kept"];
    const several = ["--num-replicas", "1", "--port", `${port}`, "--logfile", "server_PORT.log"];
    await using supervisor = startDfs(["serve", ...several, ...graph], { cwd: dir.path });
    await supervisor.waitFor(/replica localhost:\d+ loading grid:400x400/, 30_000);
    await supervisor.waitFor(/replica localhost:\d+ serving grid:400x400/, 30_000);
    expect(await dir.read(`server_${port}.log`)).toContain("config.graph_cache=kept ");
  });

  test("refuses what does not go together, before anything starts", async () => {
    using dir = tempDir();
    const rows = [
      [["--graph", "-", "--num-replicas", "2"], "--graph - can be read only once"],
      [["--undirected"], "--undirected says how a graph is loaded: it needs --graph SPEC"],
      [["--graph", "path:3", "--undirected"], "--undirected is for graphs that are read"],
      [["--graph", "a.txt", "--verify-cache"], "give --graph-cache DIR too"],
      [["--graph", "pth:3"], 'did you mean "path"?'],
      [["--graph", "a.txt", "--graph-format", "metiss"], 'did you mean "metis"?'],
    ] as const;
    for (const [args, words] of rows) {
      const { status, stdout, stderr } = await runDfs(["serve", ...args], { cwd: dir.path });
      expect({ args, status, stdout }).toEqual({ args, status: 2, stdout: "" });
      expect(stderr).toContain(words);
    }
    for (const several of [
      ["--num-replicas", "2"],
      ["--restart", "on-crash"],
    ]) {
      if (onWindows) continue;
      Bun.spawnSync(["mkfifo", dir.file("fifo")]);
      const args = ["serve", "--graph", "fifo", ...several];
      const { status, stderr } = await runDfs(args, { cwd: dir.path });
      expect(stderr).toContain("--graph fifo can be read only once");
      expect(status).toBe(2);
    }
    const missing = await runDfs(["serve", "--port", "0", "--graph", "no.txt"], { cwd: dir.path });
    expect(missing.status).toBe(5);
    expect(missing.stderr).toContain('"no.txt"');
  });
});
