/** The fields of /proc/PID/stat (proc_pid_stat(5)) that tell who a process is and what it does. */
export interface ProcStat {
  /** The kernel's name of the process, at most 15 bytes. */
  readonly name: string;
  /** R, S, D, T (stopped), t (stopped by a debugger), Z (zombie), X (dead), ... */
  readonly state: string;
  readonly parentPid: number;
  readonly processGroup: number;
  /** 0 without a controlling terminal. */
  readonly terminal: number;
  /** The process group in that terminal's foreground; -1 without one. */
  readonly foregroundGroup: number;
  /** Clock ticks between boot and the start of the process. */
  readonly startTicks: string;
}

/** Undefined when `text` is not a line of /proc/PID/stat. */
export function parseProcStat(text: string): ProcStat | undefined {
  // The name stands in parentheses and may itself hold blanks and parentheses; nothing after it
  // does.
  const open = text.indexOf("(");
  const close = text.lastIndexOf(")");
  if (open < 0 || close < open) return undefined;
  // fields[0] is field 3 of the manual page.
  const fields = text
    .slice(close + 2)
    .trim()
    .split(" ");
  const [state, parentPid, processGroup, , terminal, foregroundGroup] = fields;
  const startTicks = fields[19];
  if (state === undefined || startTicks === undefined) return undefined;
  return {
    name: text.slice(open + 1, close),
    state,
    parentPid: Number(parentPid),
    processGroup: Number(processGroup),
    terminal: Number(terminal),
    foregroundGroup: Number(foregroundGroup),
    startTicks,
  };
}
