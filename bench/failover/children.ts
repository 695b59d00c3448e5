import { type Clock, systemClock, waitUntil } from "../../src/base/clock.ts";

/** A process this benchmark started. */
export interface Child {
  readonly pid: number;
  readonly exited: Promise<number>;
  readonly stdout: ReadableStream<Uint8Array>;
  isRunning(): boolean;
  signal(name: NodeJS.Signals): void;
}

export interface ChildOptions {
  readonly cwd: string;
  /** Its stderr is appended here. */
  readonly stderrPath: string;
  readonly env?: Readonly<Record<string, string>>;
}

const running = new Set<Child>();
let endedCpuMs = 0;
const setpriv = Bun.which("setpriv");

/**
 * Starts `words`. On Linux the kernel kills the child when this process dies, however it dies: no
 * replica stays suspended behind a benchmark that was killed.
 */
export function startChild(words: readonly string[], options: ChildOptions): Child {
  const bound = setpriv === null ? [] : [setpriv, "--pdeathsig", "KILL", "--"];
  const child = Bun.spawn([...bound, ...words], {
    cwd: options.cwd,
    env: { ...process.env, NO_COLOR: "1", ...options.env },
    stdin: "ignore",
    stdout: "pipe",
    stderr: Bun.file(options.stderrPath),
  });
  const handle: Child = {
    pid: child.pid,
    exited: child.exited,
    stdout: child.stdout,
    isRunning: () => child.exitCode === null && child.signalCode === null,
    signal(name) {
      if (handle.isRunning()) child.kill(name);
    },
  };
  running.add(handle);
  child.exited.then(() => {
    running.delete(handle);
    endedCpuMs += Number(child.resourceUsage()?.cpuTime.total ?? 0) / 1000;
  });
  return handle;
}

/** SIGKILL, which reaches suspended processes too, and waits until the process is gone. */
export async function endChild(child: Child): Promise<void> {
  child.signal("SIGKILL");
  const isGone = await waitUntil(systemClock, () => !child.isRunning(), {
    withinMs: 5000,
    everyMs: 5,
  });
  if (!isGone) throw new Error(`Cannot end process ${child.pid}: it still runs after SIGKILL`);
}

/** CPU time of this process and of all its children that have ended. */
export function ownCpuMs(): number {
  const { user, system } = process.cpuUsage();
  return endedCpuMs + (user + system) / 1000;
}

/** For the end of the benchmark, whatever ended it. */
export function killAllChildren(): void {
  for (const child of running) child.signal("SIGKILL");
}

/** The exit status of `child`, or an error after `withinMs`. */
export async function exitWithin(child: Child, withinMs: number, clock: Clock): Promise<number> {
  const isGone = await waitUntil(clock, () => !child.isRunning(), { withinMs, everyMs: 20 });
  if (!isGone) {
    await endChild(child);
    throw new Error(`process ${child.pid} did not end within ${withinMs / 1000} s`);
  }
  return child.exited;
}

/** Hands each line of `stream` to `onLine`, and reads it to its end. */
export async function readLines(
  stream: ReadableStream<Uint8Array>,
  onLine: (line: string) => void,
): Promise<void> {
  const decoder = new TextDecoder();
  let rest = "";
  for await (const chunk of stream) {
    const lines = (rest + decoder.decode(chunk, { stream: true })).split("\n");
    rest = lines.pop() ?? "";
    for (const line of lines) onLine(line);
  }
}
