import { mkdtempSync, rmSync } from "node:fs";
import { readdir } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

const fetchWithinMs = 120_000;

/** A Debian package's files in a directory of their own, or why there are none. */
export type UnpackedPackage =
  | { readonly missing: string }
  | { readonly root: string; readonly remove: () => void };

/** Fetches a package and unpacks it; nothing is installed, and none of its scripts run. */
export async function unpackDebianPackage(name: string): Promise<UnpackedPackage> {
  if (Bun.which("apt-get") === null || Bun.which("dpkg") === null) {
    return { missing: "no apt-get and dpkg" };
  }
  const dir = mkdtempSync(join(tmpdir(), "dfs-deb-"));
  const remove = () => rmSync(dir, { recursive: true, force: true, maxRetries: 5 });
  const root = join(dir, "root");
  let failure = await failureOf(["apt-get", "download", "-qq", name], dir);
  if (failure !== undefined) {
    await failureOf(["apt-get", "update", "-qq"], dir);
    failure = await failureOf(["apt-get", "download", "-qq", name], dir);
  }
  const archive = (await readdir(dir)).find((file) => file.endsWith(".deb"));
  if (archive !== undefined) failure = await failureOf(["dpkg", "-x", archive, root], dir);
  if (failure === undefined) return { root, remove };
  remove();
  return { missing: failure };
}

/** Undefined when the command succeeded. */
async function failureOf(command: readonly string[], cwd: string): Promise<string | undefined> {
  const child = Bun.spawn([...command], {
    cwd,
    stdio: ["ignore", "ignore", "pipe"],
    timeout: fetchWithinMs,
    killSignal: "SIGKILL",
  });
  const stderr = await child.stderr.text();
  await child.exited;
  if (child.exitCode === 0) return undefined;
  return stderr.trim().split("\n").at(-1) ?? `${command.join(" ")} failed`;
}
