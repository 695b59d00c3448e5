/** Real processes of this system, hit for real. */
import { afterEach, describe, expect, setDefaultTimeout, test } from "bun:test";
import { connect } from "node:net";
import { freePorts } from "../../tests/support/free-ports.ts";
import { isAlive, killForSure, linuxState } from "../../tests/support/process-state.ts";
import { sleep, systemClock, waitUntil } from "../base/clock.ts";
import type { LedgerRecord } from "../ledger/record.ts";
import { injectCrash } from "./crash.ts";
import type { FaultEvent } from "./fault-event.ts";
import type { FaultOptions } from "./fault-request.ts";
import { hostSystem } from "./host-system.ts";
import type { Listener } from "./listener.ts";
import { listenerSources } from "./listeners-linux.ts";
import { injectNoop } from "./noop.ts";
import { injectStall } from "./stall.ts";
import { macosSystem } from "./system-macos.ts";

const onLinux = process.platform === "linux";
// A look at processes takes a second or two on Windows.
setDefaultTimeout(60_000);

/** Answers every byte with that byte; prints its port. */
const echoServer = `
  const [host, port, shared] = process.argv.slice(-3);
  const socket = { data: (peer, bytes) => void peer.write(bytes) };
  const options = { hostname: host, port: Number(port), socket, reusePort: shared === "shared" };
  console.log(Bun.listen(options).port);`;
/** Holds a connection to a port, says so, and stays when the connection ends. */
const holdingClient = `
  const [host, port] = process.argv.slice(-2);
  await Bun.connect({ hostname: host, port: Number(port), socket: { data() {} } });
  setInterval(() => {}, 1000);
  console.log("connected");`;

const started: Bun.Subprocess[] = [];

afterEach(async () => {
  for (const child of started.splice(0)) {
    killForSure(child.pid);
    await child.exited;
  }
});

/** Runs a program of Bun's until it has printed its first line. */
async function start(program: string, ...args: string[]): Promise<{ pid: number; line: string }> {
  const child = Bun.spawn([process.execPath, "-e", program, "--", ...args], {
    stdin: "ignore",
    stdout: "pipe",
    stderr: "ignore",
  });
  started.push(child);
  const reader = child.stdout.getReader();
  const { value } = await reader.read();
  return { pid: child.pid, line: new TextDecoder().decode(value).trim() };
}

async function startServer(host = "127.0.0.1", port = 0, shared = "alone") {
  const { pid, line } = await start(echoServer, host, String(port), shared);
  const bound = Number(line);
  expect(bound).toBeGreaterThan(0);
  return { pid, port: bound };
}

interface Run extends FaultOptions {
  readonly events: FaultEvent[];
  readonly records: LedgerRecord[];
  readonly interrupt: AbortController;
}

function newRun(): Run {
  const events: FaultEvent[] = [];
  const records: LedgerRecord[] = [];
  const interrupt = new AbortController();
  return {
    ...{ clock: systemClock, run: "r1", signal: interrupt.signal, events, records, interrupt },
    ledger: { append: (record) => records.push(record) },
    notify: (event) => events.push(event),
  };
}

/** Whether the server at the port answers within `withinMs`. */
function answers(port: number, withinMs: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host: "127.0.0.1", port });
    const finish = (isAnswered: boolean) => {
      cancel();
      socket.destroy();
      resolve(isAnswered);
    };
    const cancel = systemClock.after(withinMs, () => finish(false));
    socket.on("connect", () => void socket.write("?"));
    socket.on("data", () => finish(true));
    socket.on("error", () => finish(false));
  });
}

function startedEvent(run: Run): Promise<boolean> {
  const isStarted = () => run.events.some(({ kind }) => kind === "started");
  return waitUntil(systemClock, isStarted, { withinMs: 20_000, everyMs: 5 });
}

function rejection(promise: Promise<unknown>): Promise<string> {
  return promise.then(
    () => "it did not fail",
    (error: unknown) => String(error),
  );
}

describe("injectCrash() on real processes", () => {
  test("kills the listener and never a client that holds connections to the port", async () => {
    const server = await startServer();
    const clients = await Promise.all(
      [1, 2].map(() => start(holdingClient, "127.0.0.1", String(server.port))),
    );
    expect(clients.map(({ line }) => line)).toEqual(["connected", "connected"]);
    const run = newRun();
    const startUs = systemClock.nowUs();
    const result = await injectCrash({ port: server.port, delayMs: 0 }, run);
    expect(result.targets.map(({ process }) => process.pid)).toEqual([server.pid]);
    expect(isAlive(server.pid)).toBe(false);
    expect(clients.map(({ pid }) => isAlive(pid))).toEqual([true, true]);
    expect(await answers(server.port, 2000)).toBe(false);
    const [record] = run.records;
    expect(record).toMatchObject({ kind: "fault", fault: "crash", phase: "begin", run: "r1" });
    expect(record).toMatchObject({ port: server.port, pid: server.pid });
    expect(record?.tUs).toBeGreaterThan(startUs);
    expect(record?.tUs).toBeLessThan(systemClock.nowUs());
  });

  test("refuses a port where nothing listens and names the neighbours", async () => {
    const server = await startServer();
    const [free = 0] = await freePorts(1);
    const message = await rejection(injectCrash({ port: free, delayMs: 0 }, newRun()));
    expect(message).toContain(`Cannot crash the listener of port ${free} as nothing listens there`);
    // Whatever else listens on this machine, the refusal lists four neighbours at most.
    expect(message.match(/\(pid \d+\)|a process of/g)?.length).toBeWithin(1, 5);
    expect(isAlive(server.pid)).toBe(true);
  });

  test("refuses to kill itself", async () => {
    using own = Bun.listen({ hostname: "127.0.0.1", port: 0, socket: { data: () => undefined } });
    const message = await rejection(injectCrash({ port: own.port, delayMs: 0 }, newRun()));
    expect(message).toContain(`(pid ${process.pid}) is this very process`);
  });

  test("refuses a host that is not this one", async () => {
    // 198.51.100.7 is reserved for documentation (RFC 5737).
    const request = { port: 50051, host: "198.51.100.7", delayMs: 0 };
    expect(await rejection(injectCrash(request, newRun()))).toContain("is not an address of it");
  });

  test("tells apart the listeners of one port at 127.0.0.1 and 127.0.0.2", async () => {
    const [port = 0] = await freePorts(1);
    const first = await startServer("127.0.0.1", port);
    const second = await startServer("127.0.0.2", port);
    const message = await rejection(injectCrash({ port, delayMs: 0 }, newRun()));
    expect(message).toContain("2 processes listen there");
    await injectCrash({ port, host: "127.0.0.2", delayMs: 0 }, newRun());
    expect([isAlive(first.pid), isAlive(second.pid)]).toEqual([true, false]);
  });

  test.skipIf(!onLinux)("refuses several owners unless --all (SO_REUSEPORT of Linux)", async () => {
    const first = await startServer("127.0.0.1", 0, "shared");
    const second = await startServer("127.0.0.1", first.port, "shared");
    const message = await rejection(injectCrash({ port: first.port, delayMs: 0 }, newRun()));
    for (const { pid } of [first, second]) {
      expect(message).toContain(`(pid ${pid}) at 127.0.0.1:${first.port}`);
      expect(isAlive(pid)).toBe(true);
    }
    const run = newRun();
    await injectCrash({ port: first.port, all: true, delayMs: 0 }, run);
    expect([isAlive(first.pid), isAlive(second.pid)]).toEqual([false, false]);
    expect(run.records).toHaveLength(2);
  });

  test("does not hit a process of another command that took the port meanwhile", async () => {
    const [port = 0] = await freePorts(1);
    const first = await startServer("127.0.0.1", port);
    const run = newRun();
    const crash = rejection(injectCrash({ port, delayMs: 3000 }, run));
    const isShown = () => run.events.length > 0;
    expect(await waitUntil(systemClock, isShown, { withinMs: 20_000, everyMs: 5 })).toBe(true);
    killForSure(first.pid);
    // Its port is free only once it is gone.
    const isGone = () => !isAlive(first.pid);
    expect(await waitUntil(systemClock, isGone, { withinMs: 5000, everyMs: 5 })).toBe(true);
    const stranger = await startServer("127.0.0.1", port, "a-stranger");
    expect(await crash).toContain("the port changed hands since");
    expect(isAlive(stranger.pid)).toBe(true);
  });
});

describe("injectStall() on real processes", () => {
  test("suspends the listener, which accepts but does not answer, and resumes it", async () => {
    const server = await startServer();
    const client = await start(holdingClient, "127.0.0.1", String(server.port));
    expect(await answers(server.port, 5000)).toBe(true);
    const run = newRun();
    const stall = injectStall({ port: server.port, delayMs: 0, durationMs: 1500 }, run);
    expect(await startedEvent(run)).toBe(true);
    expect(await answers(server.port, 300)).toBe(false);
    if (onLinux) {
      expect(linuxState(server.pid)).toBe("T");
      expect(linuxState(client.pid)).not.toBe("T");
    }
    expect((await stall).outcome).toBe("done");
    expect(await answers(server.port, 5000)).toBe(true);
    const [begin, end] = run.records;
    expect(begin).toMatchObject({ fault: "stall", phase: "begin", pid: server.pid });
    expect(end).toMatchObject({ fault: "stall", phase: "end", pid: server.pid });
    const stalledMs = ((end?.tUs ?? 0) - (begin?.tUs ?? 0)) / 1000;
    expect(stalledMs).toBeGreaterThanOrEqual(1499);
    expect(stalledMs).toBeLessThan(6000);
  });

  test("resumes at once when it is interrupted", async () => {
    const server = await startServer();
    const run = newRun();
    const stall = injectStall({ port: server.port, delayMs: 0, durationMs: 600_000 }, run);
    expect(await startedEvent(run)).toBe(true);
    run.interrupt.abort();
    expect((await stall).outcome).toBe("interrupted");
    expect(await answers(server.port, 5000)).toBe(true);
    expect(run.events.at(-1)?.kind).toBe("recovered");
  });

  test("reports a target that is killed while suspended", async () => {
    const server = await startServer();
    const run = newRun();
    const stall = injectStall({ port: server.port, delayMs: 0, durationMs: 600_000 }, run);
    expect(await startedEvent(run)).toBe(true);
    process.kill(server.pid, "SIGKILL");
    expect((await stall).outcome).toBe("target-gone");
    expect(run.events.at(-1)).toMatchObject({ kind: "target-gone" });
    expect(run.records.map((record) => record.kind === "fault" && record.phase)).toEqual([
      "begin",
      "end",
    ]);
  });

  test.skipIf(!onLinux)(
    "resumes when we exit without waiting for it (asserted by /proc)",
    async () => {
      const server = await startServer();
      const program = `
      const { injectStall } = await import(process.argv.at(-2));
      const { systemClock } = await import(process.argv.at(-3));
      const signal = new AbortController().signal;
      const notify = ({ kind }) => {
        if (kind !== "started") return;
        console.log("stalled");
        setTimeout(() => process.exit(0), 300);
      };
      const ledger = { append() {} };
      const request = { port: Number(process.argv.at(-1)), delayMs: 0, durationMs: 600000 };
      await injectStall(request, { clock: systemClock, ledger, run: "r1", signal, notify });`;
      const clock = Bun.resolveSync("../base/clock.ts", import.meta.dir);
      const stall = Bun.resolveSync("./stall.ts", import.meta.dir);
      const faulting = await start(program, clock, stall, String(server.port));
      expect(faulting.line).toBe("stalled");
      expect(linuxState(server.pid)).toBe("T");
      const isRunning = () => linuxState(server.pid) !== "T";
      expect(await waitUntil(systemClock, isRunning, { withinMs: 10_000, everyMs: 10 })).toBe(true);
    },
  );
});

test("injectNoop() shows the process and does nothing to it", async () => {
  const server = await startServer();
  const run = newRun();
  await injectNoop({ port: server.port, delayMs: 0, insteadOf: "crash" }, run);
  await sleep(systemClock, 50);
  expect(await answers(server.port, 5000)).toBe(true);
  const [event] = run.events;
  if (event?.kind !== "resolved") throw new Error("It was not shown");
  expect(event.targets).toHaveLength(1);
  const { process: shown, addresses } = event.targets[0] ?? {};
  expect(addresses).toEqual(["127.0.0.1"]);
  expect(shown).toMatchObject({ pid: server.pid, parentPid: process.pid, state: "running" });
  expect(shown?.commandLine).toContain("127.0.0.1 0 alone");
  const ageUs = systemClock.nowUs() - (shown?.startedUs ?? 0);
  // Whole seconds on macOS, so it may seem to have started a second early.
  expect(Math.abs(ageUs)).toBeLessThan(60e6);
  expect(run.records).toEqual([]);
});

test("A listener at the wildcard of both families is found with its process", async () => {
  const server = await startServer("::");
  const system = await hostSystem(systemClock);
  const found = (await system.findListeners()).filter(({ port }) => port === server.port);
  expect(found).toMatchObject([{ address: "::", port: server.port, pid: server.pid }]);
  expect(await system.acceptsConnections(server.port)).toBe(true);
});

const hasLsof = onLinux && Bun.which("lsof") !== null;
test.skipIf(!hasLsof)("/proc and lsof agree (where Linux has lsof)", async () => {
  const servers = [
    await startServer("127.0.0.1"),
    await startServer("::1"),
    await startServer("::"),
  ];
  const ours = ({ port }: Listener) => servers.some((server) => server.port === port);
  const lists = await Promise.all(listenerSources.map((source) => source.list()));
  const [proc = [], lsof] = lists.map((list) =>
    list.filter(ours).toSorted((a, b) => a.port - b.port),
  );
  expect(proc).toHaveLength(3);
  expect(lsof).toEqual(proc);
});

// ps and lsof of Linux take the options of macOS, so that its System can be tried here.
const hasMacosTools = onLinux && hasLsof && Bun.which("ps") !== null;
test.skipIf(!hasMacosTools)("the System of macOS stalls and crashes (by ps and lsof)", async () => {
  const server = await startServer();
  const run = { ...newRun(), system: macosSystem(systemClock) };
  const request = { port: server.port, delayMs: 0 };
  const stall = injectStall({ ...request, durationMs: 1200 }, run);
  expect(await startedEvent(run)).toBe(true);
  expect(linuxState(server.pid)).toBe("T");
  expect((await stall).outcome).toBe("done");
  expect(await answers(server.port, 5000)).toBe(true);
  await injectCrash(request, run);
  expect(isAlive(server.pid)).toBe(false);
  const kinds = run.events.map(({ kind }) => kind).filter((kind) => kind !== "warned");
  expect(kinds).toEqual(["resolved", "started", "recovered", "resolved", "injected"]);
  const message = await rejection(injectCrash(request, run));
  expect(message).toContain("nothing listens there");
  using own = Bun.listen({ hostname: "127.0.0.1", port: 0, socket: { data: () => undefined } });
  expect(await rejection(injectCrash({ port: own.port, delayMs: 0 }, run))).toContain(
    "this very process",
  );
});
