import { join } from "node:path";
import { type ExitStatus, worstExitStatus } from "../base/exit-status.ts";
import { localTimeOfDay } from "../base/local-time.ts";
import { printable } from "../base/printable.ts";
import type { DrillPlan } from "../drill/run-drill.ts";
import type { ClientName } from "../load/load-config.ts";
import { verdictLines } from "../report/render-verdict.ts";
import type { Requirement } from "../report/requirement.ts";
import type { RunReport } from "../report/run-report.ts";
import { exitStatusOfVerdict } from "../report/verdict.ts";
import { comparedClients, comparisonTable } from "./compare.ts";
import { faultsOnlyObserver } from "./demo-observer.ts";
import { type DemoStage, makeDirectory } from "./demo-stage.ts";
import { policyLine } from "./load.ts";
import { playDemo } from "./play-demo.ts";
import type { RunContext } from "./subcommand.ts";

export interface Comparison {
  readonly stage: DemoStage;
  readonly require: readonly Requirement[];
  readonly planOf: (client: ClientName) => DrillPlan;
}

/** Plays the same timeline once per policy; the verdict is that on the first, ours. */
export async function compareDemo(
  { planOf, stage, require }: Comparison,
  context: RunContext,
): Promise<ExitStatus> {
  const { terminal, clock } = context;
  const rows: { client: ClientName; report: RunReport }[] = [];
  const pages: string[] = [];
  for (const client of comparedClients) {
    const plan = planOf(client);
    const directory = makeDirectory(join(stage.directory, client), clock);
    terminal.line(`[${localTimeOfDay(clock.nowUs())}] ${policyLine(plan.load)}`);
    const observer = faultsOnlyObserver(terminal);
    const played = await playDemo({ directory, plan, observer, require }, context);
    if (played.statuses.length > 0) return worstExitStatus(played.statuses);
    if (played.pagePath !== undefined) pages.push(played.pagePath);
    rows.push(...played.report.reports.map((report) => ({ client, report })));
  }
  for (const line of ["", ...comparisonTable(rows), ""]) terminal.line(line);
  const ours = rows.find(({ client }) => client === "adaptive")?.report;
  if (ours === undefined) throw new Error("the comparison has a row of ours");
  const { color, columns } = terminal;
  for (const line of verdictLines(ours, { color, width: columns })) terminal.line(line);
  for (const page of pages) terminal.line(`HTML report: ${printable(page)}`);
  return exitStatusOfVerdict(ours.verdict);
}
