import { writeFileSync } from "node:fs";
import { resolve } from "node:path";
import { DfsError, messageOf } from "../base/errors.ts";
import { printable } from "../base/printable.ts";
import type { LedgerCollector } from "../report/ledger-collector.ts";
import { pageData } from "../report/page/page-data.ts";
import { renderPage } from "../report/page/render-page.ts";
import type { Report } from "../report/run-report.ts";
import * as flags from "./flags.ts";

export const htmlFlag = flags.text.optional({
  description: "Also write the report as one HTML page, to be opened from disk",
  valueHint: "FILE",
});

/**
 * Writes the newest run reported as a page and returns its full path; throws `cannot-run` when the
 * file cannot be written.
 */
export function writePage(path: string, ledger: LedgerCollector, { reports }: Report): string {
  const [report] = reports;
  if (report === undefined) throw new Error("a report has a run");
  const html = renderPage(pageData(ledger, report));
  const fullPath = resolve(path);
  try {
    writeFileSync(fullPath, html);
  } catch (error) {
    throw new DfsError(
      "cannot-run",
      `Cannot write the HTML report to ${printable(fullPath)}: ${messageOf(error)}`,
    );
  }
  return fullPath;
}
