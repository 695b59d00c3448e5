import { closeSync, openSync } from "node:fs";
import { DfsError, messageOf } from "../base/errors.ts";
import { formatProcess, type ProcessFacts } from "./process-facts.ts";

/** Everything it takes to start a process the way another was. */
export interface Launch {
  /** Path of the program. */
  readonly program: string;
  /** The first is the name that the program is told. */
  readonly words: readonly string[];
  readonly directory: string;
  readonly environment: Readonly<Record<string, string>>;
  /** Files that its output went to; undefined: to something that cannot be opened again. */
  readonly stdout: string | undefined;
  readonly stderr: string | undefined;
}

/** A process that runs apart from us, in a session of its own. */
export interface Launched {
  readonly pid: number;
  /** How it ended, such as `status 1`; undefined while it lives. */
  ended(): string | undefined;
  kill(): void;
}

/**
 * Starts it with nothing on its standard input; output that has no file goes to `spare`. A `fault`
 * error when it cannot be started.
 */
export function startLaunch(launch: Launch, spare: string): Launched {
  const { program, words, directory, environment } = launch;
  const [argv0 = program, ...rest] = words;
  const open: number[] = [];
  try {
    const outputs = [launch.stdout ?? spare, launch.stderr ?? spare].map((path) => {
      const fd = openSync(path, "a");
      open.push(fd);
      return fd;
    });
    const [stdout = "ignore", stderr = "ignore"] = outputs;
    const child = Bun.spawn([program, ...rest], {
      ...{ argv0, cwd: directory, env: environment, detached: true },
      stdio: ["ignore", stdout, stderr],
    });
    child.unref();
    return {
      pid: child.pid,
      ended() {
        if (child.signalCode !== null) return String(child.signalCode);
        return child.exitCode === null ? undefined : `status ${child.exitCode}`;
      },
      kill: () => child.kill("SIGKILL"),
    };
  } catch (error) {
    throw new DfsError("fault", `Cannot start ${program} again: ${messageOf(error)}`, {
      cause: error,
    });
  } finally {
    for (const fd of open) closeSync(fd);
  }
}

export function cannotRelaunch(target: ProcessFacts, why: string): DfsError {
  return new DfsError(
    "fault",
    `Cannot restart ${formatProcess(target)} as ${why}; say how to start it with --command`,
  );
}
