/**
 * `bun bench/graphs.ts`: how long large graphs take to make and what memory that needs, and how a
 * cache of more than 1 GiB opens; each in a process of its own. Linux. Exit status 1 when a bound
 * is not kept.
 */
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { cpus, tmpdir } from "node:os";
import { join } from "node:path";
import { type Loading, loadInChild } from "./graphs/loading.ts";

const gibibyte = 2 ** 30;
/** 8 bytes a vertex: 1.04 GiB. */
const cachedSpec = "path:140000000";

interface Bound {
  readonly what: string;
  readonly isKept: boolean;
}

const cacheDir = mkdtempSync(join(tmpdir(), "dfs-bench-graphs-"));
try {
  console.log(`${cpus()[0]?.model ?? "unknown processor"}; Bun ${Bun.version}`);
  const bounds = [
    ...(await made("rmat:20", 5)),
    ...(await made("rmat:22", 15)),
    ...(await cached()),
  ];
  for (const { what, isKept } of bounds) console.log(`${isKept ? "✓" : "✗"} ${what}`);
  process.exitCode = bounds.every(({ isKept }) => isKept) ? 0 : 1;
} finally {
  rmSync(cacheDir, { recursive: true, force: true });
}

async function made(spec: string, withinS: number): Promise<Bound[]> {
  const loading = await loadInChild(spec, "", "trust");
  show(`${spec} made`, loading);
  const { tookMs, peakBytes, servingBytes } = loading;
  return [
    { what: `${spec} made within ${withinS} s`, isKept: tookMs <= 1000 * withinS },
    { what: `${spec} under 2.5 GiB at its peak`, isKept: peakBytes < 2.5 * gibibyte },
    { what: `${spec} under 1.5 GiB once serving`, isKept: servingBytes < 1.5 * gibibyte },
  ];
}

async function cached(): Promise<Bound[]> {
  const first = await loadInChild(cachedSpec, cacheDir, "trust");
  show(`${cachedSpec} made and kept`, first);
  forgetPages();
  const opened = await loadInChild(cachedSpec, cacheDir, "trust");
  show(`${cachedSpec} opened, cold`, opened);
  forgetPages();
  const verified = await loadInChild(cachedSpec, cacheDir, "verify");
  show(`${cachedSpec} verified, cold`, verified);
  const isSame =
    opened.fingerprint === first.fingerprint && verified.fingerprint === first.fingerprint;
  return [
    { what: "the cache holds 1 GiB or more", isKept: opened.graphBytes >= gibibyte },
    { what: "it is mapped, and the same graph", isKept: opened.storage === "file" && isSame },
    { what: "it opens within 0.5 s", isKept: opened.tookMs <= 500 },
    { what: "without a copy: below 16 MiB more", isKept: opened.anonBytes < 16 * 2 ** 20 },
  ];
}

/** Asks the system to drop what it holds of the cache in memory, so that it comes from the disk. */
function forgetPages(): void {
  for (const name of readdirSync(cacheDir)) {
    const from = `if=${join(cacheDir, name)}`;
    Bun.spawnSync(["dd", from, "iflag=nocache", "count=0", "status=none"], { stderr: "inherit" });
  }
}

function show(what: string, loading: Loading): void {
  const { tookMs, edgeCount, anonBytes, peakBytes, servingBytes, notices } = loading;
  console.log(
    `${what.padEnd(32)} ${edgeCount} edges, ${tookMs.toFixed(1)} ms; peak ${mib(peakBytes)}, ` +
      `serving ${mib(servingBytes)}, anonymous + ${mib(anonBytes)}`,
  );
  for (const notice of notices) console.log(`  ${notice}`);
}

function mib(bytes: number): string {
  return `${(bytes / 2 ** 20).toFixed(1)} MiB`;
}
