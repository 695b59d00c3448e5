import { DfsError } from "../base/errors.ts";
import type { ParentOf } from "./lineage.ts";
import type { ProcessFacts } from "./process-facts.ts";
import { parsePs, parsePsPrograms, psColumns, psEnvironment, psProgramColumns } from "./ps.ts";
import { runTool, toolFailure } from "./run-tool.ts";

/** Facts of those of `pids` that exist and are not zombies. */
export async function inspectProcesses(
  pids: readonly number[],
): Promise<ReadonlyMap<number, ProcessFacts>> {
  if (pids.length === 0) return new Map();
  const selection = ["-p", pids.join(",")];
  const [programs, rows] = await Promise.all([
    ps([...selection, ...psProgramColumns]),
    ps([...selection, ...psColumns]),
  ]);
  const facts = parsePs(rows, parsePsPrograms(programs));
  return new Map(facts.map((process) => [process.pid, process]));
}

/** The parents of all processes there are. */
export async function findParents(): Promise<ParentOf> {
  const processes = parsePs(await ps(["-A", ...psColumns]), new Map());
  const byPid = new Map(processes.map((process) => [process.pid, process]));
  return (child) => byPid.get(child);
}

async function ps(options: readonly string[]): Promise<string> {
  const tool = { name: "ps", paths: ["/bin/ps", "/usr/bin/ps"], environment: psEnvironment };
  const result = await runTool({ ...tool, arguments: ["-ww", ...options] });
  // ps leaves with 1 when none of the processes asked for exists.
  if (result.exitCode > 1 || result.stderr !== "") throw toolFailure("ps", result);
  if (result.exitCode === 0 && result.stdout === "") {
    throw new DfsError("fault", "ps listed nothing");
  }
  return result.stdout;
}
