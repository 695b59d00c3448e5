import { describe, expect, setDefaultTimeout, test } from "bun:test";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { type DfsProcess, runDfs, startDfs, startReplica } from "../support/dfs-process.ts";
import { freePorts } from "../support/free-ports.ts";
import { expectNothingLost, readReport } from "../support/read-report.ts";
import { echo, TcpServer, tcpClient } from "../support/tcp-peer.ts";
import { tempDir } from "../support/temp-dir.ts";
import { whenBusy } from "../support/when-busy.ts";

/** Every wait inside has a shorter bound of its own, which says more when it is hit. */
setDefaultTimeout(90_000);

/** A Ctrl-C that a process of Windows could be sent does not exist. */
const onWindows = process.platform === "win32";

/** A link that is open by the time this resolves. */
async function startLink(
  cwd: string,
  { port, toPort }: { port: number; toPort: number },
  ...args: readonly string[]
): Promise<DfsProcess> {
  const words = ["--listen", String(port), "--to", `localhost:${toPort}`, ...args];
  const link = startDfs(["fault", "link", ...words], { cwd });
  await link.waitFor(/LINK OPEN: /);
  return link;
}

/** How a load fares with one replica behind a link that has a fault from its second on. */
async function loadThrough(fault: readonly string[]) {
  const [port = 0, behind = 0, other = 0] = await freePorts(3);
  using dir = tempDir();
  const cwd = dir.path;
  await using _first = await startReplica(behind, cwd);
  await using _second = await startReplica(other, cwd);
  const times = ["--delay", "1500ms", "--duration", "2"];
  await using link = await startLink(cwd, { port, toPort: behind }, ...fault, ...times);
  const replicas = `localhost:${port},localhost:${other}`;
  const args = ["load", "--replicas", replicas, "--rate", "50", "--duration", "6"];
  const load = await runDfs(args, { cwd });
  expect(load.status).toBe(0);
  if (!onWindows) link.kill("SIGTERM");
  if (!onWindows) expect((await link.exited(10_000)).status).toBe(0);
  const { run } = await readReport(cwd);
  expectNothingLost(run);
  const outage = run.outages.find(({ endpoint }) => endpoint === `localhost:${port}`);
  return { run, outage, printed: link.stdout };
}

describe("a load through a link", () => {
  test(
    "loses nothing when it falls silent, and goes back once it speaks again",
    async () => {
      const { outage, printed } = await loadThrough(["--blackhole"]);
      expect(outage?.cause).toBe("link-blackhole");
      expect(outage?.rejoinMs).toBeGreaterThan(1900);
      expect(printed).toMatch(/FAULT BEGINS: blackhole, each way; \d+ connections? open/);
      expect(printed).toMatch(/FAULT ENDS: blackhole, each way, after 2\.\ds/);
      expect(printed).toMatch(/swallowed\)/);
    },
    whenBusy,
  );

  test(
    "loses nothing when it resets all connections",
    async () => {
      const { outage } = await loadThrough(["--reset"]);
      expect(outage?.cause).toBe("link-reset");
      expect(outage?.rejoinMs).toBeGreaterThan(1900);
    },
    whenBusy,
  );

  test(
    "loses nothing when it is slow",
    async () => {
      const { outage, printed } = await loadThrough(["--latency", "300ms", "--jitter", "50ms"]);
      expect(outage?.cause).toBe("link-latency");
      expect(printed).toContain("latency 300ms ± 50ms, each way");
    },
    whenBusy,
  );
});

describe("dfs fault link", () => {
  test.skipIf(onWindows)("is transparent until Ctrl-C, which is its planned end", async () => {
    const [port = 0] = await freePorts(1);
    using dir = tempDir();
    using server = await TcpServer.open(echo);
    await using link = await startLink(dir.path, { port, toPort: server.port });
    const client = await tcpClient(port);
    client.say("hello");
    await client.until(({ text }) => text === "hello");
    link.kill("SIGINT");
    const { status, stdout } = await link.exited(10_000);
    expect(status).toBe(0);
    expect(stdout).toMatch(/LINK CLOSED: after [\d.]+s: 1 connection, 1 still open and reset now/);
    expect(stdout).toMatch(/5 B up, 5 B down/);
    await client.until(({ isClosed }) => isClosed);
    expect(client.error).toBe("ECONNRESET");
    expect((await tcpClient(port)).error).toBe("ECONNREFUSED");
    const ledger = readFileSync(join(dir.path, "fault.log"), "utf8");
    expect(ledger).toMatch(/ end=\w+ reason=normal total\.connections=1 /);
    expect(ledger).not.toContain("phase=");
  });

  test.skipIf(onWindows)("is cut short by Ctrl-C amid a fault, and says so", async () => {
    const [port = 0] = await freePorts(1);
    using dir = tempDir();
    using server = await TcpServer.open(echo);
    const fault = ["--refuse", "--duration", "60"];
    await using link = await startLink(dir.path, { port, toPort: server.port }, ...fault);
    await link.waitFor(/FAULT BEGINS: refuse new connections/);
    expect((await tcpClient(port)).error).toBe("ECONNREFUSED");
    link.kill("SIGINT");
    expect((await link.exited(10_000)).status).toBe(130);
    const ledger = readFileSync(join(dir.path, "fault.log"), "utf8");
    const record = (phase: string) =>
      new RegExp(`fault=link-refuse phase=${phase} port=${port} pid=${link.pid} process=dfs`);
    expect(ledger).toMatch(record("begin"));
    expect(ledger).toMatch(record("end"));
    expect(ledger).toContain("reason=interrupted");
  });

  test("changes the same bytes again for the seed it has printed", async () => {
    using dir = tempDir();
    using server = await TcpServer.open(echo);
    const through = async (...args: readonly string[]) => {
      const [port = 0] = await freePorts(1);
      const fault = ["--corrupt", "1%", "--direction", "up", "--for", "2s", ...args];
      await using link = await startLink(dir.path, { port, toPort: server.port }, ...fault);
      await link.waitFor(/FAULT BEGINS/);
      const client = await tcpClient(port);
      client.say(new Uint8Array(50_000));
      await client.until(({ heardCount }) => heardCount === 50_000);
      const { status, stdout } = await link.exited(10_000);
      expect(status).toBe(0);
      return { heard: client.heard.toString("hex"), seed: /seed (\d+)/.exec(stdout)?.[1] ?? "" };
    };
    const first = await through();
    expect((await through("--seed", first.seed)).heard === first.heard).toBe(true);
    expect((await through("--seed", "1")).heard === first.heard).toBe(false);
  });

  test("warns once that the server takes no connection", async () => {
    const [port = 0, toPort = 0] = await freePorts(2);
    using dir = tempDir();
    await using link = await startLink(dir.path, { port, toPort }, "--for", "2s");
    for (let count = 0; count < 5; count++) {
      const client = await tcpClient(port);
      await client.until(({ isClosed }) => isClosed);
      expect(client.error).toBe("ECONNRESET");
    }
    const { status, stdout, stderr } = await link.exited(10_000);
    expect(status).toBe(0);
    expect(stderr.match(/takes no connection/g)).toHaveLength(1);
    expect(stdout).toContain("5 not taken by the server");
  });

  test.each<[string, readonly string[], number, string]>([
    ["nothing but the fault", ["--jitter", "5ms"], 2, "--jitter needs --latency"],
    ["silence and an end", ["--reset", "--blackhole"], 2, "contradict each other"],
    ["a rate without its unit", ["--bandwidth", "64"], 2, "such as 64KiB/s"],
    ["a share without its sign", ["--corrupt", "0.01"], 2, "such as 0.01%"],
    ["a foreign address", ["--host", "192.0.2.1"], 5, "not an address of this machine"],
    ["a flag it has not", ["--delays", "5"], 2, "--delay"],
  ])("refuses %s", async (_name, args, expected, message) => {
    const [port = 0] = await freePorts(1);
    using dir = tempDir();
    const words = ["--listen", String(port), "--to", "localhost:1", ...args];
    const { status, stderr } = await runDfs(["fault", "link", ...words], { cwd: dir.path });
    expect([status, stderr]).toEqual([expected, expect.stringContaining(message)]);
  });

  test("says that its port is taken, and in a dry run too", async () => {
    using dir = tempDir();
    using server = await TcpServer.open();
    for (const more of [[], ["--dry-run"]]) {
      const words = ["--listen", String(server.port), "--to", "localhost:1", ...more];
      const { status, stderr } = await runDfs(["fault", "link", ...words], { cwd: dir.path });
      expect(status).toBe(5);
      expect(stderr).toContain(`port ${server.port} is taken`);
    }
  });
});
