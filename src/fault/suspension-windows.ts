import { dlopen, type Pointer } from "bun:ffi";
import { DfsError } from "../base/errors.ts";
import { formatProcess, type ProcessFacts } from "./process-facts.ts";
import type { Suspension } from "./system.ts";

/** Loaded at the first use: these libraries exist on Windows alone. */
let libraries: ReturnType<typeof openLibraries> | undefined;

function openLibraries() {
  return {
    kernel32: dlopen("kernel32.dll", {
      OpenProcess: { args: ["u32", "i32", "u32"], returns: "ptr" },
      CloseHandle: { args: ["ptr"], returns: "i32" },
      GetExitCodeProcess: { args: ["ptr", "ptr"], returns: "i32" },
    }).symbols,
    ntdll: dlopen("ntdll.dll", {
      NtSuspendProcess: { args: ["ptr"], returns: "i32" },
      NtResumeProcess: { args: ["ptr"], returns: "i32" },
    }).symbols,
  };
}

function opened(): ReturnType<typeof openLibraries> {
  libraries ??= openLibraries();
  return libraries;
}

/** PROCESS_SUSPEND_RESUME | PROCESS_QUERY_LIMITED_INFORMATION. */
const accessRights = 0x0800 | 0x1000;
/** STILL_ACTIVE, the exit code of a process that has not ended. */
const stillActive = 259;

/**
 * Suspends every thread of the process. A status other than 0 (STATUS_SUCCESS) is a `fault` error;
 * that the threads do wait is for System.stateOf() to prove.
 */
export function suspendByHandle(target: ProcessFacts): Suspension {
  const { kernel32, ntdll } = opened();
  const handle = openProcess(target);
  const status = ntdll.NtSuspendProcess(handle);
  if (status !== 0) {
    kernel32.CloseHandle(handle);
    throw refused("suspend", target, status);
  }
  return resumption(target, handle);
}

/** A handle to a process that somebody else suspends; suspensions nest, and it takes back one. */
export function claimByHandle(target: ProcessFacts): Suspension {
  return resumption(target, openProcess(target));
}

type Handle = Pointer | bigint;

/**
 * As long as the handle is open the system gives the pid to no other process, so that only this one
 * can be resumed by it.
 */
function openProcess(target: ProcessFacts): Handle {
  const handle = opened().kernel32.OpenProcess(accessRights, 0, target.pid);
  if (handle !== null) return handle;
  throw new DfsError(
    "fault",
    `Cannot suspend ${formatProcess(target)} as Windows does not open it for this user: ` +
      "run dfs from an elevated prompt",
  );
}

function resumption(target: ProcessFacts, handle: Handle): Suspension {
  let wasThere: boolean | undefined;
  return {
    resume() {
      if (wasThere === undefined) {
        // Set first: should resuming fail, the handle is closed all the same.
        wasThere = true;
        wasThere = resumeAndClose(handle, target);
      }
      return wasThere;
    },
  };
}

function resumeAndClose(handle: Handle, target: ProcessFacts): boolean {
  const { kernel32, ntdll } = opened();
  try {
    const exitCode = new Uint32Array(1);
    const isKnown = kernel32.GetExitCodeProcess(handle, exitCode) !== 0;
    if (isKnown && exitCode[0] !== stillActive) return false;
    // Suspensions nest: one resume takes back exactly our own.
    const status = ntdll.NtResumeProcess(handle);
    if (status !== 0) throw refused("resume", target, status);
    return true;
  } finally {
    kernel32.CloseHandle(handle);
  }
}

function refused(action: string, target: ProcessFacts, status: number): DfsError {
  const code = (status >>> 0).toString(16).padStart(8, "0");
  return new DfsError(
    "fault",
    `Cannot ${action} ${formatProcess(target)} as Windows answers with status 0x${code}`,
  );
}
