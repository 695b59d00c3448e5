/**
 * `bun bench/reading.ts [EDGES]`: reads an edge list of 10,000,000 edges and its .gz with dfs,
 * NetworkX and igraph (C), each in a process of its own, which times itself from the file to the
 * finished graph. Exit status 1 unless dfs is five times as fast as NetworkX and faster than igraph
 * on both files, or when one of them is missing.
 */
import { createWriteStream, mkdtempSync, rmSync, statSync } from "node:fs";
import { cpus, tmpdir } from "node:os";
import { join } from "node:path";
import { pipeline } from "node:stream/promises";
import { createGzip } from "node:zlib";
import { systemClock } from "../src/base/clock.ts";
import { seededRandom } from "../src/base/random.ts";
import { readGraphFile } from "../src/graph/readers/read-graph-file.ts";

const edgeDefaultCount = 10_000_000;
const edgesPerVertex = 10;
/** NetworkX takes minutes for what the others do in seconds. */
const contestants = [
  { name: "dfs", roundCount: 3, slowdownMin: 1 },
  { name: "igraph", roundCount: 3, slowdownMin: 1 },
  { name: "networkx", roundCount: 1, slowdownMin: 5 },
] as const;
const readWithinMs = 15 * 60_000;

type Name = (typeof contestants)[number]["name"];

/** What a process prints about its reading. */
interface Reading {
  readonly ms: number;
  readonly vertexCount: number;
  readonly edgeCount: number;
  readonly peakMb: number;
}

async function main(edgeCount: number): Promise<number> {
  const dir = mkdtempSync(join(tmpdir(), "dfs-bench-reading-"));
  try {
    const commands = commandsOf(dir);
    console.log(`${cpus()[0]?.model ?? "unknown processor"}, ${cpus().length} cores`);
    const path = join(dir, "edges.txt");
    await writeEdges(path, edgeCount);
    await pipeline(Bun.file(path).stream(), createGzip(), createWriteStream(`${path}.gz`));
    let isGood = commands.size === contestants.length;
    for (const file of [path, `${path}.gz`]) isGood = (await compare(commands, file)) && isGood;
    console.log(
      isGood ? "dfs is as fast as it must be" : "NOT AS FAST AS IT MUST BE, OR NOT SHOWN",
    );
    return isGood ? 0 : 1;
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
}

/** How each contestant is started, without the file; those that are not there are left out. */
function commandsOf(dir: string): Map<Name, readonly string[]> {
  const commands = new Map<Name, readonly string[]>();
  commands.set("dfs", [process.execPath, import.meta.path, "--read"]);
  const program = join(dir, "reading");
  const source = join(import.meta.dir, "reading.c");
  const flags = output(["pkg-config", "--cflags", "--libs", "igraph"])?.trim().split(/\s+/);
  const compile = ["cc", "-O3", source, "-o", program, ...(flags ?? ["-ligraph"])];
  if (output(compile) !== undefined) commands.set("igraph", [program]);
  else missing("igraph", "libigraph-dev, gcc and pkg-config");
  const python = ["python3", "/usr/bin/python3"].find(
    (candidate) => output([candidate, "-c", "import networkx"]) !== undefined,
  );
  if (python === undefined) missing("NetworkX", "python3-networkx");
  else commands.set("networkx", [python, join(import.meta.dir, "reading.py")]);
  return commands;
}

function missing(name: string, packages: string): void {
  console.error(`NOT COMPARED: ${name} is not there (Debian: apt-get install ${packages})`);
}

/** What the command printed; undefined when it failed or is not there. */
function output(command: readonly string[]): string | undefined {
  try {
    const result = Bun.spawnSync([...command], { stderr: "ignore", timeout: 60_000 });
    return result.success ? result.stdout.toString() : undefined;
  } catch {
    return undefined;
  }
}

async function writeEdges(path: string, edgeCount: number): Promise<void> {
  const random = seededRandom(1);
  const vertexCount = Math.max(1, Math.floor(edgeCount / edgesPerVertex));
  const writer = Bun.file(path).writer();
  let lines = "";
  for (let edge = 0; edge < edgeCount; edge++) {
    const source = Math.floor(random.next() * vertexCount);
    lines += `${source}\t${Math.floor(random.next() * vertexCount)}\n`;
    if (lines.length < 1e6) continue;
    writer.write(lines);
    await writer.flush();
    lines = "";
  }
  writer.write(lines);
  await writer.end();
}

/** Whether dfs is as fast as it must be on `file`. The contestants take turns. */
async function compare(
  commands: ReadonlyMap<Name, readonly string[]>,
  file: string,
): Promise<boolean> {
  const kind = file.endsWith(".gz") ? "edge list, gzip" : "edge list";
  console.log(`\n${kind}, ${(statSync(file).size / 1e6).toFixed(0)} MB`);
  const readings = new Map<Name, Reading[]>();
  for (let round = 0; round < 3; round++) {
    for (const { name, roundCount } of contestants) {
      const command = commands.get(name);
      if (command === undefined || round >= roundCount) continue;
      readings.set(name, [...(readings.get(name) ?? []), readOnce([...command, file])]);
    }
  }
  const own = median(readings.get("dfs") ?? []);
  let isGood = true;
  for (const { name, slowdownMin } of contestants) {
    const all = readings.get(name);
    if (all === undefined) continue;
    const reading = median(all);
    const ratio = reading.ms / own.ms;
    const isFast = name === "dfs" || (slowdownMin === 1 ? ratio > 1 : ratio >= slowdownMin);
    isGood &&= isFast && reading.vertexCount === own.vertexCount;
    console.log(
      `${name.padEnd(9)}${(reading.ms / 1000).toFixed(2).padStart(8)} s  median of ${all.length}` +
        `${(own.ms === reading.ms ? "" : `, ${ratio.toFixed(1)} x dfs`).padEnd(16)}` +
        `peak ${reading.peakMb.toFixed(0).padStart(5)} MB  ` +
        `${reading.vertexCount} vertices, ${reading.edgeCount} edges` +
        `${isFast ? "" : `  MUST BE ${slowdownMin} x`}`,
    );
  }
  return isGood;
}

function readOnce(command: readonly string[]): Reading {
  const result = Bun.spawnSync([...command], { stderr: "inherit", timeout: readWithinMs });
  if (!result.success) throw new Error(`${command.join(" ")} failed (${result.exitCode})`);
  return JSON.parse(result.stdout.toString()) as Reading;
}

function median(readings: readonly Reading[]): Reading {
  const sorted = readings.toSorted((one, other) => one.ms - other.ms);
  const middle = sorted[Math.floor(sorted.length / 2)];
  if (middle === undefined) throw new Error("nothing was read");
  return middle;
}

/** The contestant dfs, in a process of its own. */
async function read(path: string): Promise<void> {
  const options = { format: undefined, isUndirected: false, onNotice: console.error };
  const beganUs = systemClock.nowUs();
  const { csr } = await readGraphFile({ kind: "file", path }, options);
  const ms = (systemClock.nowUs() - beganUs) / 1000;
  // maxRSS is in kilobytes, on every system that Bun runs on.
  const peakMb = process.resourceUsage().maxRSS / 1024;
  const { vertexCount, edgeCount } = csr;
  console.log(JSON.stringify({ ms, vertexCount, edgeCount, peakMb }));
}

const [first = String(edgeDefaultCount), path] = process.argv.slice(2);
if (first === "--read" && path !== undefined) await read(path);
else process.exitCode = await main(Number(first));
