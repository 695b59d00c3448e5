import { readlinkSync } from "node:fs";
import { DfsError } from "../base/errors.ts";

/** PROC_PID_INIT_INO of Linux: the pid namespace that the system was booted with. */
const initialNamespace = "pid:[4026531836]";

/**
 * Asserts that /proc numbers processes as the kernel's calls do. In a new pid namespace that still
 * sees the /proc of another, a pid found here would be somebody else's there.
 */
export function assertOwnProc(): void {
  const shown = linkAt("/proc/self");
  if (shown === String(process.pid)) return;
  throw new DfsError(
    "fault",
    "Cannot find processes as /proc belongs to another pid namespace: it shows dfs, pid " +
      `${process.pid}, as ${shown || "nobody"}; mount it anew (unshare --mount-proc) or run dfs outside`,
  );
}

/** What pid 1 is to us. */
export function firstProcess(): string {
  if (linkAt("/proc/self/ns/pid") === initialNamespace) return "the first process of this system";
  return (
    "the first process of this container: the kernel keeps SIGKILL and SIGSTOP from it unless they " +
    "come from outside; run dfs on the container's host, or use docker kill or docker pause there"
  );
}

function linkAt(path: string): string {
  try {
    return readlinkSync(path);
  } catch {
    return "";
  }
}
