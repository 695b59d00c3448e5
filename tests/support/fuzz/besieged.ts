import { readFileSync } from "node:fs";
import { sleep, systemClock } from "../../../src/base/clock.ts";
import { type DfsProcess, startReplica } from "../dfs-process.ts";
import { call, frameTypes, HostileClient, preface, settings } from "../hostile-client.ts";

const healthPath = "/grpc.health.v1.Health/Check";
const healthWithinMs = 20_000;
const pauseMs = 20;

/** A replica under attack; its health is asked for all the while, on connections of their own. */
export class Besieged implements AsyncDisposable {
  readonly port: number;
  readonly replica: DfsProcess;
  readonly #asking: Promise<void>;
  #isOver = false;
  #healthMs: number[] = [];

  private constructor(port: number, replica: DfsProcess) {
    this.port = port;
    this.replica = replica;
    this.#asking = this.#askOn();
  }

  static async start(port: number, cwd: string): Promise<Besieged> {
    return new Besieged(port, await startReplica(port, cwd));
  }

  /** How long its health took to be told since this was last asked for, in order. */
  takeHealthMs(): readonly number[] {
    const taken = this.#healthMs.sort((one, other) => one - other);
    this.#healthMs = [];
    return taken;
  }

  /** Linux only. */
  get residentBytes(): number {
    const status = readFileSync(`/proc/${this.replica.pid}/status`, "utf8");
    return Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1]) * 1024;
  }

  /** How long health takes now; Infinity: nobody told it. */
  async askHealth(): Promise<number> {
    const startedUs = systemClock.nowUs();
    using client = await HostileClient.connect(this.port);
    client.say(preface, settings(), call(1, healthPath));
    const isTold = () => client.of(frameTypes.data).length > 0;
    await client.until(() => isTold() || client.isClosed, healthWithinMs);
    return isTold() ? (systemClock.nowUs() - startedUs) / 1000 : Number.POSITIVE_INFINITY;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#isOver = true;
    await this.#asking;
    await this.replica[Symbol.asyncDispose]();
  }

  async #askOn(): Promise<void> {
    while (!this.#isOver) {
      this.#healthMs.push(await this.askHealth());
      await sleep(systemClock, pauseMs);
    }
  }
}
