import { fileURLToPath } from "node:url";

/** A program and its arguments, ready to be started. */
export interface ProgramCommand {
  readonly file: string;
  readonly args: readonly string[];
}

/**
 * How to run this same `dfs` again with other arguments: compiled, or from its sources under Bun.
 */
export function selfCommand(args: readonly string[]): ProgramCommand {
  if (Bun.isStandaloneExecutable) return { file: process.execPath, args };
  const main = fileURLToPath(new URL("../main.ts", import.meta.url));
  return { file: process.execPath, args: [main, ...args] };
}
