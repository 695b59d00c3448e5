import { readdirSync, readFileSync, readlinkSync } from "node:fs";
import { basename } from "node:path";
import type { Clock } from "../base/clock.ts";
import { type CrashSignal, numberOf } from "./crash-signals.ts";
import type { ProcessParent } from "./lineage.ts";
import { type ProcStat, parseProcStat } from "./proc-stat.ts";
import {
  dropsSignal,
  isActivated,
  leadsNamespace,
  parseProcStatus,
  serviceUnit,
} from "./proc-status.ts";
import { formatCommandLine, type ProcessFacts, type ProcessState } from "./process-facts.ts";

/**
 * Of USER_HZ, which the kernel's ABI fixes at 100 per second on every architecture that Bun runs
 * on.
 */
const tickUs = 10_000;
/** /proc/PID/stat cuts names at 15 bytes. */
const nameMaxLength = 15;

/** Facts of those of `pids` that exist and are not zombies. */
export function inspectProcesses(
  pids: readonly number[],
  clock: Clock,
): ReadonlyMap<number, ProcessFacts> {
  const bootUs = bootInstantUs(clock);
  const found = new Map<number, ProcessFacts>();
  for (const pid of pids) {
    const facts = inspect(pid, bootUs);
    if (facts !== undefined) found.set(pid, facts);
  }
  return found;
}

/**
 * The state of the process of that identity; another process under its pid means that it is gone.
 */
export function stateOfProcess(pid: number, identity: string): ProcessState {
  const stat = readStat(pid);
  return stat === undefined || stat.startTicks !== identity ? "gone" : stateOfThreads(pid, stat);
}

/** Parent of a process, for the chain of ancestors. */
export function parentOf(pid: number): ProcessParent | undefined {
  const stat = readStat(pid);
  if (stat === undefined) return undefined;
  return { pid, parentPid: stat.parentPid, startedUs: Number(stat.startTicks) * tickUs };
}

/** System.dropsSignal(). */
export function whyDropped(pid: number, signal: CrashSignal): string | undefined {
  const number = numberOf(signal);
  const status = parseProcStatus(readText(`/proc/${pid}/status`));
  return number === undefined ? undefined : dropsSignal(status, number);
}

function inspect(pid: number, bootUs: number | undefined): ProcessFacts | undefined {
  const stat = readStat(pid);
  if (stat === undefined) return undefined;
  const state = stateOfThreads(pid, stat);
  if (state === "gone") return undefined;
  const words = readText(`/proc/${pid}/cmdline`).replace(/\0$/, "").split("\0");
  const executable = readExecutable(pid);
  const status = parseProcStatus(readText(`/proc/${pid}/status`));
  const unit = serviceUnit(readText(`/proc/${pid}/cgroup`));
  const namespacePid = status.namespacePids.at(-1) ?? pid;
  return {
    pid,
    parentPid: stat.parentPid,
    name: fullName(stat.name, executable),
    executable,
    commandLine: words.length === 1 && words[0] === "" ? "" : formatCommandLine(words),
    startedUs: bootUs === undefined ? undefined : bootUs + Number(stat.startTicks) * tickUs,
    identity: stat.startTicks,
    uid: status.uid,
    user: status.uid === undefined ? "" : loginName(status.uid),
    state,
    leadsForegroundJob:
      stat.terminal !== 0 &&
      stat.foregroundGroup === stat.processGroup &&
      pid === stat.processGroup,
    ...(leadsNamespace(status) ? { leadsNamespace: true } : {}),
    ...(isActivated(readText(`/proc/${pid}/environ`), namespacePid) ? { isActivated: true } : {}),
    ...(unit === undefined ? {} : { unit }),
  };
}

/**
 * A process is stopped when every live thread of it is, and gone when none is alive: a dead main
 * thread shows as a zombie while others still serve.
 */
function stateOfThreads(pid: number, main: ProcStat): ProcessState {
  const states = threadIds(pid).flatMap((thread) => {
    const stat = parseProcStat(readText(`/proc/${pid}/task/${thread}/stat`));
    return stat === undefined ? [] : [stat.state];
  });
  const live = (states.length === 0 ? [main.state] : states).filter((state) => !isDead(state));
  if (live.length === 0) return "gone";
  return live.every((state) => state === "T" || state === "t") ? "stopped" : "running";
}

function isDead(state: string): boolean {
  return state === "Z" || state === "X" || state === "x";
}

function threadIds(pid: number): string[] {
  try {
    return readdirSync(`/proc/${pid}/task`);
  } catch {
    return [];
  }
}

function fullName(name: string, executable: string): string {
  const program = basename(executable);
  return name.length >= nameMaxLength && program.startsWith(name) ? program : name;
}

/**
 * A program file that was replaced since is marked ` (deleted)`; it is the same program all the
 * same.
 */
function readExecutable(pid: number): string {
  try {
    return readlinkSync(`/proc/${pid}/exe`).replace(/ \(deleted\)$/, "");
  } catch {
    return "";
  }
}

/**
 * /proc/uptime counts hundredths of seconds since boot, suspended time included, as start ticks do.
 */
function bootInstantUs(clock: Clock): number | undefined {
  const uptimeSeconds = Number.parseFloat(readText("/proc/uptime"));
  return Number.isNaN(uptimeSeconds) ? undefined : clock.nowUs() - uptimeSeconds * 1e6;
}

/** Local accounts only; others are shown by their number. */
function loginName(uid: number): string {
  const row = readText("/etc/passwd")
    .split("\n")
    .find((line) => Number(line.split(":")[2] || Number.NaN) === uid);
  return row?.split(":")[0] ?? "";
}

function readStat(pid: number): ProcStat | undefined {
  return parseProcStat(readText(`/proc/${pid}/stat`));
}

/** Empty where there is nothing (any more) or this user may not look. */
function readText(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return "";
  }
}
