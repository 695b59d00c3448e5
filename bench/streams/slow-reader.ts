import { readFileSync } from "node:fs";
import { sleep, systemClock } from "../../src/base/clock.ts";
import type { StreamConsumer, StreamResult } from "../../src/failover/stream-request.ts";
import { traverseWorkload } from "../../src/workload/traverse-workload.ts";
import { graphOf } from "./bare-search.ts";
import { OneReplica } from "./one-replica.ts";

const lookMs = 20;
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
  const watched = [
    { name: "server", pid: replica.pid, fastPeak: 0, slowPeak: 0 },
    { name: "client", pid: process.pid, fastPeak: 0, slowPeak: 0 },
  ];
  const stopLooking = lookEvery(lookMs, () => {
    for (const one of watched) one.fastPeak = Math.max(one.fastPeak, residentBytes(one.pid));
  });
  for (let round = 0; round < 3; round++) await replica.read(workload.openConsumer());
  stopLooking();
  const messageCount = await readSlowly(replica, workload.openConsumer(), () => {
    for (const one of watched) one.slowPeak = Math.max(one.slowPeak, residentBytes(one.pid));
  });
  let isWell = true;
  for (const { name, fastPeak, slowPeak } of watched) {
    if (slowPeak - fastPeak > growthMaxBytes) isWell = false;
    console.log(
      `${name}: at most ${mib(fastPeak)} while whole orders of ${spec} pass at full speed, ` +
        `${mib(slowPeak)} while their reader stops for ${stopMs / 1000} s, then takes a message ` +
        `every ${slowPauseMs} ms (${messageCount} of them)`,
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
  const stopLooking = lookEvery(lookMs, look);
  await sleep(systemClock, stopMs + slowMs);
  stopLooking();
  isSlow = false;
  const { outcome, detail } = await done.promise;
  if (outcome !== "complete") throw new Error(`The stream is ${outcome}: ${detail}`);
  return messageCount;
}

/** Returns how to end it. */
function lookEvery(everyMs: number, look: () => void): () => void {
  let cancel = systemClock.after(everyMs, tick);
  function tick(): void {
    look();
    cancel = systemClock.after(everyMs, tick);
  }
  return () => cancel();
}

function residentBytes(pid: number): number {
  const status = readFileSync(`/proc/${pid}/status`, "utf8");
  return Number(/VmRSS:\s+(\d+)/.exec(status)?.[1]) * 1024;
}

function mib(bytes: number): string {
  return `${(bytes / 2 ** 20).toFixed(1)} MiB`;
}
