import { expect, test } from "bun:test";
import { ScriptedChannel, type ScriptedStream } from "../../tests/support/scripted-channel.ts";
import { VirtualClock } from "../../tests/support/virtual-clock.ts";
import { tcpOf } from "../base/endpoint.ts";
import { type Random, seededRandom } from "../base/random.ts";
import { FailoverClient } from "./failover-client.ts";
import { createPolicy } from "./policy.ts";
import { ReplicaSet } from "./replica-set.ts";
import type { AnswerReader, CallResult } from "./request.ts";

/** Of every answer: the numbers from 0 up to it. */
const answerCount = 8;
const messageEveryMs = 7;
const deadlineMs = 4000;

interface Served {
  readonly stream: ScriptedStream;
  nextUs: number;
  next: number;
}

/** A replica that serves what it is asked, unless it is stalled or gone. */
class Replica {
  readonly channel: ScriptedChannel;
  /** Ids of the requests that have reached it, an entry for each attempt. */
  readonly reached: string[] = [];
  readonly #clock: VirtualClock;
  readonly #served: Served[] = [];
  #state: "up" | "stalled" | "gone" = "up";

  constructor(port: number, clock: VirtualClock) {
    this.#clock = clock;
    this.channel = new ScriptedChannel({ host: "h", port }, clock, { kind: "answers", afterMs: 1 });
  }

  become(state: "up" | "stalled" | "gone"): void {
    this.#state = state;
    if (state === "up") this.channel.become({ kind: "answers", afterMs: 1 });
    else if (state === "stalled") this.channel.become({ kind: "silent" });
    else {
      this.channel.become({ kind: "refuses" });
      for (const { stream } of this.#served) stream.end({ status: "UNAVAILABLE", detail: "lost" });
    }
  }

  step(): void {
    for (const stream of this.channel.streams.slice(this.#served.length)) {
      const id = stream.call.metadata?.["x-request-id"];
      if (stream.isOpen && id !== undefined) this.reached.push(id);
      this.#served.push({ stream, nextUs: this.#clock.nowUs() + messageEveryMs * 1000, next: 0 });
    }
    if (this.#state !== "up") return;
    for (const served of this.#served) {
      if (!served.stream.isOpen || this.#clock.nowUs() < served.nextUs) continue;
      served.nextUs += messageEveryMs * 1000;
      if (served.next < answerCount) served.stream.send(served.next++);
      else served.stream.end();
    }
  }
}

class Collector implements AnswerReader {
  readonly numbers: number[] = [];

  take(message: Uint8Array): void {
    this.numbers.push(...message);
  }

  fault(): string | undefined {
    return undefined;
  }
}

/** Half a second of requests while one of three replicas, the first, comes and goes. */
async function run(random: Random, mayExecuteTwice: boolean) {
  const clock = new VirtualClock();
  const replicas = [1, 2, 3].map((port) => new Replica(port, clock));
  const channels = replicas.map(({ channel }) => channel);
  const set = new ReplicaSet({
    endpoints: channels.map(({ endpoint }) => endpoint),
    openChannel: (endpoint) => {
      const { port } = tcpOf(endpoint);
      const channel = channels[port - 1];
      if (channel === undefined) throw new Error(`no replica ${port}`);
      return channel;
    },
    clock,
  });
  const client = new FailoverClient({ replicas: set, policy: createPolicy("adaptive"), clock });
  await clock.advanceMs(10);
  const results: CallResult[][] = [];
  const start = (number: number) => {
    const own: CallResult[] = [];
    results.push(own);
    const exchange = {
      ...{ requests: [new Uint8Array([1]), new Uint8Array([2])], isAnsweredOnce: false },
      openReader: () => new Collector(),
    };
    const deadlineUs = clock.nowUs() + deadlineMs * 1000;
    const request = { id: `r-${number}`, number, path: "/a.B/C", exchange, deadlineUs };
    client.start({ ...request, mayExecuteTwice }, (result) => own.push(result));
  };
  for (let ms = 0; ms < 5000; ms++) {
    if (ms < 500 && ms % 20 === 0) start(ms / 20 + 1);
    if (ms < 3000 && random.next() < 0.01) {
      replicas[0]?.become(
        (["up", "stalled", "gone"] as const)[Math.floor(random.next() * 3)] ?? "up",
      );
    }
    await clock.advanceMs(1);
    for (const replica of replicas) replica.step();
  }
  const asked = channels.flatMap(({ streams }) => streams.map(({ call }) => call));
  const reached = replicas.flatMap((replica) => replica.reached);
  return {
    results,
    asked,
    reached,
    open: channels.flatMap(({ streams }) => streams.filter(isOpen)),
  };
}

const isOpen = ({ isOpen: open }: ScriptedStream) => open;
const whole = Array.from({ length: answerCount }, (_, number) => number);

test.each([true, false])(
  "whatever one replica does, with a second execution allowed: %p",
  async (mayExecuteTwice) => {
    for (let seed = 1; seed <= 40; seed++) {
      const { results, asked, reached, open } = await run(seededRandom(seed), mayExecuteTwice);
      expect(results).toHaveLength(25);
      for (const [index, own] of results.entries()) {
        // One outcome, and an answer is one attempt's whole answer.
        expect(own).toHaveLength(1);
        const [result] = own;
        const reader = result?.answer?.taken?.reader;
        if (reader instanceof Collector) expect(reader.numbers).toEqual(whole);
        if (mayExecuteTwice)
          expect({ seed, status: result?.answer?.status }).toMatchObject({ status: "OK" });
        else expect(result?.answer?.status === "OK" || result?.mayHaveExecuted).toBe(true);
        const attempts = asked.filter(
          ({ metadata }) => metadata?.["x-request-id"] === `r-${index + 1}`,
        );
        expect(attempts).toHaveLength(result?.attemptCount ?? 0);
        for (const { requests } of attempts) expect([...requests]).toHaveLength(2);
      }
      expect(open).toEqual([]);
      if (!mayExecuteTwice) expect(new Set(reached).size).toBe(reached.length);
    }
  },
);
