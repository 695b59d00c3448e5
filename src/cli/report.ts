import { DfsError } from "../base/errors.ts";
import { type ExitStatus, worstExitStatus } from "../base/exit-status.ts";
import { limits } from "../base/limits.ts";
import { printable } from "../base/printable.ts";
import { LedgerCollector, type RunSelection } from "../report/ledger-collector.ts";
import { defaultLedgerPatterns, findLedgerFiles } from "../report/ledger-files.ts";
import { selectedRuns } from "../report/pooled-run.ts";
import { readLedgers } from "../report/read-ledgers.ts";
import { renderCsv } from "../report/render-csv.ts";
import { renderJson } from "../report/render-json.ts";
import { renderJunit } from "../report/render-junit.ts";
import { renderText } from "../report/render-text.ts";
import { verdictLines } from "../report/render-verdict.ts";
import { reportLedgers } from "../report/report-run.ts";
import type { Requirement } from "../report/requirement.ts";
import type { Report } from "../report/run-report.ts";
import type { TextOptions } from "../report/text-layout.ts";
import { exitStatusOfVerdict } from "../report/verdict.ts";
import * as flags from "./flags.ts";
import {
  planOutputs,
  type ReportFormat,
  type ReportOutput,
  refuseLedgersAsOutputs,
  reportFormats,
  writeOutput,
} from "./report-output.ts";
import { figureLines, requireFlag } from "./require-flag.ts";
import { defineSubcommand } from "./subcommand.ts";
import type { Terminal } from "./terminal.ts";
import { htmlFlag, requirePagePlace, writePage } from "./write-page.ts";

const flagSpecs = {
  format: flags.optionalChoice({
    description:
      "text for people, json for programs, csv with a row per request, junit for CI (Default: text)",
    choices: reportFormats,
  }),
  output: flags.repeated(
    {
      description:
        "File to write instead of standard output, which then has the verdict alone; repeatable, " +
        "format by its name: .txt .json .csv .xml",
      valueHint: "FILE",
      alias: "o",
    },
    flags.parseText,
  ),
  run: flags.text.withDefault({
    description:
      "Run to report: its id, all (each apart), or newest, with those that other load machines " +
      "made at the same time, as one",
    valueHint: "ID|newest|all",
    default: "newest",
  }),
  html: htmlFlag,
  require: requireFlag,
  explain: flags.toggle("Say below each block of the text what its figures mean"),
};

export const reportCommand = defineSubcommand({
  name: "report",
  description: "Turn ledgers into figures and a verdict; exit 0 only if it is VERIFIED",
  examples: [
    "dfs report",
    "dfs report client.log server_50051.log server_50052.log fault.log",
    "dfs report --require 'success>=99.9%' --require p99:50ms --require lost=0",
    "dfs report client.log --format json",
    "dfs report --html report.html",
    "dfs report --output verdict.xml --output requests.csv",
    "dfs report --explain",
  ],
  appendix: figureLines,
  endsAtOnce: true,
  flags: flagSpecs,
  positionals: {
    name: "files",
    description: `Ledgers, in any order (default: ${defaultLedgerPatterns.join(" ")})`,
  },
  async run(values, { positionals, terminal }) {
    const { format = "text", explain, html } = values;
    const outputs = planOutputs(values.output, values.format);
    const shown = outputs.length === 0 ? [format] : outputs.map((output) => output.format);
    if (explain && !shown.includes("text")) throw explainNeedsText(shown);
    if (html !== undefined && values.run === "all") throw pageShowsOneRun();
    if (html !== undefined) requirePagePlace(html);
    const paths = positionals.length > 0 ? named(positionals) : defaults(terminal);
    refuseLedgersAsOutputs(outputs, paths);
    const ledger = new LedgerCollector(selectionOf(values.run));
    await readLedgers(paths, ledger);
    const report = reportLedgers(ledger, values.require);
    writeOutputs(outputs, { report, ledger }, explain);
    if (outputs.length > 0) showVerdicts(report, outputs, terminal);
    else await print({ report, ledger }, format, terminal, explain);
    if (html !== undefined) {
      // Not on standard output, which may be JSON for a program.
      terminal.notices.info(`HTML report: ${printable(writePage(html, ledger, report))}`);
    }
    return statusOf(report);
  },
});

/** Reads the ledgers and reports them; throws `cannot-run` when that is not possible. */
export async function reportFiles(
  paths: readonly string[],
  requirements: readonly Requirement[],
): Promise<{ readonly ledger: LedgerCollector; readonly report: Report }> {
  const ledger = new LedgerCollector();
  await readLedgers(paths, ledger);
  return { ledger, report: reportLedgers(ledger, requirements) };
}

/** Prints the report and returns the exit status of its verdict; of several, the most telling. */
export function showReport(report: Report, terminal: Terminal): ExitStatus {
  terminal.line(renderText(report, layoutOf(terminal)));
  return statusOf(report);
}

function statusOf({ reports }: Report): ExitStatus {
  return worstExitStatus(reports.map(({ verdict }) => exitStatusOfVerdict(verdict)));
}

function layoutOf({ color, columns }: Terminal): TextOptions {
  return { color, width: columns };
}

interface Reported {
  readonly report: Report;
  readonly ledger: LedgerCollector;
}

/** Writes the report to each of `outputs`; throws `cannot-run` when it cannot. */
export function writeOutputs(
  outputs: readonly ReportOutput[],
  reported: Reported,
  explain = false,
): void {
  for (const { path, format } of outputs) writeOutput(path, fileText(reported, format, explain));
}

/** What goes into a file, piece by piece: a table of a million rows is never held as a whole. */
function* fileText(reported: Reported, format: ReportFormat, explain: boolean): Generator<string> {
  if (format === "csv") {
    yield* csvOf(reported);
    return;
  }
  const layout = { color: false, width: limits.textFileColumnCount, explain };
  yield `${renderWhole(reported.report, format, layout)}\n`;
}

function csvOf({ ledger }: Reported): Generator<string> {
  return renderCsv(selectedRuns(ledger).flat().toReversed());
}

function renderWhole(
  report: Report,
  format: Exclude<ReportFormat, "csv">,
  layout: TextOptions,
): string {
  switch (format) {
    case "text":
      return renderText(report, layout);
    case "json":
      return renderJson(report);
    case "junit":
      return renderJunit(report);
  }
}

async function print(
  reported: Reported,
  format: ReportFormat,
  terminal: Terminal,
  explain: boolean,
): Promise<void> {
  if (format !== "csv") {
    terminal.line(renderWhole(reported.report, format, { ...layoutOf(terminal), explain }));
    return;
  }
  for (const piece of csvOf(reported)) {
    terminal.write(piece);
    await terminal.flush();
  }
}

function showVerdicts(report: Report, outputs: readonly ReportOutput[], terminal: Terminal): void {
  for (const { path, format } of outputs) terminal.line(`Written: ${printable(path)} (${format})`);
  for (const run of report.reports.toReversed()) {
    for (const line of ["", ...verdictLines(run, layoutOf(terminal))]) terminal.line(line);
  }
}

function explainNeedsText(formats: readonly ReportFormat[]): DfsError {
  return new DfsError(
    "usage",
    `--explain: belongs to --format text, and the format is ${formats.join(", ")}: ` +
      "leave one of them out",
  );
}

function pageShowsOneRun(): DfsError {
  return new DfsError(
    "usage",
    "--html: a page shows one run, and --run all asks for every one: give --run an id or newest",
  );
}

function selectionOf(run: string): RunSelection {
  return run === "all" || run === "newest" ? run : { run };
}

function named(patterns: readonly string[]): readonly string[] {
  const { paths, missing } = findLedgerFiles(patterns, process.cwd());
  if (missing.length === 0) return paths;
  throw new DfsError(
    "cannot-run",
    `Cannot report as there is no such log file: ${missing.map(printable).join(", ")}`,
  );
}

function defaults(terminal: Terminal): readonly string[] {
  const { paths, missing } = findLedgerFiles(defaultLedgerPatterns, process.cwd());
  if (paths.length === 0) {
    throw new DfsError(
      "cannot-run",
      `Cannot report as ${process.cwd()} holds none of ${defaultLedgerPatterns.join(", ")}: ` +
        "run dfs load --replicas host:port,... here first, or name the log files",
    );
  }
  if (missing.length > 0) terminal.notices.info(`Not found here: ${missing.join(", ")}`);
  return paths;
}
