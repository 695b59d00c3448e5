import { closeSync, existsSync, mkdtempSync, openSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { systemClock } from "../../src/base/clock.ts";
import { laneVariable } from "./free-ports.ts";
import { inLanes } from "./in-lanes.ts";
import { addTotals, formatTotals, junitTotals, noTests, type TestTotals } from "./junit-totals.ts";
import { describeFile, type KnownFile, type TestFile } from "./test-files.ts";

export const root = join(import.meta.dir, "../..");

/** One step of a test run. */
export interface Stage {
  readonly title: string;
  readonly command: readonly string[];
  /** Kills a stage that hangs. */
  readonly withinMs: number;
  /** Whether the command is `bun test`, whose results are counted. */
  readonly counts: boolean;
  readonly env?: Readonly<Record<string, string>>;
  /** Run one by one, in `laneCount` lanes, with the command before each. Undefined: run at once. */
  readonly files?: readonly TestFile[];
}

/** So many mostly wait, and two processors are enough for what they do besides. */
const laneCount = 3;

const minuteMs = 60_000;

/** A check that passes or fails as a whole; `args` are for this very Bun. */
export function check(title: string, args: readonly string[]): Stage {
  return { title, command: [process.execPath, ...args], withinMs: 2 * minuteMs, counts: false };
}

/** `bun test` over paths relative to the root. */
export function tests(title: string, paths: readonly string[], extra: Partial<Stage> = {}): Stage {
  const command = [process.execPath, "test", ...paths];
  return { title, command, withinMs: 12 * minuteMs, counts: true, ...extra };
}

/** The test files of `dir`, relative to the root, each by itself, some at once. */
export function testFiles(
  title: string,
  dir: string,
  known: Readonly<Record<string, KnownFile>>,
  extra: Partial<Stage> = {},
): Stage {
  const names = [...new Bun.Glob("**/*.test.ts").scanSync({ cwd: join(root, dir) })].toSorted();
  const files = names.map((name) => {
    const path = `./${dir}/${name}`;
    return describeFile(path, readFileSync(join(root, path), "utf8"), known[name]);
  });
  return tests(title, [], { files, withinMs: 5 * minuteMs, ...extra });
}

/**
 * Runs stages in order up to the first that fails, each under a heading with its time, and prints
 * the sum of all tests as the last line. Returns the exit status.
 */
export async function runStages(stages: readonly Stage[]): Promise<number> {
  let totals = noTests;
  let failedStage: string | undefined;
  for (const stage of stages) {
    const result = await runStage(stage);
    totals = addTotals(totals, result.totals);
    if (result.succeeded) continue;
    failedStage = stage.title;
    // A stage that failed without a failed test still must not read as a success.
    if (result.totals.failed === 0) totals = addTotals(totals, { ...noTests, failed: 1 });
    break;
  }
  if (failedStage !== undefined) console.log(`\nFailed: ${failedStage}`);
  console.log(`\n${formatTotals(totals)}`);
  return failedStage === undefined ? 0 : 1;
}

interface StageResult {
  readonly succeeded: boolean;
  readonly totals: TestTotals;
  /** How its process ended. */
  readonly end: string;
  /** Processor time of its process and of those that this one has waited for. */
  readonly cpuSeconds: number;
}

async function runStage(stage: Stage): Promise<StageResult> {
  console.log(`\n=== ${stage.title}`);
  const startUs = systemClock.nowUs();
  const results =
    stage.files === undefined
      ? [await runCommand(stage)]
      : await inLanes(stage.files, laneCount, (file, lane) => runFile(stage, file, lane));
  const seconds = ((systemClock.nowUs() - startUs) / 1e6).toFixed(1);
  const failed = results.filter(({ succeeded }) => !succeeded);
  // A stage that should run files and finds none has failed.
  const succeeded = results.length > 0 && failed.length === 0;
  const ends = failed.map(({ end }) => end).join(", ") || "nothing ran";
  console.log(`--- ${stage.title}: ${succeeded ? "ok" : `FAILED (${ends})`} in ${seconds} s`);
  const totals = results.map((result) => result.totals).reduce(addTotals, noTests);
  const cpuSeconds = results.reduce((sum, result) => sum + result.cpuSeconds, 0);
  return { succeeded, totals, end: ends, cpuSeconds };
}

/** Its output comes as a whole at its end, since other files run meanwhile. */
async function runFile(stage: Stage, file: TestFile, lane: number): Promise<StageResult> {
  const dir = mkdtempSync(join(tmpdir(), "dfs-file-"));
  try {
    const output = join(dir, "output.txt");
    const startUs = systemClock.nowUs();
    const command = [...stage.command, file.path];
    // A roster of its own: else its tests could see, and end, faults of other files' tests.
    const env = { ...stage.env, [laneVariable]: String(lane), XDG_RUNTIME_DIR: dir };
    const result = await runCommand({ ...stage, command, env }, output);
    const seconds = ((systemClock.nowUs() - startUs) / 1e6).toFixed(1);
    const took = `${seconds} s, ${result.cpuSeconds.toFixed(1)} of a processor`;
    console.log(`${readFileSync(output, "utf8").trim()}\n[${file.path} took ${took}]\n`);
    return { ...result, end: `${file.path}: ${result.end}` };
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
}

async function runCommand(stage: Stage, output?: string): Promise<StageResult> {
  const reportDir = mkdtempSync(join(tmpdir(), "dfs-stage-"));
  const outputFd = output === undefined ? undefined : openSync(output, "w");
  try {
    const report = join(reportDir, "junit.xml");
    const reporting = ["--reporter=junit", `--reporter-outfile=${report}`];
    const child = Bun.spawn([...stage.command, ...(stage.counts ? reporting : [])], {
      cwd: root,
      env: { ...process.env, ...stage.env },
      stdio: ["ignore", outputFd ?? "inherit", outputFd ?? "inherit"],
      timeout: stage.withinMs,
      killSignal: "SIGKILL",
    });
    await child.exited;
    const totals = stage.counts ? readTotals(report) : noTests;
    // `bun test` ends with 0 when nothing ran; a stage that tests nothing has failed.
    const ran = totals !== undefined && (!stage.counts || totals.passed + totals.failed > 0);
    const succeeded = child.exitCode === 0 && ran && totals.failed === 0;
    const end = child.signalCode === null ? `status ${child.exitCode}` : `${child.signalCode}`;
    const cpuSeconds = Number(child.resourceUsage()?.cpuTime.total ?? 0) / 1e6;
    return { succeeded, totals: totals ?? noTests, end, cpuSeconds };
  } finally {
    if (outputFd !== undefined) closeSync(outputFd);
    rmSync(reportDir, { recursive: true, force: true });
  }
}

function readTotals(report: string): TestTotals | undefined {
  return existsSync(report) ? junitTotals(readFileSync(report, "utf8")) : undefined;
}

/** Whether `dir`, relative to the root, holds a test file. */
export function hasTests(dir: string): boolean {
  const path = join(root, dir);
  if (!existsSync(path)) return false;
  return !new Bun.Glob("**/*.test.ts").scanSync({ cwd: path }).next().done;
}
