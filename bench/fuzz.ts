/**
 * `bun bench/fuzz.ts [--duration 60s] [--seed N]`: the compiled executable (`bun run build` first)
 * under hostile clients: every flood in full, then damaged and random bytes by seed until the time
 * is over. Meanwhile its health is asked for on connections of their own, and `dfs load` drives it
 * beside. The attackers are processes of their own, so that they hold up no measurement. Linux
 * only: it reads the replica's memory. Exit status 1 when a bound is broken.
 */
import { parseArgs } from "node:util";
import { systemClock } from "../src/base/clock.ts";
import { parseDurationMs } from "../src/base/duration.ts";
import { freshSeed, seededRandom } from "../src/base/random.ts";
import { startDfs } from "../tests/support/dfs-process.ts";
import { freePorts } from "../tests/support/free-ports.ts";
import { floods, randomAttacks } from "../tests/support/fuzz/attacks.ts";
import { Besieged } from "../tests/support/fuzz/besieged.ts";
import { tempDir } from "../tests/support/temp-dir.ts";

const bounds = { healthP99Ms: 100, healthWorstMs: 300, residentMegabytes: 1000 } as const;
const megabyte = 1024 * 1024;
const attackWithinMs = 60_000;
const roundVisitCount = 40;

/** How much of each flood; "rapid reset" counts hundreds of streams. */
const floodCounts: Readonly<Record<string, number>> = {
  "header flood": 20_000,
  "empty header flood": 1000,
  "header table bomb": 500,
  "compressed bomb": 4,
  "rapid reset": 1000,
  "rapid reset of searches": 1000,
  "ping flood": 1000,
  "settings flood": 1000,
  "slow readers": 50,
  "slow writers": 50,
  "half-open connections": 2000,
  "idle connections": 5000,
};

const attacks = { ...floods, ...randomAttacks };

let brokenCount = 0;

function check(what: string, isKept: boolean): void {
  if (!isKept) brokenCount++;
  console.log(`  ${isKept ? "✓" : "✗"} ${what}`);
}

/** Attacks from a process of its own; how long that took, in ms. */
async function attackFrom(besieged: Besieged, name: string, seed: number, count: number) {
  const startedUs = systemClock.nowUs();
  const words = ["attack", name, String(besieged.port), String(seed), String(count)];
  const child = Bun.spawn([process.execPath, import.meta.path, ...words], {
    stdio: ["ignore", "ignore", "inherit"],
    timeout: attackWithinMs,
    killSignal: "SIGKILL",
  });
  await child.exited;
  return (systemClock.nowUs() - startedUs) / 1000;
}

const milliseconds = (value = Number.NaN) => `${value.toFixed(0)} ms`.padStart(8);

/** One row: how long it took, and what it did to the replica. Returns what health took, in ms. */
function row(what: string, tookMs: number, besieged: Besieged): readonly number[] {
  const health = besieged.takeHealthMs();
  const at = (share: number) => milliseconds(health[Math.floor(health.length * share)]);
  const resident = `${(besieged.residentBytes / megabyte).toFixed(0)} MB`.padStart(8);
  const cells = [milliseconds(tookMs), at(0.5), at(0.99), milliseconds(health.at(-1)), resident];
  console.log(`  ${what.padEnd(28)}${cells.join("  ")}`);
  return health;
}

async function besiege(durationMs: number, seed: number): Promise<void> {
  using dir = tempDir();
  const [port = 0] = await freePorts(1);
  await using besieged = await Besieged.start(port, dir.path);
  await using load = startDfs(
    ["load", "--replicas", `localhost:${port}`, "--rate", "50"].concat([
      "--duration",
      `${Math.ceil(durationMs / 1000)}s`,
      "--logfile",
      "none",
    ]),
    { cwd: dir.path },
  );
  const endUs = systemClock.nowUs() + durationMs * 1000;
  console.log(`seed ${seed}; replica pid ${besieged.replica.pid}; ${durationMs / 1000} s`);
  console.log(`  ${"attack".padEnd(28)}    took       p50       p99     worst    memory`);
  const healthMs: number[] = [];
  let largestBytes = 0;
  const judge = (tookMs: readonly number[]) => {
    healthMs.push(...tookMs);
    largestBytes = Math.max(largestBytes, besieged.residentBytes);
  };
  for (const name of Object.keys(floods)) {
    const tookMs = await attackFrom(besieged, name, seed, floodCounts[name] ?? 1);
    judge(row(name, tookMs, besieged));
  }
  for (let round = 1; systemClock.nowUs() < endUs; round++) {
    const names = Object.keys(randomAttacks);
    const tookMs = await Promise.all(
      names.map((name) => attackFrom(besieged, name, seed + round, roundVisitCount)),
    );
    judge(row(`random bytes, seed ${seed + round}`, Math.max(...tookMs), besieged));
  }
  const { stdout } = await load.exited(durationMs + 60_000);
  console.log(stdout.trim().split("\n").slice(-1)[0]);
  healthMs.sort((one, other) => one - other);
  const at = (share: number) => healthMs[Math.floor(healthMs.length * share)] ?? 0;
  const worstMs = healthMs.at(-1) ?? Number.NaN;
  const lateCount = healthMs.filter((tookMs) => tookMs > bounds.healthP99Ms).length;
  const health = `health, ${healthMs.length} times, p50 ${at(0.5).toFixed(1)} ms`;
  const { healthP99Ms, healthWorstMs } = bounds;
  check(`${health}: p99 ${at(0.99).toFixed(1)}, at most ${healthP99Ms}`, at(0.99) <= healthP99Ms);
  const worst = `${lateCount} times later than that, worst ${worstMs.toFixed(0)} ms`;
  check(`${worst}, at most ${healthWorstMs}`, worstMs <= healthWorstMs);
  const largest = largestBytes / megabyte;
  const memory = `most memory ${largest.toFixed(0)} MB, at most ${bounds.residentMegabytes}`;
  check(memory, largest <= bounds.residentMegabytes);
  check("others lost nothing", /nothing lost +0 lost +0 lost/.test(stdout));
}

const [mode, name = "", port, seed, count] = process.argv.slice(2);
if (mode === "attack") {
  await attacks[name]?.(Number(port), seededRandom(Number(seed)), Number(count));
} else {
  const options = { duration: { type: "string" }, seed: { type: "string" } } as const;
  const { values } = parseArgs({ options });
  const given = values.seed === undefined ? freshSeed() : Number(values.seed);
  await besiege(parseDurationMs(values.duration ?? "60s") ?? 60_000, given);
  process.exitCode = brokenCount === 0 ? 0 : 1;
}
