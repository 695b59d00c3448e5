import { fieldOf, parseJsonRows } from "./json-rows.ts";
import type { ProcessParent } from "./lineage.ts";
import type { ProcessFacts } from "./process-facts.ts";

/**
 * Creation time in 100 ns since 1601, as text: JSON numbers of that size are not exact. Some system
 * processes have none.
 */
const createdColumn =
  "@{n='Created';e={if($_.CreationDate){$_.CreationDate.ToFileTimeUtc().ToString()}else{''}}}";

/** PowerShell that prints what parseWin32Processes() reads, for those of `pids` that exist. */
export function win32ProcessScript(pids: readonly number[]): string {
  const filter = pids.map((pid) => `ProcessId=${pid}`).join(" OR ");
  // Win32_Process knows no state; a suspended process is one whose every thread waits, suspended.
  return (
    `Get-CimInstance Win32_Process -Filter '${filter}' | ForEach-Object { ` +
    "$t=@((Get-Process -Id $_.ProcessId -ErrorAction SilentlyContinue).Threads); " +
    "$o=$_ | Invoke-CimMethod -MethodName GetOwner -ErrorAction SilentlyContinue; " +
    "$_ | Select-Object ProcessId,ParentProcessId,Name,ExecutablePath,CommandLine," +
    `${createdColumn},` +
    "@{n='User';e={$o.User}},@{n='ThreadCount';e={$t.Count}},@{n='SuspendedCount';e={@($t | " +
    "Where-Object {$_.ThreadState -eq 'Wait' -and $_.WaitReason -eq 'Suspended'}).Count}}" +
    " } | ConvertTo-Json -Compress"
  );
}

/** PowerShell that prints what parseWin32Parents() reads: every process. */
export const win32ParentScript =
  "Get-CimInstance Win32_Process | " +
  `Select-Object ProcessId,ParentProcessId,${createdColumn} | ConvertTo-Json -Compress`;

/** Undefined when the text is not the script's JSON. */
export function parseWin32Processes(text: string): ProcessFacts[] | undefined {
  return parseJsonRows(text)?.flatMap((row) => {
    const parent = parentOfRow(row);
    if (parent === undefined) return [];
    const threadCount = fieldOf(row, "ThreadCount");
    const isStopped =
      typeof threadCount === "number" &&
      threadCount > 0 &&
      fieldOf(row, "SuspendedCount") === threadCount;
    return [
      {
        pid: parent.pid,
        parentPid: parent.parentPid,
        name: textOf(row, "Name"),
        executable: textOf(row, "ExecutablePath"),
        commandLine: textOf(row, "CommandLine"),
        startedUs: parent.startedUs,
        identity: textOf(row, "Created"),
        uid: undefined,
        user: textOf(row, "User"),
        state: isStopped ? "stopped" : "running",
        // A Windows console has no foreground job: whoever waits for a suspended process keeps
        // waiting.
        leadsForegroundJob: false,
      } as const,
    ];
  });
}

/** Undefined when the text is not the script's JSON. */
export function parseWin32Parents(text: string): Map<number, ProcessParent> | undefined {
  const rows = parseJsonRows(text)?.flatMap((row) => parentOfRow(row) ?? []);
  return rows === undefined ? undefined : new Map(rows.map((row) => [row.pid, row]));
}

/** Windows counts from 1601-01-01, which is this many seconds before the Unix epoch. */
const windowsEpochSeconds = 11_644_473_600;

function parentOfRow(row: object): ProcessParent | undefined {
  const pid = fieldOf(row, "ProcessId");
  const parentPid = fieldOf(row, "ParentProcessId");
  if (typeof pid !== "number" || typeof parentPid !== "number") return undefined;
  const created = textOf(row, "Created");
  const startedUs = /^\d+$/.test(created)
    ? Number(BigInt(created) / 10n) - windowsEpochSeconds * 1e6
    : undefined;
  return { pid, parentPid, startedUs };
}

/** CIM tells a creation to the microsecond, the system itself to 100 ns: both in 100 ns here. */
const creationTolerance = 10_000n;

/**
 * Whether `created`, as the system itself tells it, is the creation of the process whose facts are
 * `target`; a pid is not given away twice within a millisecond. True where either is not known.
 */
export function isSameCreation(
  created: bigint | undefined,
  { identity }: Pick<ProcessFacts, "identity">,
): boolean {
  if (created === undefined || !/^\d+$/.test(identity)) return true;
  const apart = created - BigInt(identity);
  return apart < creationTolerance && apart > -creationTolerance;
}

function textOf(row: object, key: string): string {
  const value = fieldOf(row, key);
  return typeof value === "string" ? value : "";
}
