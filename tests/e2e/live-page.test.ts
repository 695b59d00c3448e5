import { afterEach, beforeEach, describe, expect, setDefaultTimeout, test } from "bun:test";
import { connect, createServer, type Socket } from "node:net";
import { systemClock, waitUntil } from "../../src/base/clock.ts";
import type {
  LiveFault,
  LiveFinal,
  LiveRun,
  LiveUpdate,
} from "../../src/report/page/live-update.ts";
import { type DfsProcess, runDfs, startDfs, startReplica } from "../support/dfs-process.ts";
import { EventReader } from "../support/event-stream.ts";
import { freePorts } from "../support/free-ports.ts";
import { expectNothingLost, readReport } from "../support/read-report.ts";
import { type TempDir, tempDir } from "../support/temp-dir.ts";
import { whenBusy } from "../support/when-busy.ts";

setDefaultTimeout(90_000);

let dir: TempDir;

beforeEach(() => {
  dir = tempDir();
});

afterEach(() => {
  dir[Symbol.dispose]();
});

async function pageOf(dfs: DfsProcess): Promise<string> {
  return (await dfs.waitFor(/Live page: (http:\S+)/, 20_000))[1] ?? "";
}

function updatesOf({ events }: EventReader): { update: LiveUpdate; receivedUs: number }[] {
  return events
    .filter(({ name }) => name === "update")
    .map(({ data, receivedUs }) => ({ update: JSON.parse(data) as LiveUpdate, receivedUs }));
}

describe("dfs demo --ui", () => {
  test(
    "is followed second by second: faults while they hit, late readers, the verdict",
    async () => {
      await using demo = startDfs(["demo", "--duration", "12", "--ui"], { cwd: dir.path });
      const page = await pageOf(demo);
      using reader = new EventReader(`${page}events`);
      const isStall = ({ data }: { data: string }) => data.includes('"fault":"stall"');
      await reader.waitFor(isStall, 40_000);
      const html = await (await fetch(page)).text();
      expect(html).toContain("EventSource");
      // One who comes in the middle is told everything from the start.
      using late = new EventReader(`${page}events`);
      await late.waitFor(isStall, 5000);
      const { data } = await reader.waitFor(({ name }) => name === "final", 60_000);
      await late.waitFor(({ name }) => name === "final", 1000);
      const { status, stdout } = await demo.exited(30_000);
      expect({ status, stdout: status === 0 ? "" : stdout }).toEqual({ status: 0, stdout: "" });
      const final = JSON.parse(data) as LiveFinal;
      expect(final.report?.verdict.result).toBe("verified");
      // The page ends as the very report that is left beside the ledgers.
      const left = new Bun.Glob("demo-runs/*/report.html").scanSync({ cwd: dir.path });
      const written = await Bun.file(`${dir.path}/${[...left][0]}`).text();
      expect(written).toContain(final.page?.main ?? "no page");
      expect(written).toContain(final.page?.tables ?? "no page");
      expect(late.events.map(({ id }) => id)).toEqual(reader.events.map(({ id }) => id));
      expectEverySecond(reader);
      expectFaultsInTime(reader);
      await expect(fetch(page)).rejects.toThrow();
    },
    whenBusy,
  );
});

/** Seconds are told in order, each soon after it is over, and add up to what was scheduled. */
function expectEverySecond(reader: EventReader): void {
  const run = JSON.parse(reader.events[0]?.data ?? "{}") as LiveRun;
  const updates = updatesOf(reader);
  const seconds = updates.map(({ update }) => update.second);
  expect(seconds).toEqual(Array.from(seconds, (_, index) => index));
  expect(seconds.length).toBeGreaterThanOrEqual(12);
  for (const { update, receivedUs } of updates.slice(0, -1)) {
    const overUs = run.startUs + (update.second + 1) * 1_000_000;
    expect(receivedUs - overUs).toBeLessThan(1_000_000);
  }
  const requestCount = updates.reduce((sum, { update }) => sum + update.requests.count, 0);
  expect(requestCount).toBe(120);
}

function expectFaultsInTime(reader: EventReader): void {
  const seen: LiveFault[] = [];
  for (const { update, receivedUs } of updatesOf(reader)) {
    for (const fault of update.faults) {
      expect(receivedUs - fault.tUs).toBeLessThan(2_000_000);
      seen.push(fault);
    }
  }
  expect(seen.map(({ fault, phase, replica }) => [fault, phase, replica])).toEqual([
    ["crash", "begin", 0],
    ["stall", "begin", 1],
    ["stall", "end", 1],
  ]);
}

describe("dfs load --ui", () => {
  test(
    "is as punctual with twenty readers, half of whom never read",
    async () => {
      const [port = 0] = await freePorts(1);
      await using _replica = await startReplica(port, dir.path);
      const target = ["--replicas", `localhost:${port}`, "--rate", "500", "--duration", "6"];
      await using load = startDfs(["load", ...target, "--ui"], { cwd: dir.path });
      const page = await pageOf(load);
      const idle = await Promise.all(Array.from({ length: 10 }, () => neverRead(page)));
      const readers = Array.from({ length: 10 }, () => new EventReader(`${page}events`));
      expect((await load.exited(30_000)).status).toBe(0);
      for (const reader of readers) {
        await reader.waitFor(({ name }) => name === "final", 2000);
        reader[Symbol.dispose]();
      }
      for (const socket of idle) socket.destroy();
      const { run } = await readReport(dir.path, ["client.log"]);
      expectNothingLost(run);
      expect(run.requests.scheduled).toBe(3000);
      expect(run.lag.lateCount).toBe(0);
    },
    whenBusy,
  );

  test("cannot run when its port is taken, and has started nothing by then", async () => {
    const taken = createServer();
    await new Promise<void>((ready) => taken.listen(0, "127.0.0.1", ready));
    try {
      const address = taken.address();
      const port = typeof address === "object" ? (address?.port ?? 0) : 0;
      const args = ["load", "--replicas", "localhost:1", `--ui=${port}`];
      const { status, stderr } = await runDfs(args, { cwd: dir.path });
      expect(status).toBe(5);
      expect(stderr).toContain(`port ${port} is taken on 127.0.0.1`);
      expect(await Bun.file(`${dir.path}/client.log`).exists()).toBe(false);
    } finally {
      taken.close();
    }
  });

  test("tells the page of an interrupted run how it ended", async () => {
    const [port = 0] = await freePorts(1);
    await using _replica = await startReplica(port, dir.path);
    const args = ["load", "--replicas", `localhost:${port}`, "--duration", "30", "--ui"];
    await using load = startDfs(args, { cwd: dir.path });
    using reader = new EventReader(`${await pageOf(load)}events`);
    await reader.waitFor(({ name }) => name === "update", 10_000);
    load.kill("SIGINT");
    const { data } = await reader.waitFor(({ name }) => name === "final", 10_000);
    expect((JSON.parse(data) as LiveFinal).report?.verdict.result).not.toBe("verified");
    expect((await load.exited(10_000)).status).toBe(130);
  });

  test.each(["--ui page", "--ui=0", "--ui 70000"])("refuses %s", async (ui) => {
    const args = ["load", "--replicas", "localhost:1", ...ui.split(" ")];
    const { status, stderr } = await runDfs(args, { cwd: dir.path });
    expect(status).toBe(2);
    expect(stderr).toContain("--ui must be a whole number in 1..65535");
  });

  test("does not go with a comparison of four runs", async () => {
    const { status, stderr } = await runDfs(["demo", "--compare", "--ui"], { cwd: dir.path });
    expect(status).toBe(2);
    expect(stderr).toContain("--ui");
  });
});

/** Asks for the events and never reads them. */
async function neverRead(page: string): Promise<Socket> {
  const { host, port } = new URL(page);
  const socket = connect(Number(port), "127.0.0.1");
  socket.on("error", () => undefined);
  socket.pause();
  socket.write(`GET /events HTTP/1.1\r\nHost: ${host}\r\n\r\n`);
  await waitUntil(systemClock, () => !socket.connecting, { withinMs: 2000, everyMs: 5 });
  return socket;
}
