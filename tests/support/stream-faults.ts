import type { Clock } from "../../src/base/clock.ts";
import { sleep, systemClock, waitUntil } from "../../src/base/clock.ts";
import { messageOf } from "../../src/base/errors.ts";
import { type Random, seededRandom } from "../../src/base/random.ts";
import { FailoverClient } from "../../src/failover/failover-client.ts";
import { createPolicy } from "../../src/failover/policy.ts";
import { ReplicaSet } from "../../src/failover/replica-set.ts";
import type { StreamConsumer, StreamGap, StreamResult } from "../../src/failover/stream-request.ts";
import { traverse } from "../../src/rpc/dfs-service.ts";
import { openHttp2Channel } from "../../src/rpc/http2-channel.ts";
import { regenerate } from "../../src/workload/regenerate.ts";
import { traverseWorkload } from "../../src/workload/traverse-workload.ts";
import type { StreamWorkload } from "../../src/workload/workload.ts";
import { type DfsProcess, startDfs } from "./dfs-process.ts";
import { killForSure } from "./process-state.ts";

const replicaCount = 3;
/** Some 250 messages a stream, so that a fault meets it at any place. */
const spec = "grid:1000x1000";
const batchMax = 4096;
/** Between two messages of the stream that is read slowly; the other is never paused. */
const readPauseMs = 2;
/** Its pauses grow with crashes in a row; so many cost a few seconds at most. */
const crashInRowMaxCount = 4;
const stableMs = 10_000;

export interface StreamFaultsOptions {
  readonly faultCount: number;
  readonly seed: number;
  /** Where its files go. */
  readonly cwd: string;
  /** Undefined: learned. */
  readonly attemptTimeoutMs?: number;
  readonly onFault?: (text: string) => void;
}

export interface StreamFaultsReport {
  readonly crashCount: number;
  readonly stallCount: number;
  /** Streams that were running on the replica when it was hit, in all. */
  readonly hitCount: number;
  readonly results: readonly StreamResult[];
  readonly gaps: readonly StreamGap[];
}

/**
 * Traverse streams over three replicas, which are crashed and suspended at random while they serve
 * them, and started again by their supervisor. Every stream is verified, vertex by vertex.
 */
export async function runStreamFaults(options: StreamFaultsOptions): Promise<StreamFaultsReport> {
  await using supervisor = startDfs(
    [
      ...["serve", "--graph", spec, "--port", "0", "--num-replicas", String(replicaCount)],
      ...["--restart", "on-crash", "--restart-delay", "100ms", "--logfile", "none"],
    ],
    { cwd: options.cwd },
  );
  await supervisor.waitFor(/( serving [\s\S]*){3}/, 60_000);
  const streams = new Streams(portsOf(supervisor), options.attemptTimeoutMs);
  const faults = new Faults(supervisor, streams, options);
  try {
    await streams.begin();
    for (let number = 1; number <= options.faultCount; number++) await faults.strike(number);
    await streams.finish();
  } finally {
    faults.undo();
    streams.close();
  }
  const { crashCount, stallCount, hitCount } = faults;
  return { crashCount, stallCount, hitCount, results: streams.results, gaps: streams.gaps };
}

function portsOf({ stdout }: DfsProcess): number[] {
  const ports = Array.from(stdout.matchAll(/:(\d+) serving/g), ([, port]) => Number(port));
  return ports.sort((one, other) => one - other);
}

/** One stream after the other, read slowly, and one beside it, read as fast as it comes. */
class Streams {
  readonly results: StreamResult[] = [];
  readonly gaps: StreamGap[] = [];
  readonly replicas: ReplicaSet;
  readonly ports: readonly number[];
  readonly #client: FailoverClient;
  readonly #workload: StreamWorkload;
  #number = 0;
  #isEnding = false;
  #openCount = 0;

  constructor(ports: readonly number[], attemptTimeoutMs: number | undefined) {
    const clock = systemClock;
    this.ports = ports;
    this.replicas = new ReplicaSet({
      endpoints: ports.map((port) => ({ host: "localhost", port })),
      openChannel: openHttp2Channel,
      clock,
    });
    const policy = createPolicy("adaptive", attemptTimeoutMs);
    this.#client = new FailoverClient({ replicas: this.replicas, policy, clock });
    const graph = regenerate(spec);
    if (graph === undefined) throw new Error(`${spec} can be made here`);
    const { vertexCount, fingerprint } = graph;
    const search = { numVertices: 0 };
    this.#workload = traverseWorkload({ search, vertexCount, fingerprint, graph }, batchMax);
  }

  async begin(): Promise<void> {
    const isUp = () => this.healthyCount === replicaCount;
    await waitUntil(systemClock, isUp, { withinMs: 30_000, everyMs: 10 });
    this.#start(readPauseMs);
    this.#start(0);
  }

  get healthyCount(): number {
    return this.ports.filter((_, index) => this.replicas.state(index) === "healthy").length;
  }

  streamCount(index: number): number {
    return this.replicas.views("stream")[index]?.inFlight ?? 0;
  }

  async finish(): Promise<void> {
    this.#isEnding = true;
    const isOver = () => this.#openCount === 0;
    await waitUntil(systemClock, isOver, { withinMs: 60_000, everyMs: 10 });
  }

  close(): void {
    this.replicas.close();
  }

  #start(pauseMs: number): void {
    const number = ++this.#number;
    const consumer = this.#workload.openConsumer();
    const paced: StreamConsumer = {
      nextRequest: () => consumer.nextRequest(),
      take: (message) => {
        if (pauseMs > 0) pause();
        return consumer.take(message);
      },
      get isComplete() {
        return consumer.isComplete;
      },
      get itemCount() {
        return consumer.itemCount;
      },
    };
    const pause = () => {
      handle.pause();
      systemClock.after(pauseMs, () => handle.resume());
    };
    this.#openCount++;
    const handle = this.#client.startStream(
      {
        ...{ id: `faults-${number}`, number, path: traverse.path, mayExecuteTwice: true },
        deadlineUs: systemClock.nowUs() + 120_000_000,
      },
      paced,
      {
        onAttemptFailed: () => undefined,
        onGap: (gap) => this.gaps.push(gap),
        onDone: (result) => {
          this.results.push(result);
          this.#openCount--;
          if (!this.#isEnding) systemClock.after(0, () => this.#start(pauseMs));
        },
      },
    );
  }
}

/** Strikes one replica after the other, so that another one always serves. */
class Faults {
  crashCount = 0;
  stallCount = 0;
  hitCount = 0;
  readonly #supervisor: DfsProcess;
  readonly #streams: Streams;
  readonly #options: StreamFaultsOptions;
  readonly #random: Random;
  readonly #clock: Clock = systemClock;
  readonly #stopped = new Set<number>();
  readonly #crashes = new Map<number, { inRow: number; atUs: number }>();

  constructor(supervisor: DfsProcess, streams: Streams, options: StreamFaultsOptions) {
    this.#supervisor = supervisor;
    this.#streams = streams;
    this.#options = options;
    this.#random = seededRandom(options.seed);
  }

  async strike(number: number): Promise<void> {
    await sleep(this.#clock, 20 + 400 * this.#random.next());
    let index: number | undefined;
    const isFound = () => {
      index = this.#streams.healthyCount >= 2 ? this.#victim() : undefined;
      return index !== undefined;
    };
    await waitUntil(this.#clock, isFound, { withinMs: 60_000, everyMs: 5 });
    if (index === undefined) throw new Error(`Nobody to strike\n${this.#supervisor}`);
    const port = this.#streams.ports[index] ?? 0;
    const pid = this.#pidOf(port);
    this.hitCount += this.#streams.streamCount(index);
    const isCrash = this.#random.next() < 0.5 && this.#mayCrash(port);
    this.#options.onFault?.(`${number}: ${isCrash ? "crash" : "stall"} of ${port} (pid ${pid})`);
    if (isCrash) this.#crash(port, pid);
    else await this.#stall(pid);
  }

  /** Whatever happens, nobody stays suspended. */
  undo(): void {
    for (const pid of this.#stopped) killForSure(pid);
  }

  /** Rather one that has streams. */
  #victim(): number | undefined {
    const indexes = this.#streams.ports.map((_, index) => index);
    const healthy = indexes.filter((index) => this.#streams.replicas.state(index) === "healthy");
    const busy = healthy.filter((index) => this.#streams.streamCount(index) > 0);
    return busy[Math.floor(this.#random.next() * busy.length)];
  }

  /** The latest process on the port, as its supervisor says. */
  #pidOf(port: number): number {
    const pattern = new RegExp(`:${port} serving .*\\(pid (\\d+)\\)`, "g");
    const [, pid] = [...this.#supervisor.stdout.matchAll(pattern)].at(-1) ?? [];
    if (pid === undefined) throw new Error(`No process is known on port ${port}`);
    return Number(pid);
  }

  #mayCrash(port: number): boolean {
    const last = this.#crashes.get(port);
    return last === undefined || this.#inRow(last) < crashInRowMaxCount;
  }

  #inRow({ inRow, atUs }: { inRow: number; atUs: number }): number {
    return (this.#clock.nowUs() - atUs) / 1000 > 2 * stableMs ? 0 : inRow;
  }

  #crash(port: number, pid: number): void {
    const last = this.#crashes.get(port) ?? { inRow: 0, atUs: 0 };
    this.#crashes.set(port, { inRow: this.#inRow(last) + 1, atUs: this.#clock.nowUs() });
    this.crashCount++;
    signal(pid, "SIGKILL");
  }

  async #stall(pid: number): Promise<void> {
    this.stallCount++;
    this.#stopped.add(pid);
    signal(pid, "SIGSTOP");
    await sleep(this.#clock, 200 + 1300 * this.#random.next());
    signal(pid, "SIGCONT");
    this.#stopped.delete(pid);
  }
}

function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch (error) {
    throw new Error(`Cannot send ${name} to process ${pid}: ${messageOf(error)}`);
  }
}
