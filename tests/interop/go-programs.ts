import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const buildWithinMs = 300_000;

/** Programs made from Go packages, in a directory of their own, or why there are none. */
export type GoPrograms =
  | { readonly missing: string }
  | {
      /** The path of the program that package was made into. */
      programOf(goPackage: string): string;
      remove(): void;
    };

/**
 * Fetches the modules (each `path@version`) and builds the packages of them, as a module of its
 * own; a minute or two unless Go has them in its cache.
 */
export async function buildGoPrograms(
  modules: readonly string[],
  packages: readonly string[],
): Promise<GoPrograms> {
  const go = Bun.which("go");
  if (go === null) return { missing: "no Go on the path" };
  const dir = mkdtempSync(join(tmpdir(), "dfs-go-"));
  const remove = () => rmSync(dir, { recursive: true, force: true, maxRetries: 5 });
  const programOf = (goPackage: string) => join(dir, goPackage.replaceAll("/", "-"));
  const steps = [
    [go, "mod", "init", "peers"],
    [go, "get", ...modules],
    ...packages.map((goPackage) => [go, "build", "-o", programOf(goPackage), goPackage]),
  ];
  for (const step of steps) {
    const failure = await failureOf(step, dir);
    if (failure === undefined) continue;
    remove();
    return { missing: failure };
  }
  return { programOf, remove };
}

/** Undefined when the command succeeded. */
async function failureOf(command: readonly string[], cwd: string): Promise<string | undefined> {
  const child = Bun.spawn([...command], {
    cwd,
    // Packages whose module is not required yet are looked up as they are built.
    env: { ...process.env, GOFLAGS: "-mod=mod" },
    stdio: ["ignore", "ignore", "pipe"],
    timeout: buildWithinMs,
    killSignal: "SIGKILL",
  });
  const stderr = await child.stderr.text();
  await child.exited;
  if (child.exitCode === 0) return undefined;
  return stderr.trim().split("\n").at(-1) ?? `${command.join(" ")} failed`;
}
