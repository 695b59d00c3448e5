/** What /proc/PID/status (proc_pid_status(5)) says that no other file does. */
export interface ProcStatus {
  /** The effective one. */
  readonly uid: number | undefined;
  /** Its pid in each pid namespace from that of /proc down to its own; empty on old kernels. */
  readonly namespacePids: readonly number[];
  /** Masks of signals: bit n - 1 stands for signal n. */
  readonly ignored: bigint;
  readonly caught: bigint;
}

export function parseProcStatus(text: string): ProcStatus {
  const field = (name: string) => new RegExp(`^${name}:\\s*(.*)$`, "m").exec(text)?.[1] ?? "";
  const uid = Number(field("Uid").split(/\s+/)[1] || Number.NaN);
  const mask = (name: string) => {
    const hex = field(name).trim();
    return /^[0-9a-f]+$/i.test(hex) ? BigInt(`0x${hex}`) : 0n;
  };
  return {
    uid: Number.isNaN(uid) ? undefined : uid,
    namespacePids: field("NSpid").split(/\s+/).filter(Boolean).map(Number),
    ignored: mask("SigIgn"),
    caught: mask("SigCgt"),
  };
}

/** Whether the first process of a pid namespace below that of /proc, such as a container's. */
export function leadsNamespace({ namespacePids }: ProcStatus): boolean {
  return namespacePids.length > 1 && namespacePids.at(-1) === 1;
}

/**
 * Why the kernel drops the signal of that number; undefined when it does not. SIGKILL and SIGSTOP
 * work on the first process of a namespace too as long as they come from outside it.
 */
export function dropsSignal(status: ProcStatus, signal: number): string | undefined {
  const bit = 1n << BigInt(signal - 1);
  if ((status.ignored & bit) !== 0n) return "it ignores that signal";
  if (!leadsNamespace(status) || (status.caught & bit) !== 0n || signal === sigkill) {
    return undefined;
  }
  return (
    "it is the first process of a container and has no handler for that signal, " +
    "which the kernel drops then"
  );
}

const sigkill = 9;

/** The systemd service in the text of /proc/PID/cgroup; undefined when it is part of none. */
export function serviceUnit(text: string): string | undefined {
  const names = text.split("\n").flatMap((line) => /\/([^/\s]+\.service)$/.exec(line)?.[1] ?? []);
  return names.find((name) => !name.startsWith("user@"));
}

/** Whether the text of /proc/PID/environ says that a service manager handed over sockets. */
export function isActivated(environ: string, namespacePid: number): boolean {
  const entries = environ.split("\0");
  const isMeant = entries.includes(`LISTEN_PID=${namespacePid}`);
  return isMeant && entries.some((entry) => /^LISTEN_FDS=[1-9]/.test(entry));
}
