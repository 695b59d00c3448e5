import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** gRPC for Python with the official health and reflection clients, all of one release; numpy. */
const grpcPackages = ["grpcio", "grpcio-tools", "grpcio-health-checking", "grpcio-reflection"];
const grpcRelease = "1.85.1";
const numpyRelease = "2.2.6";

const installWithinMs = 300_000;

/** A Python with gRPC in a directory of its own, or why there is none. */
export type PythonWithGrpc = { readonly python: string } | { readonly missing: string };

let installed: Promise<PythonWithGrpc> | undefined;

/** Of all tests of this process, which it goes with. */
export function installPython(): Promise<PythonWithGrpc> {
  installed ??= install();
  return installed;
}

/** Makes a virtual environment from the package registry; about 20 s. */
async function install(): Promise<PythonWithGrpc> {
  const system = Bun.which("python3") ?? Bun.which("python");
  if (system === null) return { missing: "no Python on the path" };
  const dir = mkdtempSync(join(tmpdir(), "dfs-python-"));
  process.once("exit", () => rmSync(dir, { recursive: true, force: true, maxRetries: 5 }));
  const bin = process.platform === "win32" ? "Scripts" : "bin";
  const python = join(dir, bin, process.platform === "win32" ? "python.exe" : "python");
  const wanted = [
    ...grpcPackages.map((name) => `${name}==${grpcRelease}`),
    `numpy==${numpyRelease}`,
  ];
  const steps = [
    [system, "-m", "venv", dir],
    [python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", ...wanted],
  ];
  for (const step of steps) {
    const failure = await failureOf(step);
    if (failure === undefined) continue;
    return { missing: failure };
  }
  return { python };
}

/** Undefined when the command succeeded. */
async function failureOf(command: readonly string[]): Promise<string | undefined> {
  const child = Bun.spawn([...command], {
    stdio: ["ignore", "ignore", "pipe"],
    timeout: installWithinMs,
    killSignal: "SIGKILL",
  });
  const stderr = await child.stderr.text();
  await child.exited;
  if (child.exitCode === 0) return undefined;
  return stderr.trim().split("\n").at(-1) ?? `${command.join(" ")} failed`;
}
