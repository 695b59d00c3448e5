import { type ChildProcess, type ChildProcessWithoutNullStreams, spawn } from "node:child_process";
import { type Clock, sleep } from "../base/clock.ts";
import { eachLine } from "../base/each-line.ts";
import { selfCommand } from "../base/self-command.ts";
import type { ProcessEnd } from "./process-end.ts";
import {
  type LoadingLine,
  parseLoadingLine,
  parseReadyLine,
  type ReadyLine,
} from "./ready-line.ts";

/** What `dfs serve` is told when it is started by a supervisor. */
export interface ReplicaArguments {
  readonly host: string;
  readonly port: number;
  /** Undefined: no ledger. */
  readonly logfile: string | undefined;
  readonly graceMs: number;
  /** The flags that say which graph it serves. */
  readonly graphArguments: readonly string[];
  readonly otherArguments: readonly string[];
  /** Who started it; stands in its ledger's header. */
  readonly supervisedBy: string;
}

export interface ReplicaProcessOptions {
  readonly clock: Clock;
  readonly cwd: string;
  readonly onOutput: (line: string) => void;
  /** It has a graph to load before it serves. */
  readonly onLoading: (loading: LoadingLine) => void;
}

/**
 * Starting a process and a few megabytes of code take far less, even on a machine with all hands
 * full. A replica that says that it loads a graph has no such bound.
 */
const readyWithinMs = 20_000;

/**
 * One replica in a process of its own: this same executable, in its own process group so that a
 * terminal's Ctrl-C does not reach it, told to drain by the end of file on its stdin.
 */
export class ReplicaProcess {
  readonly pid: number | undefined;
  readonly startedUs: number;
  /**
   * What it said of itself, or undefined when it ended, or was killed for silence, before it
   * served.
   */
  readonly ready: Promise<ReadyLine | undefined>;
  readonly ended: Promise<ProcessEnd>;
  /** Resolves when all it wrote has been read, which may be a little after its end. */
  readonly outputEnded: Promise<void>;
  /** The last line it wrote to stderr: why it ended, as a rule. */
  lastNotice = "";
  readonly #child: ChildProcessWithoutNullStreams;

  constructor(args: ReplicaArguments, options: ReplicaProcessOptions) {
    const { clock, cwd, onOutput, onLoading } = options;
    this.startedUs = clock.nowUs();
    const { file, args: argv } = selfCommand(serveArguments(args));
    this.#child = spawn(file, argv, {
      cwd,
      stdio: ["pipe", "pipe", "pipe"],
      // POSIX: a session and so a process group of its own. Windows knows no such thing without a
      // new console; there the replica ignores Ctrl-C by itself.
      detached: process.platform !== "win32",
      windowsHide: true,
    });
    this.pid = this.#child.pid;
    this.ended = endOf(this.#child);
    // Writing to a replica that has just died is no news: its end is.
    this.#child.stdin.on("error", () => undefined);
    const ready = Promise.withResolvers<ReadyLine | undefined>();
    const spoken = new AbortController();
    const results = eachLine(this.#child.stdout, (line) => {
      const said = parseReadyLine(line);
      const loading = parseLoadingLine(line);
      if (said !== undefined) ready.resolve(said);
      else if (loading === undefined) onOutput(line);
      else {
        spoken.abort();
        onLoading(loading);
      }
    });
    const notices = eachLine(this.#child.stderr, (line) => {
      this.lastNotice = line;
      onOutput(line);
    });
    this.outputEnded = Promise.all([results, notices]).then(() => undefined);
    this.ready = this.#readyInTime(ready.promise, spoken, clock);
  }

  /** Asks it to drain; resumes it first, since a suspended replica hears nothing. */
  askToDrain(): void {
    if (process.platform !== "win32") this.#child.kill("SIGCONT");
    this.#child.stdin.end();
  }

  /** Without effect on a process that has ended; its pid may be another's by then. */
  kill(): void {
    this.#child.kill("SIGKILL");
  }

  async #readyInTime(
    ready: Promise<ReadyLine | undefined>,
    spoken: AbortController,
    clock: Clock,
  ): Promise<ReadyLine | undefined> {
    const end = this.ended.then(() => undefined);
    const silence = sleep(clock, readyWithinMs, spoken.signal).then(() => "silent" as const);
    const first = await Promise.race([ready, end, silence]);
    const isSilent = first === "silent" && !spoken.signal.aborted;
    spoken.abort();
    if (isSilent) this.kill();
    return first === "silent" ? await Promise.race([ready, end]) : first;
  }
}

function serveArguments(args: ReplicaArguments): string[] {
  return [
    "serve",
    ...["--port", String(args.port)],
    ...["--host", args.host],
    ...["--logfile", args.logfile ?? "none"],
    ...["--grace", `${args.graceMs}ms`],
    ...args.graphArguments,
    ...args.otherArguments,
    ...["--supervised-by", args.supervisedBy],
  ];
}

function endOf(child: ChildProcess): Promise<ProcessEnd> {
  return new Promise((resolve) => {
    child.once("error", ({ message }) => resolve({ kind: "never-started", message }));
    child.once("exit", (status, signal) => {
      resolve(
        signal === null ? { kind: "status", status: status ?? 0 } : { kind: "signal", signal },
      );
    });
  });
}
