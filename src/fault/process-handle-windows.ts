import { dlopen, type Pointer } from "bun:ffi";
import { DfsError } from "../base/errors.ts";
import { formatProcess, type ProcessFacts } from "./process-facts.ts";
import { sendSignal } from "./signals.ts";
import { isSameCreation } from "./win32-process.ts";

/** Loaded at the first use: this library exists on Windows alone. */
let library: ReturnType<typeof openLibrary> | undefined;

function openLibrary() {
  return dlopen("kernel32.dll", {
    OpenProcess: { args: ["u32", "i32", "u32"], returns: "ptr" },
    CloseHandle: { args: ["ptr"], returns: "i32" },
    GetExitCodeProcess: { args: ["ptr", "ptr"], returns: "i32" },
    GetProcessTimes: { args: ["ptr", "ptr", "ptr", "ptr", "ptr"], returns: "i32" },
    TerminateProcess: { args: ["ptr", "u32"], returns: "i32" },
  }).symbols;
}

function kernel32(): ReturnType<typeof openLibrary> {
  library ??= openLibrary();
  return library;
}

/** Rights of winnt.h. */
const processTerminate = 0x0001;
export const processSuspendResume = 0x0800;
const processQueryLimited = 0x1000;
/** STILL_ACTIVE, the exit code of a process that has not ended. */
const stillActive = 259;

export type ProcessHandle = Pointer | bigint;

/**
 * A handle to that very process, by pid and creation; undefined when it is gone, or its pid is
 * another's by now. As long as it is open the system gives the pid to no other process. A `fault`
 * error when this user may not open it.
 */
export function openProcess(target: ProcessFacts, rights: number): ProcessHandle | undefined {
  const handle = kernel32().OpenProcess(rights | processQueryLimited, 0, target.pid);
  if (handle === null) {
    if (!sendSignal(target, 0)) return undefined;
    throw new DfsError(
      "fault",
      `Cannot hit ${formatProcess(target)} as Windows does not open it for this user: ` +
        "run dfs from an elevated prompt",
    );
  }
  if (isAlive(handle) && isSameCreation(creationOf(handle), target)) return handle;
  closeProcess(handle);
  return undefined;
}

export function closeProcess(handle: ProcessHandle): void {
  kernel32().CloseHandle(handle);
}

export function isAlive(handle: ProcessHandle): boolean {
  const exitCode = new Uint32Array(1);
  const isKnown = kernel32().GetExitCodeProcess(handle, exitCode) !== 0;
  return !isKnown || exitCode[0] === stillActive;
}

/** In 100 ns since 1601; undefined when Windows does not tell. */
function creationOf(handle: ProcessHandle): bigint | undefined {
  const created = new BigUint64Array(1);
  const other = new BigUint64Array(1);
  return kernel32().GetProcessTimes(handle, created, other, other, other) === 0
    ? undefined
    : created[0];
}

/** Whether it lives; cheap, unlike a look by PowerShell. */
export function livesByHandle(target: ProcessFacts): boolean {
  const handle = openProcess(target, 0);
  if (handle === undefined) return false;
  closeProcess(handle);
  return true;
}

/** Ends it at once, as taskkill /F does; no handler of it runs. It may be gone already. */
export function terminateByHandle(target: ProcessFacts): void {
  const handle = openProcess(target, processTerminate);
  if (handle === undefined) return;
  try {
    if (kernel32().TerminateProcess(handle, 1) !== 0 || !isAlive(handle)) return;
    throw new DfsError("fault", `Cannot kill ${formatProcess(target)} as Windows refuses to`);
  } finally {
    closeProcess(handle);
  }
}
