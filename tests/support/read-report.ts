import type { Report, RunReport } from "../../src/report/run-report.ts";
import { runDfs } from "./dfs-process.ts";

/**
 * What `dfs report --format json` says of the ledgers in `cwd`; throws unless it is about one run.
 */
export async function readReport(
  cwd: string,
  args: readonly string[] = [],
): Promise<{ report: Report; run: RunReport; status: number | null }> {
  const { status, stdout, stderr } = await runDfs(["report", "--format", "json", ...args], { cwd });
  if (status !== 0 && status !== 1 && status !== 4) {
    throw new Error(`dfs report ended with status ${status}:\n${stdout}${stderr}`);
  }
  const report = JSON.parse(stdout) as Report;
  const [run] = report.reports;
  if (run === undefined || report.reports.length !== 1) {
    throw new Error(`The report is about ${report.reports.length} runs, not one`);
  }
  return { report, run, status };
}

/** Throws with the whole report unless every scheduled request ended ok. */
export function expectNothingLost(run: RunReport): void {
  const { scheduled, ok, lost } = run.requests;
  if (scheduled > 0 && ok === scheduled && lost === 0) return;
  throw new Error(`Not every request ended ok: ${JSON.stringify(run, null, 1)}`);
}
