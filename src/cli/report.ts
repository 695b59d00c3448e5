import { DfsError } from "../base/errors.ts";
import { type ExitStatus, worstExitStatus } from "../base/exit-status.ts";
import { printable } from "../base/printable.ts";
import { LedgerCollector, type RunSelection } from "../report/ledger-collector.ts";
import { defaultLedgerPatterns, findLedgerFiles } from "../report/ledger-files.ts";
import { readLedgers } from "../report/read-ledgers.ts";
import { renderJson } from "../report/render-json.ts";
import { renderText } from "../report/render-text.ts";
import { reportLedgers } from "../report/report-run.ts";
import type { Report } from "../report/run-report.ts";
import { exitStatusOfVerdict } from "../report/verdict.ts";
import * as flags from "./flags.ts";
import { defineSubcommand } from "./subcommand.ts";
import type { Terminal } from "./terminal.ts";
import { htmlFlag, requirePagePlace, writePage } from "./write-page.ts";

export type ReportFormat = "text" | "json";

const flagSpecs = {
  format: flags.choice({
    description: "text for people, json for programs",
    choices: ["text", "json"],
    default: "text",
  }),
  run: flags.text.withDefault({
    description: "Run to report: its id, newest, or all",
    valueHint: "ID|newest|all",
    default: "newest",
  }),
  html: htmlFlag,
  explain: flags.toggle("Say below each block of the text what its figures mean"),
};

export const reportCommand = defineSubcommand({
  name: "report",
  description: "Turn ledgers into figures and a verdict; exit 0 only if it is VERIFIED",
  examples: [
    "dfs report",
    "dfs report client.log server_50051.log server_50052.log fault.log",
    "dfs report client.log --format json",
    "dfs report --html report.html",
    "dfs report --explain",
  ],
  endsAtOnce: true,
  flags: flagSpecs,
  positionals: {
    name: "files",
    description: `Ledgers, in any order (default: ${defaultLedgerPatterns.join(" ")})`,
  },
  async run({ format, run, html, explain }, { positionals, terminal }) {
    if (explain && format !== "text") throw explainNeedsText(format);
    if (html !== undefined && run === "all") throw pageShowsOneRun();
    if (html !== undefined) requirePagePlace(html);
    const paths = positionals.length > 0 ? named(positionals) : defaults(terminal);
    const { ledger, report } = await reportFiles(paths, selectionOf(run));
    const status = showReport(report, format, terminal, explain);
    if (html !== undefined) {
      // Not on standard output, which may be JSON for a program.
      terminal.notices.info(`HTML report: ${printable(writePage(html, ledger, report))}`);
    }
    return status;
  },
});

/** Reads the ledgers and reports them; throws `cannot-run` when that is not possible. */
export async function reportFiles(
  paths: readonly string[],
  selection: RunSelection,
): Promise<{ readonly ledger: LedgerCollector; readonly report: Report }> {
  const ledger = new LedgerCollector(selection);
  await readLedgers(paths, ledger);
  return { ledger, report: reportLedgers(ledger) };
}

/** Prints the report and returns the exit status of its verdict; of several, the most telling. */
export function showReport(
  report: Report,
  format: ReportFormat,
  terminal: Terminal,
  explain = false,
): ExitStatus {
  const { color, columns } = terminal;
  terminal.line(
    format === "json" ? renderJson(report) : renderText(report, { color, width: columns, explain }),
  );
  return worstExitStatus(report.reports.map(({ verdict }) => exitStatusOfVerdict(verdict)));
}

function explainNeedsText(format: ReportFormat): DfsError {
  return new DfsError(
    "usage",
    `--explain: belongs to --format text, and the format is ${format}: leave one of them out`,
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
