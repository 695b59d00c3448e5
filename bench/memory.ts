/**
 * `bun bench/memory.ts [--minutes 10] [--rate 500]`: the memory of `dfs load` and of its replicas
 * at both ends of a long run, and how late the load ever was. Exit status 1 when the client has
 * grown by more than the columns of its report need, or the run is not VERIFIED.
 */
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { sleep, systemClock } from "../src/base/clock.ts";
import { type Child, endChild, exitWithin, readLines, startChild } from "./failover/children.ts";
import { freePorts } from "./failover/fleet.ts";

const { values } = parseArgs({
  options: {
    minutes: { type: "string", default: "10" },
    rate: { type: "string", default: "500" },
    binary: { type: "string", default: `dist/dfs-linux-${process.arch}` },
  },
});
const minutes = Number(values.minutes);
const rate = Number(values.rate);
/** Warm: compiled, pools filled. */
const settledMs = Math.min(30_000, minutes * 6000);
/** The figures of a request that the report keeps, with the slack of columns that double. */
const columnBytesPerRequest = 128;
const slackBytes = 32 * 2 ** 20;

const dir = mkdtempSync(join(tmpdir(), "dfs-bench-memory-"));
const children: Child[] = [];
try {
  process.exitCode = await main();
} finally {
  for (const child of children) await endChild(child);
  rmSync(dir, { recursive: true, force: true });
}

async function main(): Promise<number> {
  const binary = resolve(values.binary);
  const ports = freePorts(3);
  const replicas = ports.map((port) => start([binary, "serve", "--port", String(port)]));
  await sleep(systemClock, 1000);
  const endpoints = ports.map((port) => `localhost:${port}`).join(",");
  const load = start([
    ...[binary, "load", "--replicas", endpoints, "--rate", String(rate)],
    ...["--duration", `${minutes * 60}s`, "--num-vertices", "1000", "--target", "none"],
  ]);
  const output: string[] = [];
  readLines(load.stdout, (line) => output.push(line));
  const watched = [
    { name: "client", pid: load.pid },
    ...replicas.map(({ pid }, index) => ({ name: `replica ${index + 1}`, pid })),
  ];
  await sleep(systemClock, settledMs);
  const first = watched.map(({ pid }) => residentBytes(pid));
  const endUs = systemClock.nowUs() + (minutes * 60_000 - settledMs - 1000) * 1000;
  while (systemClock.nowUs() < endUs && load.isRunning()) {
    await sleep(systemClock, Math.min(60_000, (endUs - systemClock.nowUs()) / 1000));
    console.log(watched.map(({ name, pid }) => `${name} ${mib(residentBytes(pid))}`).join(", "));
  }
  const last = watched.map(({ pid }) => residentBytes(pid));
  const exit = await exitWithin(load, 60_000, systemClock);
  for (const [index, { name }] of watched.entries()) {
    console.log(`${name}: ${mib(first[index])} at the beginning, ${mib(last[index])} at the end`);
  }
  for (const line of output) {
    if (/^\s*(scheduled|lost|lag|VERIFIED|NOT VERIFIED|INCONCLUSIVE)/.test(line)) console.log(line);
  }
  const stderr = readFileSync(join(dir, "stderr"), "utf8");
  if (stderr !== "") console.log(`stderr: ${stderr}`);
  const grownBytes = (last[0] ?? 0) - (first[0] ?? 0);
  const allowedBytes = slackBytes + rate * minutes * 60 * columnBytesPerRequest;
  console.log(`client: grown by ${mib(grownBytes)}, at most ${mib(allowedBytes)}; exit ${exit}`);
  return exit === 0 && grownBytes <= allowedBytes ? 0 : 1;
}

function start(words: readonly string[]): Child {
  const child = startChild(words, { cwd: dir, stderrPath: join(dir, "stderr") });
  children.push(child);
  return child;
}

function residentBytes(pid: number): number {
  const status = readFileSync(`/proc/${pid}/status`, "utf8");
  return Number(/^VmRSS:\s+(\d+) kB/m.exec(status)?.[1] ?? Number.NaN) * 1024;
}

function mib(bytes: number | undefined): string {
  return bytes === undefined ? "unknown" : `${(bytes / 2 ** 20).toFixed(1)} MiB`;
}
