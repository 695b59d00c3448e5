import { DfsError } from "../base/errors.ts";
import type { ParentOf } from "./lineage.ts";
import type { ProcessFacts } from "./process-facts.ts";
import {
  parseWin32Parents,
  parseWin32Processes,
  win32ParentScript,
  win32ProcessScript,
} from "./win32-process.ts";
import { runPowerShell } from "./windows-tools.ts";

/** Facts of those of `pids` that exist. */
export async function inspectProcesses(
  pids: readonly number[],
): Promise<ReadonlyMap<number, ProcessFacts>> {
  if (pids.length === 0) return new Map();
  const rows = parseWin32Processes(await runPowerShell(win32ProcessScript(pids)));
  if (rows === undefined) throw notJson();
  return new Map(rows.map((process) => [process.pid, process]));
}

/** The parents of all processes there are. */
export async function findParents(): Promise<ParentOf> {
  const parents = parseWin32Parents(await runPowerShell(win32ParentScript));
  if (parents === undefined) throw notJson();
  return (child) => parents.get(child);
}

function notJson(): DfsError {
  return new DfsError("fault", "Get-CimInstance answered something that is not its JSON");
}
