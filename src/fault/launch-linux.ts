import { existsSync, readdirSync, readFileSync, readlinkSync, statSync } from "node:fs";
import { messageOf } from "../base/errors.ts";
import { cannotRelaunch, type Launch } from "./launch.ts";
import type { ProcessFacts } from "./process-facts.ts";

/** System.launchOf(): from /proc/PID/cmdline, environ, cwd, exe and fd. */
export function readLaunch(target: ProcessFacts): Launch {
  const at = `/proc/${target.pid}`;
  const read = (what: (path: string) => string, name: string): string => {
    try {
      return what(`${at}/${name}`);
    } catch (error) {
      throw cannotRelaunch(target, `${at}/${name} cannot be read (${messageOf(error)})`);
    }
  };
  assertOurs(target, (name) => read(resolveLink, name));
  const words = parseWords(read(readText, "cmdline"));
  if (words === undefined) throw cannotRelaunch(target, "it has rewritten its command line");
  const program = read(resolveLink, "exe").replace(/ \(deleted\)$/, "");
  if (!existsSync(program)) {
    throw cannotRelaunch(target, `its program ${program} does not exist any more`);
  }
  return {
    ...{ program, words, directory: read(resolveLink, "cwd") },
    environment: parseEnvironment(read(readText, "environ")),
    stdout: outputFile(`${at}/fd/1`),
    stderr: outputFile(`${at}/fd/2`),
  };
}

/** Started by us it runs as this user, in these namespaces, and nobody hands it a socket. */
function assertOurs(target: ProcessFacts, link: (name: string) => string): void {
  if (target.isActivated === true) {
    const unit = target.unit ?? "its unit";
    throw cannotRelaunch(target, `a service manager hands it its port: systemctl restart ${unit}`);
  }
  if (target.uid !== process.geteuid?.()) {
    throw cannotRelaunch(target, `it runs as another user (uid ${target.uid ?? "?"})`);
  }
  if (isHeldByParent(target)) {
    const parent = `its parent (pid ${target.parentPid}) holds its standard input`;
    throw cannotRelaunch(
      target,
      `${parent} and may restart or end it itself: crash leaves that to it`,
    );
  }
  for (const name of ["mnt", "net", "pid", "user"].map((kind) => `ns/${kind}`)) {
    if (link(name) === linkAt(`/proc/self/${name}`)) continue;
    throw cannotRelaunch(target, `it runs in a container of its own (${name}), which dfs does not`);
  }
}

/**
 * The arguments in the text of /proc/PID/cmdline. Undefined when the process has written a title
 * over them: that is one word with blanks, and programs have names without.
 */
export function parseWords(text: string): readonly string[] | undefined {
  const words = text.replace(/\0$/, "").split("\0");
  const [first = ""] = words;
  const isTitle = /^\S+: |\s/.test(first) && words.slice(1).every((word) => word === "");
  return first === "" || isTitle ? undefined : words;
}

/** The variables in the text of /proc/PID/environ: those it was started with. */
export function parseEnvironment(text: string): Record<string, string> {
  const entries = text.split("\0").flatMap((entry) => {
    const equals = entry.indexOf("=");
    return equals < 1 ? [] : [[entry.slice(0, equals), entry.slice(equals + 1)] as const];
  });
  return Object.fromEntries(entries);
}

/** A file, or the device that swallows all; a terminal or a pipe is not ours to write to. */
function outputFile(link: string): string | undefined {
  const path = linkAt(link);
  if (path === "/dev/null") return path;
  try {
    return path.startsWith("/") && statSync(path).isFile() ? path : undefined;
  } catch {
    return undefined;
  }
}

/**
 * Whether its standard input ends when its parent does. Programs that start others often do that by
 * a pair of sockets, whose ends have nothing in common to see.
 */
function isHeldByParent({ pid, parentPid }: ProcessFacts): boolean {
  const stdin = linkAt(`/proc/${pid}/fd/0`);
  if (parentPid <= 1) return false;
  if (stdin.startsWith("socket:")) return true;
  const directory = `/proc/${parentPid}/fd`;
  if (!stdin.startsWith("pipe:")) return false;
  try {
    return readdirSync(directory).some((fd) => linkAt(`${directory}/${fd}`) === stdin);
  } catch {
    return false;
  }
}

function readText(path: string): string {
  return readFileSync(path, "utf8");
}

function resolveLink(path: string): string {
  return readlinkSync(path);
}

function linkAt(path: string): string {
  try {
    return readlinkSync(path);
  } catch {
    return "";
  }
}
