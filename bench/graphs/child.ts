/**
 * Loads one graph as a replica would, and prints what it took as a line of JSON: `bun child.ts
 * SPEC CACHE_DIR verify|trust`, an empty CACHE_DIR for none.
 */
import { readFileSync } from "node:fs";
import { sleep, systemClock } from "../../src/base/clock.ts";
import { parseGraphSpec } from "../../src/graph/graph-spec.ts";
import { loadGraph } from "../../src/graph/load-graph.ts";
import type { Loading } from "./loading.ts";

const [specText = "", cacheDir = "", trust = ""] = process.argv.slice(2);
const notices: string[] = [];
const anonBefore = memoryBytes("RssAnon");
const startedUs = systemClock.nowUs();
const graph = await loadGraph(parseGraphSpec(specText), {
  isUndirected: false,
  format: undefined,
  cacheDir: cacheDir === "" ? undefined : cacheDir,
  verifyCache: trust === "verify",
  readFile: () => Promise.reject(new Error("Only generated graphs are measured here")),
  onNotice: (notice) => notices.push(notice),
});
const tookMs = (systemClock.nowUs() - startedUs) / 1000;
const anonBytes = memoryBytes("RssAnon") - anonBefore;
// What garbage there is goes within the first second of serving.
await sleep(systemClock, 1000);
const loading: Loading = {
  tookMs,
  anonBytes,
  peakBytes: memoryBytes("VmHWM"),
  servingBytes: memoryBytes("VmRSS"),
  graphBytes: graph.offsets.byteLength + graph.targets.byteLength,
  edgeCount: graph.edgeCount,
  storage: graph.storage.kind,
  fingerprint: graph.fingerprint,
  notices,
};
console.log(JSON.stringify(loading));

function memoryBytes(line: "RssAnon" | "VmHWM" | "VmRSS"): number {
  const status = readFileSync("/proc/self/status", "utf8");
  return Number(new RegExp(`^${line}:\\s+(\\d+) kB`, "m").exec(status)?.[1]) * 1024;
}
