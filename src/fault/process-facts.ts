import { printable } from "../base/printable.ts";

/**
 * `gone` includes a process that is dead and only waits to be reaped (a zombie): it executes
 * nothing.
 */
export type ProcessState = "running" | "stopped" | "gone";

/** What the system says of one live process. */
export interface ProcessFacts {
  readonly pid: number;
  readonly parentPid: number;
  readonly name: string;
  /** Path of the program; empty when this user may not see it. */
  readonly executable: string;
  /** One line; arguments with blanks are quoted. Empty when this user may not see it. */
  readonly commandLine: string;
  /** When it started, microseconds since the epoch; undefined when the system does not tell. */
  readonly startedUs: number | undefined;
  /** Opaque; with the pid it tells this process from a later one that was given the same pid. */
  readonly identity: string;
  readonly uid: number | undefined;
  /** Login name of the owner; empty when not known. */
  readonly user: string;
  readonly state: ProcessState;
  /**
   * It leads a terminal's foreground job, so the shell takes its prompt back when it is suspended.
   */
  readonly leadsForegroundJob: boolean;
  /** It is the first process of a pid namespace below ours, such as a container's. */
  readonly leadsNamespace?: true;
  /** It was given its listening sockets by a service manager (LISTEN_PID, LISTEN_FDS). */
  readonly isActivated?: true;
  /** The systemd service it belongs to. */
  readonly unit?: string;
}

/** Whether `a` and `b` are the very same process. */
export function isSameProcess(a: ProcessFacts, b: ProcessFacts): boolean {
  return a.pid === b.pid && a.identity === b.identity;
}

/**
 * Whether `a` and `b` run the same program with the same arguments, as a restarted replica does;
 * false where the system does not show what they run.
 */
export function runsSameCommand(a: ProcessFacts, b: ProcessFacts): boolean {
  if (a.executable === "" || a.commandLine === "") return false;
  return a.executable === b.executable && a.commandLine === b.commandLine;
}

/** `dfs (pid 1234)`. Names and arguments are whatever a process chose: made safe for a terminal. */
export function formatProcess(process: ProcessFacts): string {
  return `${printable(process.name)} (pid ${process.pid})`;
}

/** The command line, safe for a terminal; `?` where it is not known. */
export function formatCommand(process: ProcessFacts): string {
  return withoutSecrets(printable(process.commandLine)) || "?";
}

const secretWord =
  "[\\w.-]*(?:token|secret|passw|pwd|authorization|credential|api[_-]?key)[\\w.-]*";
/** `--token=x`, `--token x`, `authorization: Bearer x`, and the latter without its key. */
const secretArgument = new RegExp(
  `((?:${secretWord}\\s?[=:]\\s?|(?:^|\\s)--?${secretWord}\\s+)(?:(?:basic|bearer)\\s+)?|` +
    `\\b(?:basic|bearer)\\s+)("[^"]*"|'[^']*'|[^\\s"']+)`,
  "gi",
);

/** A command line is shown to be recognized, which needs none of what it may keep secret. */
function withoutSecrets(commandLine: string): string {
  return commandLine.replaceAll(secretArgument, "$1***");
}

/** One line for people: arguments that hold blanks or quotes, or are empty, are quoted. */
export function formatCommandLine(words: readonly string[]): string {
  return words.map((word) => (/^[^\s"']+$/.test(word) ? word : JSON.stringify(word))).join(" ");
}
