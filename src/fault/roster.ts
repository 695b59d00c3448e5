import {
  closeSync,
  constants,
  existsSync,
  fstatSync,
  linkSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { DfsError, messageOf, systemErrorCode } from "../base/errors.ts";
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
        renameSync(stage(directory, fault), entryPath(directory, fault.id));
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
    this.disclaim(id);
  }

  /**
   * Takes the process `pid` for `fault`, at once or not at all. Returns the fault that has it
   * instead; undefined also where no directory can be used.
   */
  claim(fault: RunningFault, pid: number): RunningFault | undefined {
    const directory = this.#directories.find((path) => prepareDirectory(path) === undefined);
    if (directory === undefined) return undefined;
    try {
      // Whole from its first moment, unlike a file that is made and then written.
      linkSync(stage(directory, fault), claimPath(directory, pid));
      return undefined;
    } catch (error) {
      if (systemErrorCode(error) !== "EEXIST") return undefined;
      return parseRunningFault(readOwnFile(claimPath(directory, pid)));
    } finally {
      rmSync(stagedPath(directory, fault), { force: true });
    }
  }

  /** Takes away the claim of `holder`, which is dead, on the process `pid`. */
  breakClaim(holder: RunningFault, pid: number): void {
    for (const directory of this.#trusted()) {
      const path = claimPath(directory, pid);
      const aside = join(directory, `.${pid}.${process.pid}.broken`);
      try {
        renameSync(path, aside);
        // Another may have broken it and claimed the process anew in between.
        if (parseRunningFault(readOwnFile(aside))?.id !== holder.id) linkSync(aside, path);
      } catch {
        // There is none here.
      }
      rmSync(aside, { force: true });
    }
  }

  /** Takes away every claim of the fault. */
  disclaim(id: string): void {
    for (const directory of this.#trusted()) {
      for (const name of namesIn(directory)) {
        if (!name.endsWith(claimSuffix)) continue;
        const path = join(directory, name);
        if (parseRunningFault(readOwnFile(path))?.id === id) rmSync(path, { force: true });
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

const claimSuffix = ".claim";

function claimPath(directory: string, pid: number): string {
  return join(directory, `${pid}${claimSuffix}`);
}

function stagedPath(directory: string, { id }: RunningFault): string {
  return join(directory, `.${id}.${process.pid}`);
}

/** Writes the fault to a file that is given its name when it is whole. */
function stage(directory: string, fault: RunningFault): string {
  const path = stagedPath(directory, fault);
  rmSync(path, { force: true });
  writeFileSync(path, formatRunningFault(fault), { flag: "wx", mode: 0o600 });
  return path;
}

function idsIn(directory: string): string[] {
  return namesIn(directory)
    .filter((name) => name.endsWith(entrySuffix))
    .map((name) => name.slice(0, -entrySuffix.length))
    .filter(isFaultId);
}

function namesIn(directory: string): string[] {
  try {
    return readdirSync(directory);
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
