import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { systemClock } from "../../src/base/clock.ts";
import { addTotals, formatTotals, junitTotals, noTests, type TestTotals } from "./junit-totals.ts";

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
}

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

async function runStage(stage: Stage): Promise<{ succeeded: boolean; totals: TestTotals }> {
  console.log(`\n=== ${stage.title}`);
  const startUs = systemClock.nowUs();
  const reportDir = mkdtempSync(join(tmpdir(), "dfs-stage-"));
  try {
    const report = join(reportDir, "junit.xml");
    const reporting = ["--reporter=junit", `--reporter-outfile=${report}`];
    const child = Bun.spawn([...stage.command, ...(stage.counts ? reporting : [])], {
      cwd: root,
      env: { ...process.env, ...stage.env },
      stdio: ["ignore", "inherit", "inherit"],
      timeout: stage.withinMs,
      killSignal: "SIGKILL",
    });
    await child.exited;
    const seconds = ((systemClock.nowUs() - startUs) / 1e6).toFixed(1);
    const totals = stage.counts ? readTotals(report) : noTests;
    // `bun test` ends with 0 when nothing ran; a stage that tests nothing has failed.
    const ran = totals !== undefined && (!stage.counts || totals.passed + totals.failed > 0);
    const succeeded = child.exitCode === 0 && ran && totals.failed === 0;
    const end = child.signalCode === null ? `status ${child.exitCode}` : `${child.signalCode}`;
    console.log(`--- ${stage.title}: ${succeeded ? "ok" : `FAILED (${end})`} in ${seconds} s`);
    return { succeeded, totals: totals ?? noTests };
  } finally {
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
