import { readFileSync } from "node:fs";
import { sleep, systemClock } from "../../src/base/clock.ts";
import type { StreamConsumer, StreamResult } from "../../src/failover/stream-request.ts";
import { traverseWorkload } from "../../src/workload/traverse-workload.ts";
import { graphOf } from "./bare-search.ts";
import { OneReplica } from "./one-replica.ts";

const stopMs = 8000;
const slowMs = 4000;
const slowPauseMs = 20;
/** Less than half of what is left of the order, 12 bytes a vertex, which nobody may hold. */
const growthMaxBytes = 48 * 2 ** 20;

/**
 * The memory of server and client while a reader takes one message and stops, then reads slowly,
 * then takes the rest: beside what they needed to stream the whole order at full speed.
 */
export async function measureSlowReader(spec: string, cwd: string): Promise<boolean> {
  const graph = graphOf(spec);
  const { vertexCount, fingerprint } = graph;
  const question = { search: { numVertices: 0 }, vertexCount, fingerprint, graph };
  const workload = traverseWorkload(question, 0);
  await using replica = await OneReplica.start(spec, cwd);
  for (let round = 0; round < 3; round++) await replica.read(workload.openConsumer());
  const watched = [
    { name: "server", pid: replica.pid },
    { name: "client", pid: process.pid },
  ];
  const warm = watched.map(({ pid }) => residentBytes(pid));
  const peaks = [...warm];
  const look = () => {
    for (const [index, { pid }] of watched.entries()) {
      peaks[index] = Math.max(peaks[index] ?? 0, residentBytes(pid));
    }
  };
  const messages = await readSlowly(replica, workload.openConsumer(), look);
  let isWell = true;
  for (const [index, { name }] of watched.entries()) {
    const growth = (peaks[index] ?? 0) - (warm[index] ?? 0);
    if (growth > growthMaxBytes) isWell = false;
    console.log(
      `${name}: ${mib(warm[index] ?? 0)} after whole orders at full speed, at most ` +
        `${mib(peaks[index] ?? 0)} beside a reader that stops for ${stopMs / 1000} s, then takes ` +
        `a message every ${slowPauseMs} ms (${messages} of them), of ${spec}`,
    );
  }
  console.log(`growth at most ${mib(growthMaxBytes)}: ${isWell ? "reached" : "MISSED"}`);
  return isWell;
}

async function readSlowly(
  replica: OneReplica,
  consumer: StreamConsumer,
  look: () => void,
): Promise<number> {
  let isSlow = true;
  let messageCount = 0;
  const done = Promise.withResolvers<StreamResult>();
  const paced: StreamConsumer = {
    nextRequest: () => consumer.nextRequest(),
    take: (message) => {
      if (isSlow) {
        handle.pause();
        messageCount++;
        const pauseMs = messageCount === 1 ? stopMs : slowPauseMs;
        systemClock.after(pauseMs, () => handle.resume());
      }
      return consumer.take(message);
    },
    get isComplete() {
      return consumer.isComplete;
    },
    get itemCount() {
      return consumer.itemCount;
    },
  };
  const handle = replica.open(paced, done.resolve);
  const endUs = systemClock.nowUs() + (stopMs + slowMs) * 1000;
  while (systemClock.nowUs() < endUs) {
    await sleep(systemClock, 50);
    look();
  }
  isSlow = false;
  const { outcome, detail } = await done.promise;
  if (outcome !== "complete") throw new Error(`The stream is ${outcome}: ${detail}`);
  return messageCount;
}

function residentBytes(pid: number): number {
  const status = readFileSync(`/proc/${pid}/status`, "utf8");
  return Number(/VmRSS:\s+(\d+)/.exec(status)?.[1]) * 1024;
}

function mib(bytes: number): string {
  return `${(bytes / 2 ** 20).toFixed(1)} MiB`;
}
