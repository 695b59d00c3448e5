import { existsSync } from "node:fs";
import { join, resolve } from "node:path";
import { binaryPath, hostTarget } from "../../build.ts";

const root = join(import.meta.dir, "../..");
const here = import.meta.dir;
/** The release that was current when the bounds were set. */
const ghzSource = "github.com/bojand/ghz/cmd/ghz@v0.121.0";

export interface Programs {
  readonly dfs: string;
  readonly server: string;
  readonly ghz: string;
}

/** Everything is built or installed into `dir`; a text says what cannot be had. */
export function preparePrograms(
  dir: string,
  options: { readonly dfs: string | undefined; readonly say: (line: string) => void },
): Programs | string {
  const go = Bun.which("go");
  if (go === null) return "there is no Go, which builds the server";
  options.say("building the server ...");
  const server = join(dir, "server");
  const build = [go, "build", "-mod=readonly", "-buildvcs=false", "-o", server, "."];
  const failure = failureOf(build, { cwd: join(here, "go") });
  if (failure !== undefined) return `the server does not build:\n${failure}`;
  const ghz = Bun.which("ghz") ?? installGhz(go, dir, options.say);
  if (!existsSync(ghz)) return `ghz cannot be installed:\n${ghz}`;
  return { dfs: options.dfs === undefined ? buildDfs() : resolve(options.dfs), server, ghz };
}

/** Its path, or why there is none. */
function installGhz(go: string, dir: string, say: (line: string) => void): string {
  say("installing ghz (the first time takes minutes) ...");
  const env = { ...process.env, GOBIN: dir, GOFLAGS: "-buildvcs=false" };
  return failureOf([go, "install", ghzSource], { cwd: dir, env }) ?? join(dir, "ghz");
}

function buildDfs(): string {
  const failure = failureOf([process.execPath, "build.ts"], { cwd: root });
  if (failure !== undefined) throw new Error(`The build failed:\n${failure}`);
  return binaryPath(hostTarget());
}

function failureOf(
  words: readonly string[],
  options: { readonly cwd: string; readonly env?: NodeJS.ProcessEnv },
): string | undefined {
  const done = Bun.spawnSync([...words], { ...options, stderr: "pipe", timeout: 600_000 });
  return done.success ? undefined : done.stderr.toString();
}
