import { describe, expect, test } from "bun:test";
import { freePorts } from "../../../tests/support/free-ports.ts";
import { noFaults } from "../../../tests/support/simulated-lane.ts";
import { TcpServer, tcpClient } from "../../../tests/support/tcp-peer.ts";
import { VirtualClock } from "../../../tests/support/virtual-clock.ts";
import { type Clock, sleep, systemClock } from "../../base/clock.ts";
import type { LedgerRecord } from "../../ledger/record.ts";
import type { LinkFaults } from "./link-faults.ts";
import type { LinkEvent, LinkRequest } from "./link-request.ts";
import { rehearseLink, runLink } from "./run-link.ts";

class Run {
  readonly events: LinkEvent[] = [];
  readonly records: LedgerRecord[] = [];
  readonly interrupt = new AbortController();
  readonly startUs: number;

  readonly clock: Clock;

  constructor(clock: Clock) {
    this.clock = clock;
    this.startUs = clock.nowUs();
  }

  begin(request: LinkRequest) {
    return runLink(request, {
      ...{ clock: this.clock, run: "r1", signal: this.interrupt.signal },
      ledger: { append: (record) => this.records.push(record) },
      notify: (event) => this.events.push(event),
    });
  }

  /** `link-reset begin @1000`. */
  written(): string[] {
    return this.records.map((record) =>
      record.kind === "fault"
        ? `${record.fault} ${record.phase} @${(record.tUs - this.startUs) / 1000}`
        : record.kind,
    );
  }

  kinds(): string[] {
    return this.events.map(({ kind }) => kind);
  }
}

async function requestOf(
  faults: Partial<LinkFaults>,
  times: Partial<Pick<LinkRequest, "delayMs" | "durationMs" | "forMs">>,
): Promise<LinkRequest> {
  const [port = 0, toPort = 0] = await freePorts(2);
  return {
    ...{ listen: { host: "127.0.0.1", port }, to: { host: "127.0.0.1", port: toPort }, seed: 1 },
    ...{ delayMs: 0, durationMs: undefined, forMs: undefined, ...times },
    faults: { ...noFaults, ...faults },
  };
}

describe("runLink()", () => {
  test("plays delay, fault and the rest, and records one fault for each kind", async () => {
    const clock = new VirtualClock();
    const run = new Run(clock);
    const request = await requestOf(
      { latencyMs: 5, corruptShare: 0.5 },
      { delayMs: 1000, durationMs: 2000, forMs: 5000 },
    );
    const result = run.begin(request);
    await clock.advanceMs(6000);
    expect(await result).toMatchObject({ outcome: "done" });
    expect(run.written()).toEqual([
      "link-latency begin @1000",
      "link-corrupt begin @1000",
      "link-latency end @3000",
      "link-corrupt end @3000",
    ]);
    expect(run.kinds()).toEqual(["opened", "begun", "over", "closed"]);
    expect(run.events.at(-1)).toMatchObject({ kind: "closed", openMs: 5000 });
    expect(run.records[0]).toMatchObject({ port: request.listen.port, pid: process.pid });
    expect(clock.timerCount).toBe(0);
  });

  test("without a duration the fault lasts to the end of the link", async () => {
    const clock = new VirtualClock();
    const run = new Run(clock);
    const result = run.begin(await requestOf({ reset: true }, { forMs: 3000 }));
    await clock.advanceMs(3000);
    expect(await result).toMatchObject({ outcome: "done" });
    expect(run.written()).toEqual(["link-reset begin @0", "link-reset end @3000"]);
  });

  test.each<[string, Parameters<typeof requestOf>, number, string]>([
    ["with no end planned it is done", [{}, {}], 1000, "done"],
    ["the same with a fault", [{ reset: true }, {}], 1000, "done"],
    ["after the planned fault too", [{ reset: true }, { durationMs: 500 }], 1000, "done"],
    ["before the fault it is cut short", [{ reset: true }, { delayMs: 2000 }], 1000, "cut-short"],
    ["amid the fault too", [{ reset: true }, { durationMs: 5000 }], 1000, "cut-short"],
    ["before the planned end too", [{}, { forMs: 5000 }], 1000, "cut-short"],
  ])("asked to end: %s", async (_name, parameters, afterMs, outcome) => {
    const clock = new VirtualClock();
    const run = new Run(clock);
    const result = run.begin(await requestOf(...parameters));
    await clock.advanceMs(afterMs);
    run.interrupt.abort();
    expect(await result).toMatchObject({ outcome });
    const begins = run.written().filter((text) => text.includes("begin")).length;
    expect(run.written()).toHaveLength(2 * begins);
    expect(run.kinds().at(-1)).toBe("closed");
    expect(clock.timerCount).toBe(0);
  });

  test("refuses what cannot be meant before it listens", async () => {
    const run = new Run(new VirtualClock());
    const request = await requestOf({}, { durationMs: 5 });
    await expect(run.begin(request)).rejects.toThrow("need a fault");
    expect(run.events).toEqual([]);
  });

  test("records a refusal once connections are seen refused", async () => {
    using server = await TcpServer.open();
    const run = new Run(systemClock);
    const request = await requestOf({ refuse: true }, { delayMs: 100, durationMs: 200 });
    const { port } = request.listen;
    const result = run.begin({ ...request, to: { host: "127.0.0.1", port: server.port } });
    const open = await tcpClient(port);
    while (run.records.length === 0) await sleep(systemClock, 5);
    expect((await tcpClient(port)).error).toBe("ECONNREFUSED");
    while (run.records.length === 1) await sleep(systemClock, 5);
    const again = await tcpClient(port);
    expect([again.error, open.isClosed]).toEqual([undefined, false]);
    run.interrupt.abort();
    expect(await result).toMatchObject({ outcome: "done" });
  });

  test("fails when its port is another's by the end of a refusal", async () => {
    const run = new Run(systemClock);
    const request = await requestOf({ refuse: true }, { durationMs: 300 });
    const result = run.begin(request);
    result.catch(() => undefined);
    while (run.records.length === 0) await sleep(systemClock, 5);
    using _other = await TcpServer.open(undefined, request.listen.port);
    await expect(result).rejects.toThrow(`port ${request.listen.port} is taken`);
    expect(run.kinds().at(-1)).toBe("closed");
  });
});

test("rehearseLink() says whether the server listens, and leaves the port free", async () => {
  const request = await requestOf({}, {});
  expect(await rehearseLink(request, systemClock)).toBe(false);
  using server = await TcpServer.open(undefined, request.to.port);
  expect(server.port).toBe(request.to.port);
  expect(await rehearseLink(request, systemClock)).toBe(true);
  expect((await tcpClient(request.listen.port)).error).toBe("ECONNREFUSED");
});
