import {
  closeSync,
  constants,
  existsSync,
  fstatSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { DfsError, messageOf } from "../base/errors.ts";
import { limits } from "../base/limits.ts";
import { objection, prepareDirectory, rosterDirectories } from "./roster-directory.ts";
import {
  formatRunningFault,
  isFaultId,
  parseRunningFault,
  type RunningFault,
} from "./running-fault.ts";

/**
 * What runs now, one small file a fault, in a directory of this user's alone. Whatever else lies
 * there (a torn file, a link, somebody else's) is as if it were not there.
 */
export class Roster {
  readonly #directories: readonly string[];

  /** `directories`: best first; entries go to the first that can be used, and are read from all. */
  constructor(directories: readonly string[]) {
    this.#directories = directories;
  }

  /** Writes or replaces an entry, whole; throws a `fault` error when no directory can be used. */
  put(fault: RunningFault): void {
    const objections: string[] = [];
    for (const directory of this.#directories) {
      try {
        const reason = prepareDirectory(directory);
        if (reason !== undefined) throw new Error(reason);
        const staged = join(directory, `.${fault.id}.${process.pid}`);
        rmSync(staged, { force: true });
        writeFileSync(staged, formatRunningFault(fault), { flag: "wx", mode: 0o600 });
        renameSync(staged, entryPath(directory, fault.id));
        return;
      } catch (error) {
        objections.push(messageOf(error));
      }
    }
    throw new DfsError("fault", `The fault cannot be listed: ${objections.join("; ")}`);
  }

  /** Every entry, by its begin; whether its processes still live is another question. */
  list(): readonly RunningFault[] {
    const faults = this.#trusted().flatMap((directory) =>
      idsIn(directory).flatMap((id) => {
        const fault = parseRunningFault(readOwnFile(entryPath(directory, id)));
        return fault?.id === id ? [fault] : [];
      }),
    );
    return faults.sort((a, b) => a.sinceUs - b.sinceUs || (a.id < b.id ? -1 : 1));
  }

  /** Takes the entry away; it may be gone already. */
  remove(id: string): void {
    for (const directory of this.#trusted()) {
      for (const path of [entryPath(directory, id), undoPath(directory, id)]) {
        rmSync(path, { force: true });
      }
    }
  }

  has(id: string): boolean {
    return this.#trusted().some((directory) => existsSync(entryPath(directory, id)));
  }

  /** Asks whoever holds the fault to undo it. */
  askUndo(id: string): void {
    for (const directory of this.#trusted()) {
      if (!existsSync(entryPath(directory, id))) continue;
      const path = undoPath(directory, id);
      rmSync(path, { force: true });
      writeFileSync(path, "", { flag: "wx", mode: 0o600 });
    }
  }

  isUndoAsked(id: string): boolean {
    return this.#trusted().some((directory) => existsSync(undoPath(directory, id)));
  }

  #trusted(): readonly string[] {
    return this.#directories.filter((directory) => objection(directory) === undefined);
  }
}

const entrySuffix = ".json";

function entryPath(directory: string, id: string): string {
  return join(directory, `${id}${entrySuffix}`);
}

function undoPath(directory: string, id: string): string {
  return join(directory, `${id}.undo`);
}

function idsIn(directory: string): string[] {
  try {
    return readdirSync(directory)
      .filter((name) => name.endsWith(entrySuffix))
      .map((name) => name.slice(0, -entrySuffix.length))
      .filter(isFaultId);
  } catch {
    return [];
  }
}

/** Follows no link and waits for no pipe (Windows has neither flag). */
const openFlags = constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0);

/** Empty where there is no plain file of reasonable size that belongs to this user. */
function readOwnFile(path: string): string {
  let fd: number | undefined;
  try {
    fd = openSync(path, openFlags);
    const stat = fstatSync(fd);
    const isOwn = process.getuid === undefined || stat.uid === process.getuid();
    const isPlain = stat.isFile() && stat.size <= limits.rosterEntryMaxBytes;
    return isOwn && isPlain ? readFileSync(fd, "utf8") : "";
  } catch {
    return "";
  } finally {
    if (fd !== undefined) closeSync(fd);
  }
}

/** That of the user who runs this. */
export function ownRoster(): Roster {
  return new Roster(rosterDirectories(process.env));
}
