import { describe, expect, setDefaultTimeout, test } from "bun:test";
import { writeFileSync } from "node:fs";
import {
  createSearchScratch,
  depthFirstSearch,
  discoveryOrder,
} from "../../src/graph/depth-first-search.ts";
import { modularGraph } from "../../src/graph/modular-graph.ts";
import { dfsBinary, runDfs, startDfs, startReplica } from "../support/dfs-process.ts";
import { freePorts } from "../support/free-ports.ts";
import { tempDir } from "../support/temp-dir.ts";

/** Every wait inside has a shorter bound of its own, which says more when it is hit. */
setDefaultTimeout(90_000);

const hasShell = process.platform !== "win32";
const onLinux = process.platform === "linux";

/** A replica, and what `dfs query` says when it is asked. */
async function asked(serveArgs: readonly string[], ...queries: readonly (readonly string[])[]) {
  const [port = 0] = await freePorts(1);
  using dir = tempDir();
  writeFileSync(dir.file("friends.csv"), "alice,bob\nbob,carol\nalice,dave\nerin,alice\n");
  await using replica = startDfs(["serve", "--port", String(port), ...serveArgs], {
    cwd: dir.path,
  });
  await replica.waitFor(new RegExp(`:${port}\\b`));
  const answers = [];
  for (const query of queries) {
    const args = ["query", "--replicas", `localhost:${port}`, ...query];
    answers.push(await runDfs(args, { cwd: dir.path }));
  }
  return answers;
}

describe("dfs query", () => {
  test("prints an answer for people, and one for programs", async () => {
    const target = ["--target", "42000"];
    const [text, json, whole] = await asked([], target, [...target, "--json"], []);
    expect(text).toMatchObject({ status: 0, stderr: "" });
    const line =
      /^found 42000 from 0 in modular:50000: 341 vertices visited; search [\d.]+ms, answer after [\d.]+ms from localhost:\d+\n$/;
    expect(text?.stdout).toMatch(line);
    expect(JSON.parse(json?.stdout ?? "")).toMatchObject({
      ...{ found: true, visited: 341, target: 42_000, source: 0 },
      graph: { source: "modular:50000", vertices: 50_000 },
    });
    expect(whole?.stdout).toContain("searched from 0 in modular:50000: 50000 vertices visited");
  });

  test("prints the path alone, every step of it an edge", async () => {
    const [text, json] = await asked(
      [],
      ["--source", "7", "--target", "42000", "--path"],
      ["--source", "7", "--target", "42000", "--path", "--json"],
    );
    expect(text?.status).toBe(0);
    expect(text?.stderr).toContain("found 42000 from 7");
    const path = (text?.stdout ?? "").trimEnd().split("\n").map(Number);
    expect([path[0], path.at(-1)]).toEqual([7, 42_000]);
    const { offsets, targets } = modularGraph(50_000);
    for (const [step, vertex] of path.slice(0, -1).entries()) {
      const neighbours = targets.subarray(offsets[vertex], offsets[vertex + 1]);
      expect(neighbours).toContain(path[step + 1] ?? -1);
    }
    expect(JSON.parse(json?.stdout ?? "")).toMatchObject({ path, pathLength: path.length });
  });

  test("prints the order, with parents and depths when asked", async () => {
    const [lines, table, objects, until] = await asked(
      [],
      ["--order"],
      ["--order", "--tsv"],
      ["--order", "--json"],
      ["--order", "--target", "42000"],
    );
    const graph = modularGraph(50_000);
    const scratch = createSearchScratch();
    const order = discoveryOrder(scratch, depthFirstSearch(graph, scratch));
    expect(lines?.stdout).toBe(`${order.join("\n")}\n`);
    expect(lines?.stderr).toMatch(/searched from 0 in modular:50000: 50000 vertices in [\d.]+s\n/);
    expect(table?.stdout.split("\n").slice(0, 3)).toEqual(["0\t\t0", "13\t0\t1", "104\t13\t2"]);
    expect(JSON.parse(objects?.stdout.split("\n")[2] ?? "")).toEqual({
      ...{ vertex: 104, parent: 13, depth: 2 },
    });
    expect(until?.stdout.trimEnd().split("\n")).toHaveLength(341);
    expect(until?.stdout).toEndWith("\n42000\n");
  });

  test("takes and prints the names of a graph that has them", async () => {
    const serve = ["--graph", "friends.csv"];
    const [path, unknown, order, numbered, table] = await asked(
      serve,
      ["--target", "carol", "--path"],
      ["--target", "zoe"],
      ["--order"],
      ["--order", "--vertices", "--source", "4"],
      ["--order", "--tsv"],
    );
    expect(path).toMatchObject({ status: 0, stdout: "alice\nbob\ncarol\n" });
    expect(path?.stderr).toMatch(/found carol from alice .* visited, path of 3 vertices;/);
    expect(unknown?.status).toBe(2);
    expect(unknown?.stderr).toContain("zoe");
    expect(order?.stdout).toBe("alice\nbob\ncarol\ndave\nerin\n");
    expect(order?.stderr).toContain("searched from alice in friends.csv: 5 vertices in");
    expect(numbered?.stdout).toBe("4\n0\n1\n2\n3\n");
    expect(table?.stdout.split("\n")[2]).toBe("2\t1\t2\tcarol");
  });

  test("says by its exit status whether the target can be reached", async () => {
    const reachable = ["--reachable", "--source", "5"];
    const [yes, no] = await asked(
      ["--graph", "path:10"],
      [...reachable, "--target", "9"],
      [...reachable, "--target", "2"],
    );
    expect(yes).toMatchObject({ status: 0, stdout: expect.stringContaining("found 9 from 5") });
    expect(no).toMatchObject({
      status: 1,
      stdout: expect.stringContaining("did not find 2 from 5"),
    });
  });

  test("refuses a vertex outside the graph, and flags that do not go together", async () => {
    const [beyond, name, path, forms] = await asked(
      [],
      ["--target", "50000"],
      ["--source", "alice"],
      ["--path"],
      ["--order", "--tsv", "--json"],
    );
    expect(beyond?.status).toBe(2);
    expect(beyond?.stderr).toContain(
      '--target must be a vertex of modular:50000, a number in 0..49999: current value is "50000"',
    );
    for (const refused of [name, path, forms]) expect(refused?.status).toBe(2);
  });

  test("ends with 5 when nobody answers", async () => {
    const [port = 0] = await freePorts(1);
    using dir = tempDir();
    const args = ["query", "--replicas", `localhost:${port}`, "--deadline", "500ms"];
    const { status, stderr } = await runDfs(args, { cwd: dir.path });
    expect(status).toBe(5);
    expect(stderr).toContain("No replica answered within 500ms");
  });
});

/** `dfs query` in a shell; `"$@"` stands for it. */
async function inShell(script: string, port: number, ...args: readonly string[]) {
  const query = ["query", "--replicas", `localhost:${port}`, ...args];
  const child = Bun.spawn(["bash", "-c", script, "bash", dfsBinary(), ...query], {
    ...{ stdout: "pipe", stderr: "pipe", timeout: 60_000, killSignal: "SIGKILL" },
  });
  const [stdout, stderr] = await Promise.all([child.stdout.text(), child.stderr.text()]);
  await child.exited;
  return { stdout, stderr };
}

describe.skipIf(!hasShell)("dfs query --order, at the end of a pipe", () => {
  test("ends quietly when the pipe is closed early", async () => {
    const [port = 0] = await freePorts(1);
    using dir = tempDir();
    await using _replica = await startReplica(port, dir.path);
    const script = '{ "$@"; echo "status $?" >&2; } | head -3';
    const args = ["--order", "--num-vertices", "2000000"];
    const { stdout, stderr } = await inShell(script, port, ...args);
    expect(stdout).toBe("0\n13\n104\n");
    expect(stderr).toBe("status 0\n");
  });

  test.skipIf(!onLinux)("ends with 5 when the disk is full", async () => {
    const [port = 0] = await freePorts(1);
    using dir = tempDir();
    await using _replica = await startReplica(port, dir.path);
    const script = '"$@" > /dev/full; echo "status $?" >&2';
    const { stderr } = await inShell(script, port, "--order");
    expect(stderr).toContain("ENOSPC");
    expect(stderr).toEndWith("status 5\n");
  });
});
