import { expect } from "bun:test";
import { systemClock } from "../../src/base/clock.ts";
import type { FaultEvent } from "../../src/fault/fault-event.ts";
import type { FaultOptions } from "../../src/fault/fault-request.ts";
import type { LedgerRecord } from "../../src/ledger/record.ts";
import { killForSure } from "./process-state.ts";

/** A program that listens, at the address and port asked for, and prints its port. */
export const listeningProgram = `
  const [host = "127.0.0.1", port = "0", ipv6Only = ""] = process.argv.slice(1).filter((w) => w !== "--");
  const net = require("node:net").createServer((peer) => peer.on("error", () => {}));
  net.listen({ host, port: Number(port), ipv6Only: ipv6Only === "only" }, () => {
    console.log(net.address().port);
  });`;

/** Real processes of one test, killed with their scope. */
export class RealProcesses implements AsyncDisposable {
  readonly #children: Bun.Subprocess[] = [];

  /**
   * Runs `program` (of Bun's) until it has printed its first line; `before` are words that start
   * it, such as `setpriv` and its flags.
   */
  async start(
    program: string,
    options: { args?: readonly string[]; before?: readonly string[] } = {},
  ): Promise<{ pid: number; line: string }> {
    const { args = [], before = [] } = options;
    const child = Bun.spawn([...before, process.execPath, "-e", program, "--", ...args], {
      stdin: "ignore",
      stdout: "pipe",
      stderr: "ignore",
    });
    this.#children.push(child);
    const { value } = await child.stdout.getReader().read();
    return { pid: child.pid, line: new TextDecoder().decode(value).trim() };
  }

  /** A server on a port of its own choice, by `program`, which prints that port. */
  async startServer(
    program: string,
    options: { args?: readonly string[]; before?: readonly string[] } = {},
  ): Promise<{ pid: number; port: number }> {
    const { pid, line } = await this.start(program, options);
    const port = Number(line.split(" ")[0]);
    expect(port).toBeGreaterThan(0);
    return { pid, port };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const child of this.#children.splice(0)) {
      killForSure(child.pid);
      await child.exited;
    }
  }
}

export interface RealRun extends FaultOptions {
  readonly events: FaultEvent[];
  readonly records: LedgerRecord[];
  readonly interrupt: AbortController;
}

/** Options of a fault on real processes, which keep all that is told. */
export function realRun(): RealRun {
  const events: FaultEvent[] = [];
  const records: LedgerRecord[] = [];
  const interrupt = new AbortController();
  return {
    ...{ clock: systemClock, run: "r1", signal: interrupt.signal, events, records, interrupt },
    ledger: { append: (record) => records.push(record) },
    notify: (event) => events.push(event),
  };
}

/** What it is rejected with, as text. */
export function rejection(promise: Promise<unknown>): Promise<string> {
  return promise.then(
    () => "it did not fail",
    (error: unknown) => String(error),
  );
}
