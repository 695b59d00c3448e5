import { afterEach, describe, expect, test } from "bun:test";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { isAlive, killForSure, linuxState } from "../../tests/support/process-state.ts";
import { TestingClient } from "../../tests/support/testing-client.ts";
import { systemClock, waitUntil } from "../base/clock.ts";
import { selfCommand } from "../base/self-command.ts";
import type { LedgerRecord } from "../ledger/record.ts";
import { describeReplica } from "../rpc/dfs-service.ts";
import { pickFreePorts } from "./free-port.ts";
import {
  type Supervisor,
  type SupervisorEvent,
  type SupervisorOptions,
  startSupervisor,
} from "./supervisor.ts";

/** Starting a process takes a fraction of a second; the machine may be busy. */
const testTimeoutMs = 60_000;
const soon = { withinMs: 20_000, everyMs: 20 };

const cwd = mkdtempSync(join(tmpdir(), "dfs-supervisor-"));
const pids = new Set<number>();

afterEach(() => {
  for (const pid of pids) killForSure(pid);
  pids.clear();
});
process.once("exit", () => rmSync(cwd, { recursive: true, force: true }));

async function start(options: Partial<SupervisorOptions> = {}) {
  const events: SupervisorEvent[] = [];
  const records: LedgerRecord[] = [];
  const ports = options.ports ?? (await pickFreePorts("localhost", 2));
  const supervisor = await startSupervisor({
    host: "localhost",
    ports,
    by: "test",
    run: "run1",
    restart: "on-crash",
    restartDelayMs: 100,
    graceMs: 5000,
    cwd,
    logfileOf: () => undefined,
    ledgerOf: () => ({ append: (record) => records.push(record) }),
    onEvent(event) {
      events.push(event);
      if (event.kind === "started") pids.add(event.pid);
    },
    ...options,
  });
  return { supervisor, events, records };
}

function pidOf(supervisor: Supervisor, index: number): number {
  const pid = supervisor.replicas[index]?.pid;
  if (pid === undefined) throw new Error(`Replica ${index} has no process`);
  return pid;
}

async function serves(port: number): Promise<boolean> {
  using client = new TestingClient(`localhost:${port}`);
  return (await client.call(describeReplica, {})).code === "OK";
}

describe("startSupervisor()", () => {
  test(
    "starts every replica, restarts the one that is killed, and stop() ends them all cleanly",
    async () => {
      const { supervisor, events, records } = await start();
      const [first = 0, second = 0] = supervisor.replicas.map(({ port }) => port);
      expect(await serves(first)).toBe(true);
      expect(await serves(second)).toBe(true);
      const killedPid = pidOf(supervisor, 0);
      const spared = pidOf(supervisor, 1);
      process.kill(killedPid, "SIGKILL");
      const restarted = () => events.some((event) => event.kind === "started" && event.after);
      expect(await waitUntil(systemClock, restarted, soon)).toBe(true);
      const story = events.filter(({ port, kind }) => port === first && kind !== "output");
      const newPid = pidOf(supervisor, 0);
      expect(newPid).not.toBe(killedPid);
      expect(story).toMatchObject([
        { kind: "started", pid: killedPid, graph: "modular:50000" },
        { kind: "exited", pid: killedPid, end: { kind: "signal", signal: "SIGKILL" } },
        { kind: "restarting", delayMs: 100 },
        { kind: "started", pid: newPid, after: "SIGKILL" },
      ]);
      expect(records).toMatchObject([
        {
          kind: "restart",
          run: "run1",
          by: "test",
          endpoint: `localhost:${first}`,
          pid: newPid,
          after: "SIGKILL",
        },
      ]);
      expect(await serves(first)).toBe(true);
      expect(pidOf(supervisor, 1)).toBe(spared);
      await supervisor.stop();
      expect([newPid, spared].filter(isAlive)).toEqual([]);
      const cleanEnd = { kind: "status", status: 0 } as const;
      expect([...supervisor.ends.values()]).toEqual([cleanEnd, cleanEnd]);
      await supervisor.allEnded;
    },
    testTimeoutMs,
  );

  test(
    "leaves a replica that ended cleanly, and under restart never also one that crashed",
    async () => {
      const { supervisor, events } = await start({ restart: "never" });
      process.kill(pidOf(supervisor, 0), "SIGTERM");
      process.kill(pidOf(supervisor, 1), "SIGKILL");
      await supervisor.allEnded;
      const [first = 0, second = 0] = supervisor.replicas.map(({ port }) => port);
      expect(supervisor.ends.get(first)).toEqual({ kind: "status", status: 0 });
      expect(supervisor.ends.get(second)).toEqual({ kind: "signal", signal: "SIGKILL" });
      expect(events.some(({ kind }) => kind === "restarting")).toBe(false);
      await supervisor.stop();
    },
    testTimeoutMs,
  );

  test(
    "reports a port taken meanwhile and tries again until it is free",
    async () => {
      const { supervisor, events } = await start({ ports: await pickFreePorts("127.0.0.1", 1) });
      const [port = 0] = supervisor.replicas.map((replica) => replica.port);
      process.kill(pidOf(supervisor, 0), "SIGKILL");
      const blocker = createServer();
      const block = () =>
        new Promise<boolean>((resolve) => {
          blocker.once("error", () => resolve(false));
          blocker.listen({ host: "127.0.0.1", port }, () => resolve(true));
        });
      expect(await waitUntil(systemClock, block, { withinMs: 5000, everyMs: 1 })).toBe(true);
      const refused = () =>
        events.some(
          (event) =>
            event.kind === "exited" && event.end.kind === "status" && event.end.status === 5,
        );
      expect(await waitUntil(systemClock, refused, soon)).toBe(true);
      await new Promise((resolve) => blocker.close(resolve));
      const restarted = () => events.some((event) => event.kind === "started" && event.after);
      expect(await waitUntil(systemClock, restarted, soon)).toBe(true);
      const said = events.filter((event) => event.kind === "output").map(({ line }) => line);
      expect(said.join("\n")).toContain(`port ${port} is taken`);
      await supervisor.stop();
    },
    testTimeoutMs,
  );

  test(
    "fails with the replica's own words when one cannot start, and leaves none running",
    async () => {
      const ports = await pickFreePorts("localhost", 2);
      const blocker = createServer();
      await new Promise<void>((resolve) =>
        blocker.listen({ host: "127.0.0.1", port: ports[1] }, () => resolve()),
      );
      const failure = await start({ ports }).catch((error) => error);
      await new Promise((resolve) => blocker.close(resolve));
      expect(failure).toMatchObject({ name: "DfsError", code: "cannot-run" });
      expect(failure.message).toStartWith(
        `Cannot serve on localhost:${ports[1]}: port ${ports[1]}`,
      );
      expect([...pids].filter(isAlive)).toEqual([]);
    },
    testTimeoutMs,
  );

  test.skipIf(process.platform === "win32")(
    "stop() wakes a suspended replica so that it can drain",
    async () => {
      const { supervisor } = await start({ ports: await pickFreePorts("localhost", 1) });
      const pid = pidOf(supervisor, 0);
      process.kill(pid, "SIGSTOP");
      await supervisor.stop();
      expect(isAlive(pid)).toBe(false);
      expect([...supervisor.ends.values()]).toEqual([{ kind: "status", status: 0 }]);
    },
    testTimeoutMs,
  );

  // Elsewhere a suspended replica has nobody to wake it once its supervisor is gone.
  test.skipIf(process.platform !== "linux")(
    "a supervisor that is killed leaves nothing behind, not even a suspended replica",
    async () => {
      const { file, args } = selfCommand(["serve", "--port", "0", "--num-replicas", "2"]);
      const supervisor = Bun.spawn([file, ...args], {
        cwd,
        stdin: "ignore",
        stdout: "pipe",
        stderr: "ignore",
      });
      pids.add(supervisor.pid);
      const replicas: number[] = [];
      let text = "";
      const decoder = new TextDecoder();
      for await (const chunk of supervisor.stdout) {
        text += decoder.decode(chunk, { stream: true });
        const found = Array.from(text.matchAll(/\(pid (\d+)\)/g), (match) => Number(match[1]));
        if (found.length < 2) continue;
        replicas.push(...found);
        break;
      }
      for (const pid of replicas) pids.add(pid);
      const [suspended = 0] = replicas;
      process.kill(suspended, "SIGSTOP");
      const isSuspended = () => linuxState(suspended) === "T";
      expect(await waitUntil(systemClock, isSuspended, soon)).toBe(true);
      process.kill(supervisor.pid, "SIGKILL");
      const allGone = () => !replicas.some(isAlive);
      expect(await waitUntil(systemClock, allGone, soon)).toBe(true);
    },
    testTimeoutMs,
  );
});
