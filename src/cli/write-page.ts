import { accessSync, constants, existsSync, statSync, writeFileSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { DfsError, messageOf, systemErrorCode } from "../base/errors.ts";
import { refuseNamedPipe } from "../base/named-pipe.ts";
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

/** Throws `cannot-run` when a page cannot be written there, before there is anything to lose. */
export function requirePagePlace(path: string): void {
  const fullPath = resolve(path);
  const directory = dirname(fullPath);
  if (!statSync(directory, { throwIfNoEntry: false })?.isDirectory()) {
    throw cannotWrite(fullPath, new Error(`there is no directory ${directory}`));
  }
  try {
    const exists = existsSync(fullPath);
    accessSync(exists ? fullPath : directory, constants.W_OK);
    if (!exists) return;
    if (statSync(fullPath).isDirectory()) throw new Error("it is a directory");
    refuseNamedPipe(fullPath);
  } catch (error) {
    throw cannotWrite(fullPath, error);
  }
}

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
    throw cannotWrite(fullPath, error);
  }
  return fullPath;
}

function cannotWrite(fullPath: string, error: unknown): DfsError {
  const why = systemErrorCode(error) === "EACCES" ? "permission denied" : messageOf(error);
  return new DfsError(
    "cannot-run",
    printable(`Cannot write the HTML report to ${fullPath}: ${why}`),
  );
}
