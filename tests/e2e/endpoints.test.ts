import { expect, setDefaultTimeout, test } from "bun:test";
import { join } from "node:path";
import { runDfs, startReplica } from "../support/dfs-process.ts";
import { freePorts } from "../support/free-ports.ts";
import { expectNothingLost, readReport } from "../support/read-report.ts";
import { tempDir } from "../support/temp-dir.ts";
import { startUnixRelay } from "../support/unix-relay.ts";

setDefaultTimeout(60_000);

test("a load takes a name and a socket of the file system, and shows each as it is typed", async () => {
  const [port = 0] = await freePorts(1);
  using dir = tempDir();
  await using _replica = await startReplica(port, dir.path);
  const socket = join(dir.path, "dfs.sock");
  await using _relay = await startUnixRelay(socket, port);
  const onWindows = process.platform === "win32";
  const typed = [`dns:///localhost:${port}`, ...(onWindows ? [] : [`unix:${socket}`])];
  const load = await runDfs(["load", "--replicas", typed.join(","), "--duration", "1"], {
    cwd: dir.path,
  });
  expect({ status: load.status, stderr: load.stderr }).toEqual({ status: 0, stderr: "" });
  expect(load.stdout).toMatch(new RegExp(`dns:///localhost:${port} \\(.*127\\.0\\.0\\.1:${port}`));
  const { run } = await readReport(dir.path);
  expectNothingLost(run);
  const endpoints = run.replicas.map(({ endpoint }) => endpoint);
  expect(endpoints).toContain(`127.0.0.1:${port}`);
  if (!onWindows) {
    const named = `unix://${socket}`;
    expect(load.stdout).toContain(`→ ${named} (latency`);
    expect(run.replicas.find(({ endpoint }) => endpoint === named)?.ok).toBeGreaterThan(0);
    const query = await runDfs(["query", "--replicas", named, "--target", "42000"], {
      cwd: dir.path,
    });
    expect(query.stdout).toContain(`from ${named}`);
  }
});

test("what names the same twice, or nothing, is refused before anything is asked", async () => {
  using dir = tempDir();
  const cases: readonly (readonly [replicas: string, status: number, message: string])[] = [
    ["localhost:5,localhost:5", 2, '--replicas names "localhost:5" twice'],
    ["[::1]:5,[0:0::1]:5", 2, "which are the same: [::1]:5"],
    ["dns:///no-such-name.invalid:5", 5, "Cannot resolve dns:///no-such-name.invalid:5: "],
  ];
  for (const [replicas, status, message] of cases) {
    const check = await runDfs(["check", "--replicas", replicas], { cwd: dir.path });
    expect(check.status).toBe(status);
    expect(check.stderr).toContain(message);
  }
});
