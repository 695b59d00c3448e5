/**
 * `bun bench/failover.ts`: dfs's failover beside stock gRPC clients and proxies, in one session, on
 * the same replicas, with the same faults and the same definition of latency. Exit status: 0 when
 * the dfs row of the default policy reaches what it must, 1 when not, 2 for the command line, 130
 * when interrupted. See --help.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { cpus, tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { systemClock } from "../src/base/clock.ts";
import { messageOf } from "../src/base/errors.ts";
import { createSearchScratch, depthFirstSearch } from "../src/graph/depth-first-search.ts";
import { modularGraph } from "../src/graph/modular-graph.ts";
import { killAllChildren } from "./failover/children.ts";
import type { Contestant } from "./failover/contestants.ts";
import { type Figures, figuresOf, medianFigures } from "./failover/figures.ts";
import { type MeasureOptions, measure } from "./failover/measure.ts";
import { type BenchOptions, readOptions, usage } from "./failover/options.ts";
import { preparePrograms } from "./failover/programs.ts";
import { foreignMaxPercent, untilQuiet, watchForeign } from "./failover/quiet.ts";
import type { Question, RightAnswer } from "./failover/record.ts";
import { checksOf, type Row } from "./failover/requirements.ts";
import { checksTable, figuresTable, noiseNotes, ratioTable } from "./failover/table.ts";

const takeMaxCount = 3;

interface Runs {
  readonly disturbed: Figures[];
  readonly undisturbed: Figures[];
}

function rightAnswer({ target, numVertices }: Question): RightAnswer {
  return depthFirstSearch(modularGraph(numVertices), createSearchScratch(), target);
}

/** Rounds of all clients, so that a drift of the machine meets them all. */
async function runRounds(
  able: readonly Contestant[],
  options: BenchOptions,
  base: Omit<MeasureOptions, "round" | "isUndisturbed">,
): Promise<ReadonlyMap<Contestant, Runs>> {
  const all = new Map(able.map((contestant) => [contestant, newRuns()]));
  for (let round = 0; round < options.runCount; round++) {
    for (const [contestant, runs] of all) {
      for (const isUndisturbed of kindsOf(contestant, round)) {
        if (base.signal.aborted) return all;
        const kind = { ...base, round, isUndisturbed };
        const figures = await runOnce(contestant, kind, options.patienceMs);
        if (figures !== undefined)
          (isUndisturbed ? runs.undisturbed : runs.disturbed).push(figures);
      }
    }
  }
  return all;
}

/** A run that others' work spoiled, whatever its figures, is repeated; the last one counts. */
async function runOnce(
  contestant: Contestant,
  base: MeasureOptions,
  patienceMs: number,
): Promise<Figures | undefined> {
  const label = `${base.isUndisturbed ? "undisturbed" : "run"}-${base.round}`;
  for (let take = 1; take <= takeMaxCount && !base.signal.aborted; take++) {
    await untilQuiet(patienceMs, base.signal);
    const dir = join(base.dir, `${contestant.name}-${label}-${take}`);
    try {
      const { value, foreignPercent } = await watchForeign(() =>
        measure(contestant, { ...base, dir }),
      );
      const figures = figuresOf(value);
      const isSpoilt = foreignPercent > foreignMaxPercent;
      const others = isSpoilt ? ` (others took ${foreignPercent.toFixed(0)} % of the machine)` : "";
      const again = isSpoilt && take < takeMaxCount;
      const verb = again ? "  repeated: " : "  ";
      console.log(`${verb}${contestant.title}, ${label}: ${inShort(figures)}${others}`);
      if (!again) return figures;
    } catch (error) {
      if (base.signal.aborted) return undefined;
      console.log(`FAILED: ${contestant.title}, ${label}: ${messageOf(error)}`);
      return undefined;
    }
  }
  return undefined;
}

const newRuns = (): Runs => ({ disturbed: [], undisturbed: [] });

/** dfs is judged by its undisturbed runs, so it has as many of them; of the others one tells. */
function kindsOf({ program }: Contestant, round: number): readonly boolean[] {
  return program.kind === "dfs" || round === 0 ? [true, false] : [false];
}

function inShort({ requests, lost, slow, worstMs, duplicates }: Figures): string {
  return `${lost} of ${requests} lost, ${slow} slow, worst ${worstMs.toFixed(1)} ms, ${duplicates} duplicates`;
}

/** Whether the dfs row that is judged reached everything; true of none. */
function show(rows: readonly Row[], { scenario, runCount, isQuick }: BenchOptions): boolean {
  console.log(`\nMedians of ${runCount} run${runCount === 1 ? "" : "s"}; lost, wrong: worst run\n`);
  console.log(figuresTable(scenario, rows));
  for (const note of noiseNotes(rows)) console.log(note);
  const ours = rows.filter(({ name }) => name === "dfs-adaptive" || name === "dfs-retry");
  const own = ours.find(({ name }) => name === "dfs-adaptive") ?? ours[0];
  if (own === undefined) return true;
  console.log(`\n${ratioTable(own, rows)}`);
  let isMet = true;
  for (const row of ours) {
    const checks = checksOf(scenario.name, row, rows);
    console.log(`\n${checksTable(row, checks)}`);
    if (row === own) isMet = checks.every((check) => check.isMet);
  }
  if (isQuick) console.log("\nQuick: the times are not the scenario's; nothing is proved");
  console.log(
    `\n${own.title}: ${isMet ? "everything required is reached" : "NOT everything required is reached"}`,
  );
  return isMet;
}

function rowsOf(all: ReadonlyMap<Contestant, Runs>): Row[] {
  return [...all].flatMap(([{ name, title }, { disturbed, undisturbed }]) =>
    disturbed.length === 0
      ? []
      : [
          {
            ...{ name, title, runs: disturbed, figures: medianFigures(disturbed) },
            undisturbed: undisturbed.length === 0 ? undefined : medianFigures(undisturbed),
          },
        ],
  );
}

async function main(options: BenchOptions, signal: AbortSignal): Promise<number> {
  const { scenario, chosen, runCount } = options;
  const dir = mkdtempSync(join(tmpdir(), "dfs-bench-failover-"));
  const startUs = systemClock.nowUs();
  try {
    const binary = options.binary && resolve(options.binary);
    const say = (line: string) => console.log(line);
    const { programs, canRun } = await preparePrograms(chosen, { dir, binary, say });
    const able = chosen.filter(canRun);
    const seconds = scenario.durationMs / 1000;
    console.log(
      `${cpus()[0]?.model ?? "unknown processor"} x ${cpus().length}; Bun ${Bun.version}`,
    );
    console.log(
      `Scenario ${scenario.name}: ${scenario.replicaCount} replicas, ${scenario.ratePerSecond} requests/s ` +
        `for ${seconds} s; ${scenario.title}`,
    );
    const right = rightAnswer(scenario.question);
    const all = await runRounds(able, options, { scenario, dir, right, programs, signal });
    if (signal.aborted) return 130;
    const rows = rowsOf(all);
    const isMet = show(rows, options);
    if (options.jsonPath !== undefined) {
      await Bun.write(
        options.jsonPath,
        `${JSON.stringify({ scenario, runCount, rows }, null, 2)}\n`,
      );
    }
    console.log(`took ${((systemClock.nowUs() - startUs) / 60e6).toFixed(1)} min`);
    const isComplete = rows.length === able.length;
    return isMet && isComplete ? 0 : 1;
  } finally {
    killAllChildren();
    if (options.keep) console.log(`kept: ${dir}`);
    else rmSync(dir, { recursive: true, force: true });
  }
}

async function start(args: readonly string[]): Promise<number> {
  if (args.includes("--help")) {
    console.log(usage);
    return 0;
  }
  let options: BenchOptions;
  try {
    options = readOptions(args);
  } catch (error) {
    console.error(`${messageOf(error)}\n${usage}`);
    return 2;
  }
  const interrupt = new AbortController();
  for (const name of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
    process.on(name, () => {
      console.error(`interrupted (${name})`);
      interrupt.abort();
      killAllChildren();
    });
  }
  return main(options, interrupt.signal);
}

process.exit(await start(process.argv.slice(2)));
