import { counted } from "../base/counted.ts";
import { type ExitStatus, exitStatus } from "../base/exit-status.ts";
import type { FaultedLoad } from "../drill/load-under-faults.ts";
import type { Interrupts } from "./interrupts.ts";
import type { Terminal } from "./terminal.ts";

/** Says why a load ended otherwise than by its plan; returns what that means for the shell. */
export function endingsOf(
  { totals, failure, lostFaultRecordCount }: FaultedLoad,
  { soft }: Interrupts,
  { notices }: Terminal,
): readonly ExitStatus[] {
  // A fault that failed has ended the load just so, without anybody asking.
  const isInterrupted = totals.isInterrupted && soft.aborted;
  if (failure !== undefined) notices.error(failure.message);
  if (lostFaultRecordCount > 0) {
    const what = `${counted(lostFaultRecordCount, "record")} of faults and restarts could not be written`;
    notices.error(`Cannot prove what was survived: ${what}`);
  }
  return [
    ...(isInterrupted ? [exitStatus.interrupted] : []),
    ...(failure !== undefined ? [exitStatus.fault] : []),
    ...(lostFaultRecordCount > 0 ? [exitStatus.cannotRun] : []),
  ];
}

/** Requests are what matters: they go on, and the verdict counts what is not on record. */
export function warnOfLostRecords(failure: string, terminal: Terminal): void {
  terminal.notices.warn(`${failure}; requests go on, their records are lost and counted`);
}
