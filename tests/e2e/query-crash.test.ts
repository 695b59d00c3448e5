/** The order of discovery across a crash, read by somebody slow. */
import { expect, setDefaultTimeout, test } from "bun:test";
import { readFileSync } from "node:fs";
import { sleep, systemClock, waitUntil } from "../../src/base/clock.ts";
import {
  createSearchScratch,
  depthFirstSearch,
  discoveryOrder,
} from "../../src/graph/depth-first-search.ts";
import { modularGraph } from "../../src/graph/modular-graph.ts";
import { dfsBinary, startReplica } from "../support/dfs-process.ts";
import { freePorts } from "../support/free-ports.ts";
import { killForSure } from "../support/process-state.ts";
import { tempDir } from "../support/temp-dir.ts";

setDefaultTimeout(120_000);

const vertexCount = 2_000_000;

/** `dfs query --order` whose standard output is read only as far as it is asked for. */
function startOrder(ports: readonly number[]) {
  const replicas = ports.map((port) => `localhost:${port}`).join(",");
  const args = ["query", "--replicas", replicas, "--order", "--num-vertices", String(vertexCount)];
  const child = Bun.spawn([dfsBinary(), ...args], {
    env: { ...process.env, NO_COLOR: "1" },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const output = { text: "", notices: "" };
  const told = (async () => {
    const decoder = new TextDecoder();
    for await (const chunk of child.stderr) output.notices += decoder.decode(chunk);
  })();
  const reader = child.stdout.getReader();
  return {
    pid: child.pid,
    output,
    /** Resolves once `byteCount` more have been read, or all. */
    async read(byteCount: number) {
      const decoder = new TextDecoder();
      let readCount = 0;
      while (readCount < byteCount) {
        const { value, done } = await reader.read();
        if (done) return;
        readCount += value.length;
        output.text += decoder.decode(value);
      }
    },
    async exited() {
      await told;
      return await child.exited;
    },
    async [Symbol.asyncDispose]() {
      killForSure(child.pid);
      await child.exited;
    },
  };
}

test("dfs query --order goes on elsewhere after a crash, every vertex once and in order", async () => {
  const ports = await freePorts(2);
  const [first = 0, second = 0] = ports;
  using dir = tempDir();
  await using doomed = await startReplica(first, dir.path);
  await using other = await startReplica(second, dir.path);
  await using order = startOrder(ports);
  await order.read(1_000_000);
  const hasGap = () => order.output.notices.includes("continued by");
  doomed.kill("SIGKILL");
  await order.read(2_000_000);
  if (!hasGap()) {
    // It was the other one that served.
    await using _again = await startReplica(first, dir.path);
    await sleep(systemClock, 1000);
    other.kill("SIGKILL");
    await order.read(Number.POSITIVE_INFINITY);
  } else await order.read(Number.POSITIVE_INFINITY);
  expect(await order.exited()).toBe(0);
  expect(order.output.notices).toMatch(
    /stood still for \d+ms after \d+ vertices, as localhost:\d+ failed/,
  );
  const scratch = createSearchScratch();
  const whole = discoveryOrder(scratch, depthFirstSearch(modularGraph(vertexCount), scratch));
  // Megabytes of a difference would help nobody.
  expect(order.output.text === `${whole.join("\n")}\n`).toBe(true);
});

test.skipIf(process.platform !== "linux")(
  "dfs query --order waits for a reader that does not read",
  async () => {
    const [port = 0] = await freePorts(1);
    using dir = tempDir();
    await using _replica = await startReplica(port, dir.path);
    await using order = startOrder([port]);
    await order.read(100_000);
    await sleep(systemClock, 1500);
    const beforeMiB = residentMiB(order.pid);
    await sleep(systemClock, 1500);
    expect(residentMiB(order.pid) - beforeMiB).toBeLessThan(10);
    // The whole order is 15 MB of text and 24 MB of columns.
    const isSmall = await waitUntil(systemClock, () => residentMiB(order.pid) < 250, {
      ...{ withinMs: 2000, everyMs: 100 },
    });
    expect(isSmall).toBe(true);
    await order.read(Number.POSITIVE_INFINITY);
    expect(await order.exited()).toBe(0);
    expect(order.output.text.match(/\n/g)).toHaveLength(vertexCount);
  },
);

function residentMiB(pid: number): number {
  const status = readFileSync(`/proc/${pid}/status`, "utf8");
  return Number(/VmRSS:\s+(\d+) kB/.exec(status)?.[1]) / 1024;
}
