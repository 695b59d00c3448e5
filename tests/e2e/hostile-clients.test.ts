import { expect, setDefaultTimeout, test } from "bun:test";
import { freshSeed, seededRandom } from "../../src/base/random.ts";
import { startDfs } from "../support/dfs-process.ts";
import { freePorts } from "../support/free-ports.ts";
import { floods, randomAttacks } from "../support/fuzz/attacks.ts";
import { Besieged } from "../support/fuzz/besieged.ts";
import { tempDir } from "../support/temp-dir.ts";

setDefaultTimeout(90_000);

/** How much of each there is here; `bench/fuzz.ts` has more of all. */
const floodCounts: Readonly<Record<string, number>> = {
  "header flood": 200,
  "empty header flood": 20,
  "header table bomb": 50,
  "compressed bomb": 1,
  "rapid reset": 50,
  "rapid reset of searches": 50,
  "ping flood": 50,
  "settings flood": 50,
  "slow readers": 3,
  "slow writers": 5,
  "half-open connections": 100,
  "idle connections": 500,
};
const visitCount = 8;
const megabyte = 1024 * 1024;

test.skipIf(process.platform !== "linux")(
  "hostile clients neither end a replica, nor fill its memory, nor lose others' requests",
  async () => {
    using dir = tempDir();
    const [port = 0] = await freePorts(1);
    const seed = freshSeed();
    const random = seededRandom(seed);
    await using besieged = await Besieged.start(port, dir.path);
    const replicas = `localhost:${port}`;
    await using load = startDfs(
      ["load", "--replicas", replicas, "--duration", "4", "--rate", "40", "--logfile", "none"],
      { cwd: dir.path },
    );
    for (const attack of Object.values(randomAttacks)) await attack(port, random, visitCount);
    // Those that wait do so side by side.
    const begun = Object.entries(floods).map(([name, attack]) =>
      attack(port, random, floodCounts[name] ?? 1),
    );
    await Promise.all(begun);
    const healthMs = besieged.takeHealthMs();
    const p95Ms = healthMs[Math.floor(healthMs.length * 0.95)] ?? Number.POSITIVE_INFINITY;
    const residentBytes = besieged.residentBytes;
    console.log(
      `seed ${seed}: health p95 ${p95Ms.toFixed(1)} ms, worst ${healthMs.at(-1)?.toFixed(1)} ms ` +
        `of ${healthMs.length}; ${(residentBytes / megabyte).toFixed(0)} MB`,
    );
    expect(p95Ms).toBeLessThan(1000);
    expect(residentBytes).toBeLessThan(600 * megabyte);
    const { stdout } = await load.exited();
    expect(stdout).toMatch(/nothing lost +0 lost +0 lost/);
    besieged.replica.kill("SIGTERM");
    const { status, stderr } = await besieged.replica.exited();
    expect(stderr).not.toMatch(/error/i);
    expect(status).toBe(0);
  },
);
