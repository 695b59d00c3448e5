/**
 * `bun bench/responsive.ts`: what a search of some 2 s costs everybody else, on the compiled
 * executable (`bun run build` first). Health checks and small queries beside it, as many searches
 * as there are processors side by side, and how soon a search stops that nobody waits for any more.
 * Linux only: it looks at the threads of the replica. Exit status 1 when a bound is broken.
 */
import { availableParallelism, cpus } from "node:os";
import { sleep, systemClock } from "../src/base/clock.ts";
import { pickFreePorts } from "../src/replica/free-port.ts";
import { type Channel, unaryResult } from "../src/rpc/channel.ts";
import { runDfs } from "../src/rpc/dfs-service.ts";
import { healthCheck } from "../src/rpc/health-service.ts";
import { openHttp2Channel } from "../src/rpc/http2-channel.ts";
import { startDfs } from "../tests/support/dfs-process.ts";
import { tempDir } from "../tests/support/temp-dir.ts";
import { busiestThread, msUntilRest } from "./responsive/thread-work.ts";

const bounds = { p99Ms: 20, worstMs: 100, stopMs: 20, parallelShare: 0.7 } as const;
/** Of modular:N, so large that a search takes some 2 s. */
const vertexCount = 5_000_000;
const smallCallEveryMs = 10;
const stopRoundCount = 10;
const restMs = 30;

const largeRequest = runDfs.requestSerialize({ numVertices: vertexCount });
const smallCalls = {
  "health check": {
    path: healthCheck.path,
    request: healthCheck.requestSerialize({ service: "" }),
  },
  "small query": {
    path: runDfs.path,
    request: runDfs.requestSerialize({ target: 42_000, numVertices: 50_000 }),
  },
} as const;

let brokenCount = 0;

function check(what: string, actual: number, rule: "at most" | "at least", bound: number): void {
  const isKept = rule === "at most" ? actual <= bound : actual >= bound;
  if (!isKept) brokenCount++;
  console.log(`  ${isKept ? "✓" : "✗"} ${what}: ${actual.toFixed(2)}, ${rule} ${bound}`);
}

async function callMs(channel: Channel, path: string, request: Uint8Array): Promise<number> {
  const startUs = systemClock.nowUs();
  const call = { path, request, timeoutMs: 60_000, waitForReady: true };
  const { response, status, detail } = await unaryResult(channel, call);
  if (response === undefined) throw new Error(`${path}: ${status}: ${detail}`);
  return (systemClock.nowUs() - startUs) / 1000;
}

/** Calls every 10 ms until `until` settles, each of them timed; sorted. */
async function smallCallsUntil(channel: Channel, until: Promise<unknown>) {
  let isOver = false;
  void until.finally(() => {
    isOver = true;
  });
  const pending = Object.keys(smallCalls).map((name) => ({ name, ms: [] as Promise<number>[] }));
  while (!isOver) {
    for (const { name, ms } of pending) {
      const { path, request } = smallCalls[name as keyof typeof smallCalls];
      ms.push(callMs(channel, path, request));
    }
    await sleep(systemClock, smallCallEveryMs);
  }
  const done = pending.map(async ({ name, ms }) => ({
    name,
    sorted: (await Promise.all(ms)).sort((one, other) => one - other),
  }));
  return await Promise.all(done);
}

async function besideSearch(channel: Channel): Promise<void> {
  for (const [title, until, isBound] of [
    ["Nothing else under way", () => sleep(systemClock, 2000), false],
    ["One large search under way", () => callMs(channel, runDfs.path, largeRequest), true],
  ] as const) {
    const running = until();
    const figures = await smallCallsUntil(channel, running);
    const took = await running;
    console.log(`${title}${typeof took === "number" ? `, of ${took.toFixed(0)} ms` : ""}`);
    for (const { name, sorted } of figures) {
      const at = (share: number) => sorted[Math.floor(sorted.length * share)] ?? Number.NaN;
      const worst = sorted.at(-1) ?? Number.NaN;
      console.log(
        `  ${name}: ${sorted.length} calls, p50 ${at(0.5).toFixed(2)} ms, ` +
          `p99 ${at(0.99).toFixed(2)} ms, worst ${worst.toFixed(2)} ms`,
      );
      if (!isBound) continue;
      check(`p99 of ${name} in ms`, at(0.99), "at most", bounds.p99Ms);
      check(`worst ${name} in ms`, worst, "at most", bounds.worstMs);
    }
  }
}

/** As many searches as processors against one after the other. */
async function sideBySide(channel: Channel): Promise<void> {
  const count = availableParallelism();
  const startUs = systemClock.nowUs();
  for (let done = 0; done < count; done++) await callMs(channel, runDfs.path, largeRequest);
  const inTurnUs = systemClock.nowUs() - startUs;
  await Promise.all(
    Array.from({ length: count }, () => callMs(channel, runDfs.path, largeRequest)),
  );
  const togetherUs = systemClock.nowUs() - startUs - inTurnUs;
  const speedUp = inTurnUs / togetherUs;
  console.log(
    `${count} large searches: in turn ${(inTurnUs / 1000).toFixed(0)} ms, ` +
      `together ${(togetherUs / 1000).toFixed(0)} ms`,
  );
  check("times as fast together", speedUp, "at least", bounds.parallelShare * count);
}

/** How long the searching thread goes on after its search was cancelled, or its deadline passed. */
async function untilStopped(channel: Channel, pid: number): Promise<void> {
  for (const how of ["cancelled", "expired"] as const) {
    const stopsMs: number[] = [];
    for (let round = 0; round < stopRoundCount; round++) {
      const timeoutMs = how === "cancelled" ? 60_000 : 300;
      const startUs = systemClock.nowUs();
      const call = {
        path: runDfs.path,
        request: largeRequest,
        timeoutMs,
        metadata: {},
        waitForReady: true,
      };
      const cancel = channel.unary(call, () => undefined);
      const thread = await busiestThread(pid, 150);
      if (how === "cancelled") cancel();
      else await sleep(systemClock, timeoutMs - (systemClock.nowUs() - startUs) / 1000);
      stopsMs.push(await msUntilRest(pid, thread, restMs));
    }
    const sorted = stopsMs.sort((one, other) => one - other);
    console.log(`A search ${how}: its thread rests after ${sorted.map((ms) => ms.toFixed(1))} ms`);
    check(
      `worst time to stop in ms, ${how}`,
      sorted.at(-1) ?? Number.NaN,
      "at most",
      bounds.stopMs,
    );
  }
}

async function main(): Promise<number> {
  const [port = 0] = await pickFreePorts("localhost", 1);
  using dir = tempDir();
  const serve = ["serve", "--port", `${port}`, "--logfile", "none"];
  await using replica = startDfs([...serve, "--graph", `modular:${vertexCount}`], {
    cwd: dir.path,
  });
  await replica.waitFor(/ serving /, 60_000);
  console.log(`${cpus()[0]?.model ?? "unknown processor"}, ${availableParallelism()} processors`);
  const channel = openHttp2Channel({ host: "localhost", port });
  try {
    await callMs(channel, runDfs.path, largeRequest);
    await besideSearch(channel);
    await sideBySide(channel);
    await untilStopped(channel, replica.pid);
  } finally {
    channel.close();
  }
  console.log(brokenCount === 0 ? "All bounds are kept" : `${brokenCount} bounds are BROKEN`);
  return brokenCount === 0 ? 0 : 1;
}

process.exit(await main());
