import { closeSync, existsSync, openSync } from "node:fs";
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

/** A launch that nothing is known to stand in the way of. */
export interface PreparedLaunch extends Disposable {
  /** A `fault` error when it cannot be started all the same. */
  start(): Launched;
}

/**
 * Opens what its output goes to, which is `spare` for output that has no file, so that nothing is
 * killed that could not be started again. A `fault` error when something is missing.
 */
export function prepareLaunch(launch: Launch, spare: string): PreparedLaunch {
  const { program, directory } = launch;
  const missing = [program, directory].find((path) => !existsSync(path));
  if (missing !== undefined) throw cannotStart(program, `${missing} does not exist`);
  const open: number[] = [];
  const close = () => {
    for (const fd of open.splice(0)) closeSync(fd);
  };
  try {
    for (const path of [launch.stdout ?? spare, launch.stderr ?? spare]) {
      open.push(openSync(path, "a"));
    }
  } catch (error) {
    close();
    throw cannotStart(program, messageOf(error));
  }
  return { start: () => startProcess(launch, open), [Symbol.dispose]: close };
}

/** With nothing on its standard input. */
function startProcess(launch: Launch, outputs: readonly number[]): Launched {
  const { program, words, directory, environment } = launch;
  const [argv0 = program, ...rest] = words;
  const [stdout = "ignore", stderr = "ignore"] = outputs;
  try {
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
    throw cannotStart(program, messageOf(error));
  }
}

function cannotStart(program: string, why: string): DfsError {
  return new DfsError("fault", `Cannot start ${program} again: ${why}`);
}

export function cannotRelaunch(target: ProcessFacts, why: string): DfsError {
  return new DfsError(
    "fault",
    `Cannot restart ${formatProcess(target)} as ${why}; say how to start it with --command`,
  );
}
