/**
 * `dfs load` beside ghz, taking turns before the same grpc-go server: how evenly each sends 1,000
 * requests a second and what that costs, how many a second of one core it sends flat out, and
 * whether both report the same service times. Run: `bun bench/load.ts [--rounds 3] [--seconds 30]
 * [--dfs PATH]`. Needs Go, which builds the server and, if it is not on the path, ghz. Ends with 1
 * when a bound is missed, and with 2 when there is nothing to compare with. Linux only.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { cpus, loadavg, tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { untilQuiet } from "./failover/quiet.ts";
import { median, type Pacing, pacingOf } from "./load/figures.ts";
import {
  type GeneratorName,
  generate,
  generatorNames,
  type LoadFigures,
  type LoadPlan,
} from "./load/generators.ts";
import { type Programs, preparePrograms } from "./load/programs.ts";
import { GoServer } from "./load/server.ts";
import { Verdict } from "./load/verdict.ts";

const { values } = parseArgs({
  options: {
    rounds: { type: "string", default: "3" },
    seconds: { type: "string", default: "30" },
    dfs: { type: "string" },
  },
});
const roundCount = Number(values.rounds);
const seconds = Number(values.seconds);
const concurrency = 50;
const ratePerSecond = 1000;
/** Far above what an answer of the server takes, so that its own time is what is measured. */
const delay = { least: "2ms", mean: "3ms" };

const dir = mkdtempSync(join(tmpdir(), "dfs-bench-load-"));
try {
  process.exitCode = await main();
} finally {
  rmSync(dir, { recursive: true, force: true });
}

async function main(): Promise<number> {
  const say = (line: string) => console.log(line);
  const programs = preparePrograms(dir, { dfs: values.dfs, say });
  if (typeof programs === "string") {
    say(`NOTHING COMPARED WITH ghz: ${programs}`);
    return 2;
  }
  say(`${cpus().length} x ${cpus()[0]?.model}; Bun ${Bun.version}; ${roundCount} rounds`);
  const verdict = new Verdict(say);
  await comparePaced(programs, verdict);
  await compareFlatOut(programs, verdict);
  await compareServiceTimes(programs, verdict);
  say(verdict.isMet ? "\nREACHED" : "\nNOT REACHED");
  return verdict.isMet ? 0 : 1;
}

interface Round {
  readonly figures: LoadFigures;
  /** Undefined without a rate. */
  readonly pacing: Pacing | undefined;
}

/** Rounds of both, in turn, before a server of their own. */
async function takeTurns(
  programs: Programs,
  plan: Pick<LoadPlan, "ratePerSecond" | "seconds">,
  serverDelay?: typeof delay,
): Promise<Record<GeneratorName, readonly Round[]>> {
  await using server = await GoServer.start(programs.server, serverDelay);
  const rounds: Record<GeneratorName, Round[]> = { dfs: [], ghz: [] };
  for (let round = 0; round < roundCount; round++) {
    for (const name of generatorNames) {
      const busyPercent = await untilQuiet(60_000, new AbortController().signal);
      if (busyPercent > 15) {
        console.log(`NOT QUIET: other work takes ${busyPercent.toFixed(0)} % of this machine`);
      }
      await server.begin();
      const { endpoint } = server;
      const figures = await generate(name, programs, { ...plan, endpoint, concurrency, dir });
      const arrivalsUs = await server.end();
      assertAllArrived(name, figures, arrivalsUs.length);
      const pacing =
        plan.ratePerSecond === undefined ? undefined : pacingOf(arrivalsUs, plan.ratePerSecond);
      rounds[name].push({ figures, pacing });
    }
  }
  return rounds;
}

/** The generator and the server must agree on what was sent. */
function assertAllArrived(name: GeneratorName, figures: LoadFigures, arrivedCount: number): void {
  const { okCount, notOkCount } = figures;
  if (notOkCount === 0 && arrivedCount === okCount) return;
  throw new Error(`${name}: ${arrivedCount} arrived, ${okCount} ok, ${notOkCount} not ok`);
}

function medianOf(rounds: readonly Round[], pick: (round: Round) => number | undefined): number {
  return median(rounds.map((round) => pick(round) ?? Number.NaN));
}

async function comparePaced(programs: Programs, verdict: Verdict): Promise<void> {
  verdict.heading(`${ratePerSecond} requests/s for ${seconds} s, load average ${loadavg()[0]}`);
  const { dfs, ghz } = await takeTurns(programs, { ratePerSecond, seconds });
  const lagP99Ms = medianOf(dfs, ({ figures }) => figures.lagP99Ms);
  verdict.atMost("lag p99, as dfs says", lagP99Ms, 5, "ms");
  const both = (pick: (round: Round) => number | undefined) => {
    return { dfs: medianOf(dfs, pick), ghz: medianOf(ghz, pick) };
  };
  verdict.show(
    "off an even schedule p50",
    both(({ pacing }) => pacing?.p50Ms),
    "ms",
  );
  verdict.ratioAtMost(
    "off an even schedule p99",
    both(({ pacing }) => pacing?.p99Ms),
    { max: 1, unit: "ms" },
  );
  verdict.ratioAtMost(
    "CPU per request",
    both(({ figures }) => (1e6 * figures.cpuSeconds) / figures.okCount),
    { max: 2, unit: "us" },
  );
  verdict.show(
    "service time p50, of next to nothing",
    both(({ figures }) => figures.serviceP50Ms),
    "ms",
  );
  verdict.show(
    "service time p99, of next to nothing",
    both(({ figures }) => figures.serviceP99Ms),
    "ms",
  );
}

async function compareFlatOut(programs: Programs, verdict: Verdict): Promise<void> {
  verdict.heading(`Flat out for ${seconds} s, ${concurrency} open over one connection`);
  const { dfs, ghz } = await takeTurns(programs, { ratePerSecond: undefined, seconds });
  const both = (pick: (round: Round) => number) => {
    return { dfs: medianOf(dfs, pick), ghz: medianOf(ghz, pick) };
  };
  verdict.show(
    "requests/s",
    both(({ figures }) => figures.okCount / seconds),
    "/s",
  );
  verdict.ratioAtLeast(
    "requests/s of one core",
    both(({ figures }) => figures.okCount / figures.cpuSeconds),
    { min: 0.5, unit: "/s" },
  );
}

async function compareServiceTimes(programs: Programs, verdict: Verdict): Promise<void> {
  verdict.heading(`Service times of ${delay.least} and more, ${ratePerSecond} requests/s`);
  const { dfs, ghz } = await takeTurns(programs, { ratePerSecond, seconds }, delay);
  const both = (pick: (round: Round) => number) => {
    return { dfs: medianOf(dfs, pick), ghz: medianOf(ghz, pick) };
  };
  const bounds = { within: 0.1, unit: "ms" };
  const p50 = both(({ figures }) => figures.serviceP50Ms);
  verdict.ratioWithin("service time p50", p50, bounds);
  const p99 = both(({ figures }) => figures.serviceP99Ms);
  verdict.ratioWithin("service time p99", p99, bounds);
}
