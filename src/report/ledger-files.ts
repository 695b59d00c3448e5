import { existsSync, realpathSync } from "node:fs";
import { resolve } from "node:path";
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
 */
export function findLedgerFiles(patterns: readonly string[], directory: string): LedgerFiles {
  const byRealPath = new Map<string, string>();
  const missing: string[] = [];
  for (const pattern of patterns) {
    const paths = existsSync(resolve(directory, pattern)) ? [pattern] : matches(pattern, directory);
    if (paths.length === 0) missing.push(pattern);
    for (const path of paths) {
      const real = realpathSync(resolve(directory, path));
      if (!byRealPath.has(real)) byRealPath.set(real, path);
    }
  }
  return { paths: [...byRealPath.values()], missing };
}

function matches(pattern: string, directory: string): readonly string[] {
  if (!/[*?]/.test(pattern)) return [];
  // Glob patterns take forward slashes on every system.
  const glob = new Bun.Glob(pattern.replaceAll("\\", "/"));
  return [...glob.scanSync({ cwd: directory, onlyFiles: true })].sort(compareText);
}
