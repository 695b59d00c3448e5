import { DfsError, messageOf, systemErrorCode } from "../base/errors.ts";
import { formatProcess, type ProcessFacts } from "./process-facts.ts";
import type { Suspension } from "./system.ts";

/**
 * Sends `signal`; false when the process is gone. A `fault` error when this user may not: 0 only
 * asks that.
 */
export function sendSignal(target: ProcessFacts, signal: NodeJS.Signals | 0): boolean {
  try {
    process.kill(target.pid, signal);
    return true;
  } catch (error) {
    if (systemErrorCode(error) === "ESRCH") return false;
    throw signalRefused(target, error);
  }
}

/**
 * Suspends with SIGSTOP, which no process can catch; `isSame` tells whether the pid is still that
 * process.
 */
export function suspendBySignal(
  target: ProcessFacts,
  isSame: (target: ProcessFacts) => boolean,
): Suspension {
  sendSignal(target, "SIGSTOP");
  return claimBySignal(target, isSame);
}

/** What resumes with SIGCONT; harmless to a process that runs. */
export function claimBySignal(
  target: ProcessFacts,
  isSame: (target: ProcessFacts) => boolean,
): Suspension {
  let wasThere: boolean | undefined;
  return {
    resume() {
      wasThere ??= isSame(target) && sendSignal(target, "SIGCONT");
      return wasThere;
    },
  };
}

export function signalRefused(target: ProcessFacts, cause: unknown): DfsError {
  const reason = systemErrorCode(cause) === "EPERM" ? "this user may not" : messageOf(cause);
  return new DfsError(
    "fault",
    `Cannot signal ${formatProcess(target)} as ${reason}: it belongs to ${formatOwner(target)}; ` +
      "run dfs as that user or with more rights (sudo, an elevated prompt)",
    { cause },
  );
}

/** `root (uid 0)`. */
export function formatOwner(owner: { uid: number | undefined; user?: string }): string {
  if (owner.uid === undefined) return owner.user || "another user";
  return owner.user ? `${owner.user} (uid ${owner.uid})` : `uid ${owner.uid}`;
}
