import { readdirSync, readFileSync } from "node:fs";
import { systemErrorCode } from "../../src/base/errors.ts";

/** Ends a process whatever its state: a suspended one is resumed first. Gone already is fine. */
export function killForSure(pid: number): void {
  for (const signal of process.platform === "win32" ? [] : (["SIGCONT"] as const))
    send(pid, signal);
  send(pid, "SIGKILL");
}

function send(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch (error) {
    if (systemErrorCode(error) !== "ESRCH") throw error;
  }
}

/** Whether `pid` runs or is suspended; a zombie nobody has reaped yet is not. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
  } catch (error) {
    return systemErrorCode(error) === "EPERM";
  }
  return process.platform !== "linux" || !["Z", "X", undefined].includes(linuxState(pid));
}

/**
 * The state letter of /proc/PID/stat, such as `S` or `T`; undefined when there is no such process.
 */
export function linuxState(pid: number): string | undefined {
  const stat = readProc(`${pid}/stat`);
  // The name in brackets may itself hold brackets and blanks.
  return stat === undefined ? undefined : stat.slice(stat.lastIndexOf(")") + 2, -1)[0];
}

/** Live processes that inherited `NAME=VALUE` in their environment. Linux only. */
export function processesMarked(mark: string): number[] {
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .filter((name) => readProc(`${name}/environ`)?.split("\0").includes(mark))
    .map(Number)
    .filter(isAlive);
}

/** Undefined when the process is gone or another user's. */
function readProc(path: string): string | undefined {
  try {
    return readFileSync(`/proc/${path}`, "utf8");
  } catch {
    return undefined;
  }
}
