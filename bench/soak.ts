/**
 * Faults at random for minutes: three replicas that are started again when they crash, a load of
 * 200 requests a second, and `dfs fault random` on all three, keeping one untouched. Linux only.
 * Ends with 1 when a request is lost or answered wrongly, the run is not verified, something is
 * left suspended or running, or the ledgers contradict each other.
 *
 *   bun bench/soak.ts [--minutes 5] [--seed N]
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { freshSeed } from "../src/base/random.ts";
import { dfsBinary } from "../tests/support/dfs-process.ts";
import { playSoak, type Soak, soakFailures } from "../tests/support/soak.ts";

if (process.platform !== "linux") {
  console.log("Nothing to measure: this needs Linux");
  process.exit(0);
}

const { values } = parseArgs({
  args: process.argv.slice(2),
  options: { minutes: { type: "string", default: "5" }, seed: { type: "string" } },
});
const minutes = Number(values.minutes);
const seed = Number(values.seed ?? freshSeed());
if (!(minutes > 0) || !Number.isSafeInteger(seed)) {
  console.log("Usage: bun bench/soak.ts [--minutes 5] [--seed N]");
  process.exit(2);
}

function show(soak: Soak): void {
  const { run } = soak;
  const { scheduled, ok, lost, wrong } = run.requests;
  const begun = Object.entries(soak.begun).map(([kind, count]) => `${count} ${kind}`);
  console.log(soak.random.stdout.trimEnd().split("\n").at(-1));
  console.log(`  faults that took effect        ${begun.join(", ")}`);
  console.log(`  restarts by the supervisor     ${run.restarts.length}`);
  console.log(`  requests scheduled, ok         ${scheduled}, ${ok}`);
  console.log(`  lost, wrong                    ${lost}, ${wrong}`);
  console.log(`  verdict                        ${run.verdict.result}`);
  console.log(`  fewest untouched at any time   ${soak.leastUntouchedCount} of 3`);
  console.log(`  left suspended, endless        ${soak.suspendedCount}, ${soak.endlessCount}`);
  console.log(`  latency                        ${JSON.stringify(run.latency)}`);
}

const directory = mkdtempSync(join(tmpdir(), "dfs-soak-"));
console.log(`${minutes} minutes, seed ${seed}, by ${dfsBinary()}, ledgers in ${directory}`);
const soak = await playSoak({
  directory,
  durationMs: minutes * 60_000,
  seed,
  rate: 200,
  flags: [],
});
show(soak);
const failures = soakFailures(soak);
for (const failure of failures) console.log(`NOT MET: ${failure}`);
if (failures.length === 0) {
  rmSync(directory, { recursive: true, force: true });
  console.log("Everything is met");
} else {
  for (const { stdout, stderr } of [soak.random, soak.load]) console.log(stdout, stderr);
  process.exitCode = 1;
}
