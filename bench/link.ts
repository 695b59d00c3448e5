/**
 * The relay of `dfs fault link`, transparent, beside toxiproxy without toxics, taking turns before
 * the same server: throughput over one connection and over eight, and what a small round trip takes
 * longer than without a relay. Run: bun bench/link.ts [rounds]. Needs Go, which builds toxiproxy.
 * Ends with 1 when dfs reaches less than 0.7 of its throughput or adds more than 1.5 times as much
 * to the median round trip, and with 2 when there is nothing to compare with.
 */
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { binaryPath, hostTarget } from "../build.ts";
import { systemClock, waitUntil } from "../src/base/clock.ts";
import { freePorts } from "../tests/support/free-ports.ts";
import { type Child, killAllChildren, startChild } from "./failover/children.ts";
import { roundTripP50Us, throughput } from "./link/measure.ts";

const roundCount = Number(process.argv[2] ?? 9);
const mebibytes = 400;
const pingCount = 3000;
const throughputMinRatio = 0.7;
const addedMaxRatio = 1.5;

const measures = [
  { name: "1 connection up", way: "up", connections: 1 },
  { name: "1 connection down", way: "down", connections: 1 },
  { name: "8 connections up", way: "up", connections: 8 },
  { name: "8 connections down", way: "down", connections: 8 },
] as const;

const contestants = ["direct", "dfs", "toxiproxy"] as const;
type Contestant = (typeof contestants)[number];

const root = join(import.meta.dir, "..");
const dir = mkdtempSync(join(tmpdir(), "dfs-bench-link-"));
try {
  process.exitCode = await compare();
} finally {
  killAllChildren();
  rmSync(dir, { recursive: true, force: true });
}

async function compare(): Promise<number> {
  const toxiproxy = buildToxiproxy();
  if (toxiproxy === undefined) {
    console.log("NOTHING TO COMPARE WITH: toxiproxy cannot be built here; it needs Go");
    return 2;
  }
  const ports = await startAll(toxiproxy);
  const figures = new Map<string, number[]>();
  const note = (contestant: Contestant, measure: string, value: number) => {
    const key = `${contestant} ${measure}`;
    figures.set(key, [...(figures.get(key) ?? []), value]);
  };
  // The first round warms everybody up, and is not counted.
  for (let round = 0; round <= roundCount; round++) {
    for (const contestant of contestants) {
      const port = ports[contestant];
      for (const { name, ...how } of measures) {
        const value = await throughput(port, { ...how, mebibytes });
        if (round > 0) note(contestant, name, value);
      }
      const p50Us = await roundTripP50Us(port, pingCount);
      if (round > 0) note(contestant, "p50", p50Us);
    }
  }
  return report((contestant, measure) => median(figures.get(`${contestant} ${measure}`) ?? []));
}

function report(figure: (contestant: Contestant, measure: string) => number): number {
  const row = (name: string, cells: readonly string[]) =>
    console.log(name.padEnd(22) + cells.map((cell) => cell.padStart(12)).join(""));
  console.log(`Medians of ${roundCount} rounds, ${mebibytes} MiB each, ${pingCount} round trips:`);
  row("", [...contestants, "ratio", "asked"]);
  const ratios = measures.map(({ name }) => {
    const ratio = figure("dfs", name) / figure("toxiproxy", name);
    const cells = contestants.map((contestant) => `${figure(contestant, name).toFixed(0)} MiB/s`);
    row(name, [...cells, ratio.toFixed(2), `>= ${throughputMinRatio}`]);
    return ratio;
  });
  const added = (contestant: Contestant) => figure(contestant, "p50") - figure("direct", "p50");
  const addedRatio = added("dfs") / added("toxiproxy");
  row(
    "round trip p50",
    contestants.map((contestant) => `${figure(contestant, "p50").toFixed(1)} us`),
  );
  const cells = ["", `${added("dfs").toFixed(1)} us`, `${added("toxiproxy").toFixed(1)} us`];
  row("added to it", [...cells, addedRatio.toFixed(2), `<= ${addedMaxRatio}`]);
  const isReached =
    ratios.every((ratio) => ratio >= throughputMinRatio) && addedRatio <= addedMaxRatio;
  console.log(isReached ? "REACHED" : "NOT REACHED");
  return isReached ? 0 : 1;
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}

/** The version that bench/link/go pins. */
function buildToxiproxy(): string | undefined {
  const go = Bun.which("go");
  if (go === null) return undefined;
  const program = join(dir, "toxiproxy");
  const source = "github.com/Shopify/toxiproxy/v2/cmd/server";
  const built = Bun.spawnSync([go, "build", "-mod=readonly", "-o", program, source], {
    ...{ cwd: join(import.meta.dir, "link/go"), stderr: "pipe", timeout: 600_000 },
  });
  if (built.success) return program;
  console.log(`toxiproxy does not build:\n${built.stderr}`);
  return undefined;
}

function buildDfs(): string {
  const built = Bun.spawnSync([process.execPath, "build.ts"], {
    ...{ cwd: root, stderr: "pipe", timeout: 300_000 },
  });
  const path = binaryPath(hostTarget());
  if (!built.success || !existsSync(path)) throw new Error(`The build failed:\n${built.stderr}`);
  return path;
}

/** The ports of the server itself and of both relays before it, all of which listen. */
async function startAll(toxiproxy: string): Promise<Record<Contestant, number>> {
  const [dfsPort = 0, toxiproxyPort = 0, apiPort = 0] = await freePorts(3);
  const peer = start("peer", [process.execPath, join(import.meta.dir, "link/peer.ts")]);
  const direct = await portOf(peer.stdout);
  const configPath = join(dir, "toxiproxy.json");
  const proxy = { name: "bench", enabled: true, upstream: `127.0.0.1:${direct}` };
  writeFileSync(configPath, JSON.stringify([{ ...proxy, listen: `127.0.0.1:${toxiproxyPort}` }]));
  start("toxiproxy", [toxiproxy, "-port", String(apiPort), "-config", configPath]);
  const link = ["fault", "link", "--listen", String(dfsPort), "--to", `127.0.0.1:${direct}`];
  start("dfs", [buildDfs(), ...link, "--logfile", "none"]);
  const ports = { direct, dfs: dfsPort, toxiproxy: toxiproxyPort };
  for (const contestant of contestants) await untilOpen(contestant, ports[contestant]);
  return ports;
}

function start(name: string, words: readonly string[]): Child {
  const env = { LOG_LEVEL: "error" };
  return startChild(words, { cwd: dir, stderrPath: join(dir, `${name}.stderr`), env });
}

async function portOf(stdout: ReadableStream<Uint8Array>): Promise<number> {
  const { value } = await stdout.getReader().read();
  return Number(new TextDecoder().decode(value).trim());
}

async function untilOpen(contestant: Contestant, port: number): Promise<void> {
  const answers = () => roundTripP50Us(port, 1).then(Number.isFinite, () => false);
  if (await waitUntil(systemClock, answers, { withinMs: 10_000, everyMs: 50 })) return;
  throw new Error(`${contestant} does not answer on port ${port}`);
}
