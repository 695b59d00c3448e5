import { dlopen } from "bun:ffi";
import { DfsError } from "../base/errors.ts";
import { formatProcess, type ProcessFacts } from "./process-facts.ts";
import {
  closeProcess,
  isAlive,
  openProcess,
  type ProcessHandle,
  processSuspendResume,
} from "./process-handle-windows.ts";
import type { Suspension } from "./system.ts";

/** Loaded at the first use: this library exists on Windows alone. */
let library: ReturnType<typeof openLibrary> | undefined;

function openLibrary() {
  return dlopen("ntdll.dll", {
    NtSuspendProcess: { args: ["ptr"], returns: "i32" },
    NtResumeProcess: { args: ["ptr"], returns: "i32" },
  }).symbols;
}

function ntdll(): ReturnType<typeof openLibrary> {
  library ??= openLibrary();
  return library;
}

/**
 * Suspends every thread of the process. A status other than 0 (STATUS_SUCCESS) is a `fault` error;
 * that the threads do wait is for System.stateOf() to prove.
 */
export function suspendByHandle(target: ProcessFacts): Suspension {
  const handle = openProcess(target, processSuspendResume);
  if (handle === undefined) return nothingToResume;
  const status = ntdll().NtSuspendProcess(handle);
  if (status !== 0) {
    closeProcess(handle);
    throw refused("suspend", target, status);
  }
  return resumption(target, handle);
}

/** A handle to a process that somebody else suspends; suspensions nest, and it takes back one. */
export function claimByHandle(target: ProcessFacts): Suspension {
  const handle = openProcess(target, processSuspendResume);
  return handle === undefined ? nothingToResume : resumption(target, handle);
}

/** Of a process that is gone. */
const nothingToResume: Suspension = { resume: () => false };

/** Keeps the handle, so that only this one process can be resumed by it. */
function resumption(target: ProcessFacts, handle: ProcessHandle): Suspension {
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

function resumeAndClose(handle: ProcessHandle, target: ProcessFacts): boolean {
  try {
    if (!isAlive(handle)) return false;
    // Suspensions nest: one resume takes back exactly our own.
    const status = ntdll().NtResumeProcess(handle);
    if (status !== 0) throw refused("resume", target, status);
    return true;
  } finally {
    closeProcess(handle);
  }
}

function refused(action: string, target: ProcessFacts, status: number): DfsError {
  const code = (status >>> 0).toString(16).padStart(8, "0");
  return new DfsError(
    "fault",
    `Cannot ${action} ${formatProcess(target)} as Windows answers with status 0x${code}`,
  );
}
