import { existsSync, realpathSync, type Stats, statSync } from "node:fs";
import { resolve } from "node:path";
import { DfsError } from "../base/errors.ts";
import { printable } from "../base/printable.ts";
import { compareText } from "./ledger-collector.ts";

/**
 * What `dfs` writes by default into the current directory; a pattern stands for any number of
 * files.
 */
export const defaultLedgerPatterns = ["client.log", "server_*.log", "fault.log"] as const;

export interface LedgerFiles {
  /** Each file once, however often it was named. */
  readonly paths: readonly string[];
  /** Patterns and names that match no file. */
  readonly missing: readonly string[];
}

/**
 * The files that `patterns` mean, seen from `directory`. A name is taken as it is if such a file
 * exists; otherwise `*` and `?` match within one directory, since not every shell expands them.
 * Throws `cannot-run` at once for what is no regular file: reading it may never end.
 */
export function findLedgerFiles(patterns: readonly string[], directory: string): LedgerFiles {
  const byRealPath = new Map<string, string>();
  const missing: string[] = [];
  for (const pattern of patterns) {
    const paths = existsSync(resolve(directory, pattern)) ? [pattern] : matches(pattern, directory);
    if (paths.length === 0) missing.push(pattern);
    for (const path of paths) {
      const real = realpathSync(resolve(directory, path));
      refuseIrregular(path, statSync(real));
      if (!byRealPath.has(real)) byRealPath.set(real, path);
    }
  }
  return { paths: [...byRealPath.values()], missing };
}

function refuseIrregular(path: string, stats: Stats): void {
  if (stats.isFile()) return;
  throw new DfsError(
    "cannot-run",
    printable(
      `Cannot report as a log file must be a regular file, and ${path} is a ${kindOf(stats)}`,
    ),
  );
}

function kindOf(stats: Stats): string {
  if (stats.isDirectory()) return "directory";
  if (stats.isFIFO()) return "named pipe";
  if (stats.isSocket()) return "socket";
  return "device";
}

function matches(pattern: string, directory: string): readonly string[] {
  if (!/[*?]/.test(pattern)) return [];
  // Glob patterns take forward slashes on every system.
  const glob = new Bun.Glob(pattern.replaceAll("\\", "/"));
  return [...glob.scanSync({ cwd: directory, onlyFiles: false })]
    .filter((path) => existsSync(resolve(directory, path)))
    .sort(compareText);
}
