import { chmodSync, lstatSync, mkdirSync } from "node:fs";
import { tmpdir } from "node:os";
import { isAbsolute, join } from "node:path";
import { messageOf, systemErrorCode } from "../base/errors.ts";

/**
 * Where entries may lie, best first: the user's own runtime directory, which a login sets up; else
 * a directory in the one for temporary files, which everybody may write to.
 */
export function rosterDirectories(
  environment: Readonly<Record<string, string | undefined>>,
): readonly string[] {
  const runtime = environment["XDG_RUNTIME_DIR"];
  const shared = join(tmpdir(), `dfs-${process.getuid?.() ?? "faults"}`);
  const hasRuntime = runtime !== undefined && isAbsolute(runtime);
  return hasRuntime ? [join(runtime, "dfs"), shared] : [shared];
}

/** Makes the directory, for this user alone. Returns why it must not be used, if so. */
export function prepareDirectory(path: string): string | undefined {
  try {
    mkdirSync(path, { mode: 0o700 });
  } catch (error) {
    if (systemErrorCode(error) !== "EEXIST") return messageOf(error);
  }
  return objection(path, { mend: true });
}

/** Why nothing that lies in the directory must be believed; undefined when it may be. */
export function objection(path: string, { mend } = { mend: false }): string | undefined {
  try {
    // Of the link itself: somebody else may have set one up where everybody can write.
    const stat = lstatSync(path);
    if (!stat.isDirectory()) return `${path} is not a directory`;
    const uid = process.getuid?.();
    if (uid === undefined) return undefined;
    if (stat.uid !== uid) return `${path} belongs to uid ${stat.uid}`;
    if ((stat.mode & 0o077) === 0) return undefined;
    if (!mend) return `${path} is open to other users`;
    chmodSync(path, 0o700);
    return undefined;
  } catch (error) {
    return messageOf(error);
  }
}
