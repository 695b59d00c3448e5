import { copyFileSync, existsSync, mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { binaryPath } from "../../../build.ts";
import { root } from "../../support/stages.ts";

const packages = ["wine", "wine64", "gcc-mingw-w64-x86-64"];
const compiler = "x86_64-w64-mingw32-gcc";
const installWithinMs = 240_000;
const buildWithinMs = 180_000;
const stepWithinMs = 60_000;

/** Wine of its own with dfs.exe and what that needs, or why there is none. */
export type WineHost =
  | { readonly missing: string }
  | {
      /** Empty; its files are the ledgers of what runs there. */
      readonly directory: string;
      readonly wine: string;
      readonly environment: Readonly<Record<string, string>>;
      readonly executable: string;
      readonly remove: () => Promise<void>;
    };

/**
 * Installs Wine and a compiler for Windows where root may (45 s), compiles dfs for Windows (the
 * runtime comes from the package registry at the first time) and the stand-ins beside this file,
 * and sets up a prefix that goes with remove(); 15 s.
 */
export async function setUpWine(): Promise<WineHost> {
  if (process.platform !== "linux" || process.arch !== "x64") {
    return { missing: `this is ${process.platform}-${process.arch}, not linux-x64` };
  }
  const failure = (await installed()) ?? (await built());
  if (failure !== undefined) return { missing: failure };
  const directory = mkdtempSync(join(tmpdir(), "dfs-wine-"));
  const prefix = join(directory, "prefix");
  const environment = {
    ...{ WINEPREFIX: prefix, WINEDEBUG: "-all", NO_COLOR: "1" },
    // Ours instead of Wine's own of these names; and nothing that asks to be installed.
    WINEDLLOVERRIDES: "powershell.exe,netstat.exe,bcryptprimitives=n;mscoree,mshtml=",
  };
  const wine = Bun.which("wine") ?? "wine";
  const remove = async () => {
    await failureOf(["wineserver", "-k"], stepWithinMs, environment);
    await failureOf(["wineserver", "-w"], stepWithinMs, environment);
    rmSync(directory, { recursive: true, force: true, maxRetries: 5 });
  };
  const unusable =
    (await failureOf([wine, "wineboot", "-i"], stepWithinMs, environment)) ??
    (await standIns(join(prefix, "drive_c/windows/system32")));
  const executable = binaryPath("windows-x64");
  if (unusable === undefined) {
    const work = join(directory, "work");
    mkdirSync(work);
    return { directory: work, wine, environment, executable, remove };
  }
  await remove();
  return { missing: unusable };
}

async function installed(): Promise<string | undefined> {
  const wanted = ["wine", "wineserver", compiler];
  const isThere = () =>
    wanted.every((tool) => toolPath(tool) !== null) && existsSync("/usr/lib/wine/wine64");
  if (isThere()) return undefined;
  if (process.getuid?.() !== 0) return `no ${packages.join(", ")}, and only root may install them`;
  const options = ["install", "-y", "-qq", "--no-install-recommends", ...packages];
  const environment = { DEBIAN_FRONTEND: "noninteractive" };
  const apt = (args: readonly string[]) =>
    failureOf(["apt-get", ...args], installWithinMs, environment);
  return (await apt(["update", "-qq"])) ?? (await apt(options));
}

/** Debian keeps wineserver off the path. */
function toolPath(tool: string): string | null {
  return Bun.which(tool, { PATH: `${process.env["PATH"]}:/usr/lib/wine` });
}

async function built(): Promise<string | undefined> {
  return await failureOf([process.execPath, join(root, "build.ts"), "windows-x64"], buildWithinMs);
}

async function standIns(system32: string): Promise<string | undefined> {
  const source = (name: string) => join(import.meta.dir, name);
  const library = join(system32, "bcryptprimitives.dll");
  const netstat = join(system32, "netstat.exe");
  const libraries = ["-liphlpapi", "-lws2_32", "-lntdll"];
  const failure =
    (await failureOf(
      [compiler, "-O1", "-shared", "-o", library, source("bcryptprimitives.c"), "-ladvapi32"],
      stepWithinMs,
    )) ??
    (await failureOf(
      [compiler, "-O1", "-o", netstat, source("windows-tools.c"), ...libraries],
      stepWithinMs,
    ));
  if (failure !== undefined) return failure;
  const shell = join(system32, "WindowsPowerShell/v1.0");
  mkdirSync(shell, { recursive: true });
  copyFileSync(netstat, join(shell, "powershell.exe"));
  return undefined;
}

/** Undefined when the command succeeded. */
async function failureOf(
  [tool = "", ...args]: readonly string[],
  withinMs: number,
  environment: Readonly<Record<string, string>> = {},
): Promise<string | undefined> {
  const path = toolPath(tool);
  if (path === null) return `${tool} is not installed`;
  const child = Bun.spawn([path, ...args], {
    env: { ...process.env, ...environment },
    stdio: ["ignore", "ignore", "pipe"],
    timeout: withinMs,
    killSignal: "SIGKILL",
  });
  const stderr = await child.stderr.text();
  await child.exited;
  if (child.exitCode === 0) return undefined;
  const said = stderr.trim().split("\n").at(-1) ?? "";
  return `${tool} ${args.join(" ")} failed (${child.signalCode ?? child.exitCode}): ${said}`;
}
