/**
 * `bun run build [--all | TARGET ...]`: compiles src/main.ts into one executable per target under
 * dist/; this machine's if left out.
 * Bun fetches the runtime of a foreign target from the package registry on first use.
 */
import { chmodSync, mkdirSync, renameSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import packageJson from "./package.json" with { type: "json" };
import { messageOf } from "./src/base/errors.ts";

const root = import.meta.dir;
const distDir = join(root, "dist");

const targets = ["linux-x64", "linux-arm64", "darwin-x64", "darwin-arm64", "windows-x64"] as const;

/** After main.ts what threads run (src/replica/search-thread.ts, src/load/thread-pacer.ts). */
const entrypoints = ["src/main.ts", "src/replica/search-worker.ts", "src/load/pace-worker.ts"];

export type Target = (typeof targets)[number];

/** The target of the machine this runs on; throws when there is no build for it. */
export function hostTarget(): Target {
  const os = process.platform === "win32" ? "windows" : process.platform;
  const target = targets.find((candidate) => candidate === `${os}-${process.arch}`);
  if (target === undefined) {
    throw new Error(
      `Cannot build for ${os}-${process.arch}: the targets are ${targets.join(", ")}`,
    );
  }
  return target;
}

/** Where the executable of `target` lies: dist/dfs-linux-x64, dist/dfs-windows-x64.exe. */
export function binaryPath(target: Target): string {
  return join(distDir, `dfs-${target}${target.startsWith("windows") ? ".exe" : ""}`);
}

/**
 * Short hash of HEAD, `-dirty` when the tree differs from it; `unknown` outside a git repository.
 */
export function commitOf(dir: string): string {
  const hash = git(dir, ["rev-parse", "--short", "HEAD"]);
  const changes = git(dir, ["status", "--porcelain"]);
  if (hash === undefined || changes === undefined) return "unknown";
  return changes === "" ? hash : `${hash}-dirty`;
}

function git(dir: string, args: readonly string[]): string | undefined {
  if (Bun.which("git") === null) return undefined;
  const result = Bun.spawnSync(["git", "-C", dir, ...args], { stdout: "pipe", stderr: "ignore" });
  return result.success ? result.stdout.toString().trim() : undefined;
}

/**
 * Builds beside the final place and renames, so that an executable that is running is replaced,
 * never written into, and a failed build leaves the earlier one. Throws with the compiler's
 * messages.
 */
async function buildTarget(target: Target, commit: string): Promise<string> {
  const outfile = binaryPath(target);
  const stagingDir = join(distDir, `staging-${target}-${process.pid}`);
  mkdirSync(stagingDir, { recursive: true });
  try {
    const staged = join(stagingDir, outfile.slice(distDir.length + 1));
    const result = await Bun.build({
      entrypoints: entrypoints.map((path) => join(root, path)),
      target: "bun",
      format: "esm",
      minify: true,
      bytecode: true,
      define: {
        DFS_BUILD_VERSION: JSON.stringify(packageJson.version),
        DFS_BUILD_COMMIT: JSON.stringify(commit),
      },
      compile: { target: `bun-${target}`, outfile: staged },
      throw: false,
    });
    if (!result.success) throw new Error(result.logs.map(describeLog).join("\n"));
    chmodSync(staged, 0o755);
    renameSync(staged, outfile);
  } finally {
    rmSync(stagingDir, { recursive: true, force: true });
  }
  return outfile;
}

/** `src/main.ts:3:8 Could not resolve: ...`. */
function describeLog(log: BuildMessage | ResolveMessage): string {
  const at = log.position;
  return at === null ? log.message : `${at.file}:${at.line}:${at.column} ${log.message}`;
}

function chosenTargets(args: readonly string[]): readonly Target[] {
  const host = hostTarget();
  if (args.length === 0) return [host];
  if (args.includes("--all")) return [host, ...targets.filter((target) => target !== host)];
  return args.map((arg) => {
    const target = targets.find((candidate) => candidate === arg);
    if (target !== undefined) return target;
    throw new Error(`Cannot build "${arg}": the targets are ${targets.join(", ")}, or --all`);
  });
}

async function main(args: readonly string[]): Promise<void> {
  const commit = commitOf(root);
  const failed: string[] = [];
  for (const target of chosenTargets(args)) {
    try {
      const path = await buildTarget(target, commit);
      const megabytes = (statSync(path).size / 1e6).toFixed(1);
      console.log(`built dist/${path.slice(distDir.length + 1)}  ${megabytes} MB  (${commit})`);
    } catch (error) {
      failed.push(target);
      const reason = error instanceof Error ? error.message : String(error);
      console.error(`Cannot build for ${target}:\n${reason.replaceAll(/^/gm, "  ")}`);
    }
  }
  if (failed.length > 0) throw new Error(`No executable for ${failed.join(", ")}`);
}

if (import.meta.main) {
  try {
    await main(process.argv.slice(2));
  } catch (error) {
    console.error(messageOf(error));
    process.exitCode = 1;
  }
}
