import { systemClock, waitUntil } from "../../src/base/clock.ts";
import { FailoverClient } from "../../src/failover/failover-client.ts";
import { createPolicy } from "../../src/failover/policy.ts";
import { ReplicaSet } from "../../src/failover/replica-set.ts";
import type {
  StreamConsumer,
  StreamHandle,
  StreamResult,
} from "../../src/failover/stream-request.ts";
import { traverse } from "../../src/rpc/dfs-service.ts";
import { openHttp2Channel } from "../../src/rpc/http2-channel.ts";
import { type DfsProcess, startDfs } from "../../tests/support/dfs-process.ts";

/** One replica, a process of its own on the loopback, and a client of streams for it. */
export class OneReplica implements AsyncDisposable {
  readonly pid: number;
  readonly #process: DfsProcess;
  readonly #replicas: ReplicaSet;
  readonly #client: FailoverClient;
  #number = 0;

  private constructor(process: DfsProcess, replicas: ReplicaSet) {
    const clock = systemClock;
    this.#process = process;
    this.pid = process.pid;
    this.#replicas = replicas;
    // A replica that is busy loading this machine is not to be given up: there is no other.
    const policy = createPolicy("adaptive", 3000);
    this.#client = new FailoverClient({ replicas, policy, clock });
  }

  static async start(spec: string, cwd: string): Promise<OneReplica> {
    const args = ["serve", "--graph", spec, "--port", "0", "--logfile", "none"];
    const process = startDfs(args, { cwd });
    const [, port] = await process.waitFor(/:(\d+) serving/, 300_000);
    const replicas = new ReplicaSet({
      endpoints: [{ host: "localhost", port: Number(port) }],
      openChannel: openHttp2Channel,
      clock: systemClock,
    });
    const isUp = () => replicas.state(0) === "healthy";
    await waitUntil(systemClock, isUp, { withinMs: 10_000, everyMs: 5 });
    return new OneReplica(process, replicas);
  }

  open(consumer: StreamConsumer, onDone: (result: StreamResult) => void): StreamHandle {
    const number = ++this.#number;
    return this.#client.startStream(
      {
        ...{ id: `bench-${number}`, number, path: traverse.path },
        ...{ deadlineUs: Number.POSITIVE_INFINITY, mayExecuteTwice: true },
      },
      consumer,
      { onAttemptFailed: () => undefined, onGap: () => undefined, onDone },
    );
  }

  /** A whole stream; throws unless it is complete at the first attempt. */
  async read(consumer: StreamConsumer): Promise<number> {
    const startUs = systemClock.nowUs();
    const result = await new Promise<StreamResult>((resolve) => this.open(consumer, resolve));
    if (result.outcome !== "complete" || result.attemptCount !== 1) {
      throw new Error(`The stream is ${result.outcome}: ${result.status} ${result.detail}`);
    }
    return result.finishedUs - startUs;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#replicas.close();
    await this.#process[Symbol.asyncDispose]();
  }
}
