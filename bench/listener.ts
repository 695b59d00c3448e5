/**
 * Finding the process that listens on a port: dfs beside lsof, asked alternately for the same port.
 * Linux only. Ends with 1 when dfs is slower than lsof.
 */
import { systemClock } from "../src/base/clock.ts";
import { findListeners } from "../src/fault/find-listeners.ts";
import { listenerSources } from "../src/fault/listeners-linux.ts";

const roundCount = 41;
const lsof = Bun.which("lsof");
if (process.platform !== "linux" || lsof === null) {
  console.log("Nothing to compare: this needs Linux and lsof");
  process.exit(0);
}

using server = Bun.listen({ hostname: "127.0.0.1", port: 0, socket: { data: () => undefined } });
const { port } = server;

/** What a person would type to learn the pid. */
async function byLsof(): Promise<number | undefined> {
  const words = [lsof ?? "", "-nP", `-iTCP:${port}`, "-sTCP:LISTEN", "-t"];
  const child = Bun.spawn(words, { stdout: "pipe", stderr: "ignore", timeout: 30_000 });
  return Number(await child.stdout.text());
}

async function byDfs(): Promise<number | undefined> {
  const listeners = await findListeners(listenerSources);
  return listeners.find((listener) => listener.port === port)?.pid;
}

async function timeMs(find: () => Promise<number | undefined>): Promise<number> {
  const startUs = systemClock.nowUs();
  const pid = await find();
  const spanMs = (systemClock.nowUs() - startUs) / 1000;
  if (pid !== process.pid) throw new Error(`It found pid ${pid} instead of ${process.pid}`);
  return spanMs;
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}

const dfsFirstMs = await timeMs(byDfs);
const dfsMs: number[] = [];
const lsofMs: number[] = [];
for (let round = 0; round < roundCount; round++) {
  dfsMs.push(await timeMs(byDfs));
  lsofMs.push(await timeMs(byLsof));
}
const ratio = median(dfsMs) / median(lsofMs);
console.log(`Finding the listener of a port, median of ${roundCount} rounds each:`);
console.log(`  dfs   ${median(dfsMs).toFixed(2)} ms (its first look ${dfsFirstMs.toFixed(2)} ms)`);
console.log(`  lsof  ${median(lsofMs).toFixed(2)} ms`);
console.log(`  ratio ${ratio.toFixed(2)} (at most 1.00)`);
process.exitCode = ratio <= 1 ? 0 : 1;
