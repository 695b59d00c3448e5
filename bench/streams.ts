/**
 * `bun bench/streams.ts [--faults 200] [--seed 1] [--only faults|throughput|resume|memory]`:
 * Traverse of real replicas (the executable; `bun run build` first). How fast it is delivered and
 * verified, how soon one begins in the middle, what a slow reader costs, and whether any of them
 * loses or repeats a vertex while their replicas crash and stall. Linux only. Exit status 1 when a
 * goal is missed.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { cpus, tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { runStreamFaults, type StreamFaultsReport } from "../tests/support/stream-faults.ts";
import { measureResume } from "./streams/resume.ts";
import { measureSlowReader } from "./streams/slow-reader.ts";
import { measureThroughput, type ThroughputGoal } from "./streams/throughput.ts";

const { values } = parseArgs({
  options: {
    faults: { type: "string", default: "200" },
    seed: { type: "string", default: "1" },
    only: { type: "string" },
  },
});

const throughputGoals: readonly ThroughputGoal[] = [
  { spec: "rmat:20", ratioMin: 0.7 },
  { spec: "grid:2000x2000", perSecondMin: 10e6 },
  { spec: "path:10000000", perSecondMin: 10e6 },
];

const dir = mkdtempSync(join(tmpdir(), "dfs-bench-streams-"));
try {
  process.exitCode = (await main()) ? 0 : 1;
} finally {
  rmSync(dir, { recursive: true, force: true });
}

async function main(): Promise<boolean> {
  console.log(`${cpus()[0]?.model ?? "unknown processor"}; Bun ${Bun.version}`);
  const parts = [
    { name: "memory", run: () => measureSlowReader("path:10000000", dir) },
    { name: "throughput", run: measureThroughputs },
    {
      name: "resume",
      run: () => measureResume({ spec: "rmat:22", resumeAfter: 3_000_000, ratioMax: 1.2 }, dir),
    },
    { name: "faults", run: strikeStreams },
  ];
  let isWell = true;
  for (const { name, run } of parts) {
    if (values.only !== undefined && values.only !== name) continue;
    console.log(`\n${name}`);
    isWell = (await run()) && isWell;
  }
  return isWell;
}

async function measureThroughputs(): Promise<boolean> {
  let isWell = true;
  for (const goal of throughputGoals) isWell = (await measureThroughput(goal, dir)) && isWell;
  return isWell;
}

async function strikeStreams(): Promise<boolean> {
  const report = await runStreamFaults({
    ...{ faultCount: Number(values.faults), seed: Number(values.seed), cwd: dir },
    onFault: (text) => {
      if (process.stdout.isTTY) console.log(text);
    },
  });
  const { results, crashCount, stallCount, hitCount } = report;
  const bad = results.filter(({ outcome }) => outcome !== "complete");
  console.log(
    `${crashCount} crashes and ${stallCount} stalls met ${hitCount} streams; ` +
      `${results.length} streams verified, ${bad.length} not complete: ` +
      `${bad.length === 0 ? "0 lost, 0 repeated" : JSON.stringify(bad)}`,
  );
  printGaps(report);
  return bad.length === 0 && results.length > 0;
}

function printGaps({ gaps }: StreamFaultsReport): void {
  for (const status of new Set(gaps.map((gap) => gap.status))) {
    const spansMs = gaps
      .filter((gap) => gap.status === status)
      .map(({ beganUs, endedUs }) => (endedUs - beganUs) / 1000)
      .sort((one, other) => one - other);
    const at = (share: number) => spansMs[Math.floor((spansMs.length - 1) * share)]?.toFixed(0);
    console.log(
      `${spansMs.length} gaps after ${status}: ` +
        `median ${at(0.5)} ms, p90 ${at(0.9)} ms, longest ${at(1)} ms`,
    );
  }
}
