/**
 * `bun bench/event-loop.ts [--seconds 30] [--rate 1000]`: how long the code of `dfs load` and of
 * its replicas keeps the event loop to itself, measured from within, while one replica is killed
 * and another suspended. Exit status 1 when a span used more than 20 ms of processor time.
 */
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { sleep, systemClock } from "../src/base/clock.ts";
import type { Spans } from "./event-loop/monitor.ts";
import { type Child, endChild, exitWithin, readLines, startChild } from "./failover/children.ts";
import { freePorts } from "./failover/fleet.ts";

const { values } = parseArgs({
  options: {
    seconds: { type: "string", default: "30" },
    rate: { type: "string", default: "1000" },
  },
});
const seconds = Number(values.seconds);
const spanMaxMs = 20;
/** Reading and compiling the program, opening the connections. */
const startUpMs = 3000;

const dir = mkdtempSync(join(tmpdir(), "dfs-bench-event-loop-"));
const children: Child[] = [];
try {
  process.exitCode = await main();
} finally {
  for (const child of children) await endChild(child);
  rmSync(dir, { recursive: true, force: true });
}

async function main(): Promise<number> {
  const ports = freePorts(3);
  const replicas = ports.map((port, index) =>
    start(`replica ${index + 1}`, ["serve", "--port", String(port)]),
  );
  await sleep(systemClock, 1500);
  const load = start("client", [
    ...["load", "--replicas", ports.map((port) => `localhost:${port}`).join(",")],
    ...["--rate", values.rate, "--duration", `${seconds}s`],
    ...["--num-vertices", "1000", "--target", "none"],
  ]);
  const output: string[] = [];
  readLines(load.stdout, (line) => output.push(line));
  const [first, second] = replicas;
  await sleep(systemClock, seconds * 300);
  first?.signal("SIGKILL");
  await sleep(systemClock, seconds * 200);
  second?.signal("SIGSTOP");
  await sleep(systemClock, seconds * 200);
  second?.signal("SIGCONT");
  const exit = await exitWithin(load, (seconds + 60) * 1000, systemClock);
  for (const line of output) {
    if (/^\s*(scheduled|lost|lag|VERIFIED|NOT VERIFIED|INCONCLUSIVE)/.test(line)) console.log(line);
  }
  // The suspended replica's own span is the fault, not its code.
  const told = ["client", "replica 3"].map((name) => tell(name, readSpans(name)));
  console.log(`exit ${exit}; every span of processor time must be at most ${spanMaxMs} ms`);
  return exit === 0 && told.every((isWithin) => isWithin) ? 0 : 1;
}

function start(name: string, words: readonly string[]): Child {
  const main = join(import.meta.dir, "../src/main.ts");
  const monitor = join(import.meta.dir, "event-loop/monitor.ts");
  const child = startChild([process.execPath, "--preload", monitor, main, ...words], {
    cwd: dir,
    stderrPath: join(dir, "stderr"),
    env: { DFS_BENCH_SPANS: spansPath(name), DFS_BENCH_START_UP_MS: String(startUpMs) },
  });
  children.push(child);
  return child;
}

function spansPath(name: string): string {
  return join(dir, `${name.replace(" ", "-")}.json`);
}

function readSpans(name: string): Spans {
  return JSON.parse(readFileSync(spansPath(name), "utf8")) as Spans;
}

function tell(name: string, { lookCount, longestMs, longestCpuMs }: Spans): boolean {
  const list = (spansMs: readonly number[]) => spansMs.map((ms) => ms.toFixed(1)).join(", ");
  console.log(
    `${name}: ${lookCount} looks; longest spans ${list(longestMs)} ms; ` +
      `by processor time ${list(longestCpuMs)} ms`,
  );
  return lookCount > 0 && (longestCpuMs[0] ?? Number.POSITIVE_INFINITY) <= spanMaxMs;
}
