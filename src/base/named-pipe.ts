import { statSync } from "node:fs";
import { resolve } from "node:path";

/** Where a process finds the pipes that it was given, as by `<(command)` in a shell. */
const givenPlaces = /^\/(dev|proc)\//;

/**
 * Throws where `path` is a named pipe: to open it may wait for its other end for ever, and not even
 * Ctrl-C would end that. Pipes that this process was given have another end, and pass.
 */
export function refuseNamedPipe(path: string): void {
  if (givenPlaces.test(resolve(path))) return;
  const stats = statSync(path, { throwIfNoEntry: false });
  if (stats?.isFIFO() === true) throw new Error("it is a named pipe, not a file");
}
