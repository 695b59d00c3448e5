import { existsSync } from "node:fs";
import { join } from "node:path";
import { binaryPath, hostTarget } from "../../build.ts";
import type { Contestant } from "./contestants.ts";
import type { Programs } from "./measure.ts";

const root = join(import.meta.dir, "../..");
const here = import.meta.dir;

type Say = (line: string) => void;

/**
 * Everything the chosen clients need, built or installed now. What cannot be had is told through
 * `say`, and `canRun` is false for the clients that need it.
 */
export async function preparePrograms(
  chosen: readonly Contestant[],
  options: { dir: string; binary: string | undefined; say: Say },
): Promise<{ programs: Programs; canRun: (contestant: Contestant) => boolean }> {
  const { dir, say } = options;
  const proxies = chosen.flatMap(({ program }) =>
    program.kind === "grpc-js" && program.proxy !== undefined ? [program.proxy] : [],
  );
  await install(proxies, say);
  const wantsGo = chosen.some(({ program }) => program.kind === "grpc-go");
  const wantsNode = chosen.some(({ replicaRuntime }) => replicaRuntime === "node");
  const dfs = options.binary ?? (await buildDfs(say));
  const policies = policiesOf(dfs);
  const programs: Programs = {
    dfs,
    grpcGo: wantsGo ? buildGo(dir, say) : undefined,
    replica: {
      bun: [process.execPath, join(here, "replica.ts")],
      node: wantsNode ? await bundleForNode(dir, say) : undefined,
    },
    haproxy: installed("haproxy"),
    nginx: installed("nginx"),
    protoPath: join(root, "proto/dfs.proto"),
  };
  const canRun = (contestant: Contestant) => {
    const missing = missingFor(contestant, programs, policies);
    if (missing !== undefined) say(`LEFT OUT: ${contestant.title}: ${missing}`);
    return missing === undefined;
  };
  return { programs, canRun };
}

function missingFor(
  { program, replicaRuntime }: Contestant,
  programs: Programs,
  policies: readonly string[],
): string | undefined {
  if (program.kind === "dfs") {
    return policies.includes(program.policy)
      ? undefined
      : `this build has no policy ${program.policy}`;
  }
  if (program.kind === "grpc-go") {
    return programs.grpcGo === undefined ? "its program could not be built" : undefined;
  }
  if (program.proxy !== undefined && programs[program.proxy] === undefined) {
    return `${program.proxy} is not installed (Debian: apt-get install ${program.proxy})`;
  }
  if (programs.replica[replicaRuntime] === undefined) return "its replicas need Node";
  return undefined;
}

/** Those that the help of `dfs load` offers: `--policy=<adaptive|retry|none>`. */
function policiesOf(binary: string): readonly string[] {
  const help = Bun.spawnSync([binary, "load", "--help"], { timeout: 10_000, stderr: "pipe" });
  const text = help.stdout.toString() + help.stderr.toString();
  return /--policy[= ]<([^>]*)>/.exec(text)?.[1]?.split("|") ?? [];
}

async function buildDfs(say: Say): Promise<string> {
  say("building the executable ...");
  const built = Bun.spawnSync([process.execPath, "build.ts"], {
    cwd: root,
    stderr: "pipe",
    timeout: 300_000,
  });
  const path = binaryPath(hostTarget());
  if (!built.success || !existsSync(path)) throw new Error(`The build failed:\n${built.stderr}`);
  return path;
}

function buildGo(dir: string, say: Say): string | undefined {
  const go = Bun.which("go");
  if (go === null) return undefined;
  say("building the grpc-go client (the first time takes a minute) ...");
  const program = join(dir, "peer-go");
  const built = Bun.spawnSync([go, "build", "-mod=readonly", "-o", program, "."], {
    cwd: join(here, "go"),
    stderr: "pipe",
    timeout: 600_000,
  });
  if (built.success) return program;
  say(`The grpc-go client does not build:\n${built.stderr}`);
  return undefined;
}

/** Node runs no TypeScript of this kind: the replica becomes one file of JavaScript. */
async function bundleForNode(dir: string, say: Say): Promise<readonly string[] | undefined> {
  const node = Bun.which("node");
  if (node === null) return undefined;
  const bundle = await Bun.build({
    entrypoints: [join(here, "replica.ts")],
    target: "node",
    format: "esm",
    outdir: dir,
    naming: "replica.mjs",
    throw: false,
  });
  if (bundle.success) return [node, join(dir, "replica.mjs")];
  say(`The replica cannot be bundled for Node:\n${bundle.logs.join("\n")}`);
  return undefined;
}

/** The Debian packages that are missing, if this user may install them. */
async function install(names: readonly string[], say: Say): Promise<void> {
  const missing = names.filter((name) => installed(name) === undefined);
  const apt = Bun.which("apt-get");
  if (missing.length === 0 || apt === null || process.getuid?.() !== 0) return;
  say(`installing ${missing.join(" and ")} with apt-get ...`);
  const env = { ...process.env, DEBIAN_FRONTEND: "noninteractive" };
  const words = [
    ["update", "-q"],
    ["install", "-q", "-y", "--no-install-recommends", ...missing],
  ];
  for (const args of words) {
    const done = Bun.spawnSync([apt, ...args], { env, stderr: "pipe", timeout: 300_000 });
    if (!done.success) say(`apt-get ${args.join(" ")} failed:\n${done.stderr}`);
  }
}

/** Debian puts servers where the search path of a user may not look. */
function installed(name: string): string | undefined {
  return (
    Bun.which(name) ??
    ["/usr/sbin", "/usr/local/sbin"].map((dir) => `${dir}/${name}`).find(existsSync)
  );
}
