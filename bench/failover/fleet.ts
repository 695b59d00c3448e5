import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { Client, credentials, Metadata } from "@grpc/grpc-js";
import { systemClock, waitUntil, wallClockIn } from "../../src/base/clock.ts";
import { runDfs } from "../../src/rpc/dfs-service.ts";
import { type Child, endChild, startChild } from "./children.ts";
import type { Execution, Question } from "./record.ts";
import type { ReplicaConfig } from "./replica.ts";

export interface FleetOptions {
  readonly ports: readonly number[];
  /** The replica program's command, such as `bun replica.ts`. */
  readonly command: readonly string[];
  readonly dir: string;
  readonly question: Question;
  readonly waitMs: number;
  readonly protoPath: string;
}

const openWithinMs = 15_000;
const warmUpCallCount = 100;

/** The replicas of one run: fresh processes, each on its port, controlled by pid. */
export class Fleet {
  readonly #options: FleetOptions;
  readonly #children: Child[] = [];

  private constructor(options: FleetOptions) {
    this.#options = options;
  }

  /** Started, listening, and warmed up over gRPC. */
  static async start(options: FleetOptions): Promise<Fleet> {
    const fleet = new Fleet(options);
    try {
      for (const replica of options.ports.keys()) fleet.spawn(replica);
      for (const replica of options.ports.keys()) await fleet.#untilOpen(replica);
      await Promise.all(options.ports.map((port) => warmUp(port, options.question)));
      return fleet;
    } catch (error) {
      await fleet.stop();
      throw error;
    }
  }

  spawn(replica: number): void {
    const { ports, command, dir, question, waitMs, protoPath } = this.#options;
    const config: ReplicaConfig = {
      port: ports[replica] ?? 0,
      logPath: this.#logPath(replica),
      protoPath,
      numVertices: question.numVertices,
      waitMs,
    };
    this.#children[replica] = startChild([...command, JSON.stringify(config)], {
      cwd: dir,
      stderrPath: join(dir, `replica-${replica}.stderr`),
    });
  }

  signal(replica: number, name: NodeJS.Signals): void {
    this.#children[replica]?.signal(name);
  }

  /** When the replica's port last opened. */
  openedUs(replica: number): number | undefined {
    const line = this.#logLines(replica).findLast((candidate) => candidate.startsWith("L "));
    return line === undefined ? undefined : Number(line.split(" ")[1]);
  }

  executions(): Execution[] {
    return this.#options.ports.flatMap((port, replica) =>
      this.#logLines(replica)
        .filter((line) => line.startsWith("E "))
        .map((line) => {
          const [, tUs, id = "", previousAttempts] = line.split(" ");
          return { tUs: Number(tUs), port, id, previousAttempts: Number(previousAttempts) };
        }),
    );
  }

  async stop(): Promise<void> {
    await Promise.all(this.#children.map(endChild));
  }

  #logPath(replica: number): string {
    return join(this.#options.dir, `replica-${replica}.log`);
  }

  #logLines(replica: number): string[] {
    const path = this.#logPath(replica);
    return existsSync(path) ? readFileSync(path, "utf8").split("\n") : [];
  }

  async #untilOpen(replica: number): Promise<void> {
    const isOpen = () => this.openedUs(replica) !== undefined;
    const limits = { withinMs: openWithinMs, everyMs: 10 };
    if (await waitUntil(systemClock, isOpen, limits)) return;
    throw new Error(`A replica did not open its port: see replica-${replica}.stderr`);
  }
}

/** The HTTP/2 server of a fresh replica is slow for its first calls; no client is to pay that. */
async function warmUp(port: number, question: Question): Promise<void> {
  const client = new Client(`127.0.0.1:${port}`, credentials.createInsecure());
  const bytes = encodeQuestion(question);
  const identity = (buffer: Buffer) => buffer;
  const metadata = new Metadata({ waitForReady: true });
  metadata.set("x-request-id", "warm-up");
  const call = () =>
    new Promise<void>((resolve, reject) => {
      const options = { deadline: wallClockIn(10_000) };
      client.makeUnaryRequest(runDfs.path, identity, identity, bytes, metadata, options, (error) =>
        error === null ? resolve() : reject(error),
      );
    });
  try {
    for (let count = 0; count < warmUpCallCount; count++) await call();
  } finally {
    client.close();
  }
}

export function encodeQuestion({ target, numVertices }: Question): Buffer {
  return runDfs.requestSerialize(target === undefined ? { numVertices } : { target, numVertices });
}

/**
 * Free ports below the range from which systems take the local ports of connections, which could
 * occupy a replica's port while it is down.
 */
export function freePorts(count: number): number[] {
  const ports: number[] = [];
  for (let port = 20_000 + (process.pid % 5000); ports.length < count && port < 32_000; port++) {
    if (isFree(port)) ports.push(port);
  }
  if (ports.length < count) throw new Error(`Cannot find ${count} free ports below 32000`);
  return ports;
}

function isFree(port: number): boolean {
  try {
    Bun.listen({ hostname: "127.0.0.1", port, socket: { data: () => undefined } }).stop(true);
    return true;
  } catch (error) {
    if (error instanceof Error) return false;
    throw error;
  }
}
