import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** gRPC tools written in Go, each at the release these tests were written for. */
const sources = {
  grpcurl: "github.com/fullstorydev/grpcurl/cmd/grpcurl@v1.9.4",
  ghz: "github.com/bojand/ghz/cmd/ghz@v0.121.0",
} as const;

const installWithinMs = 400_000;

/** Where a tool is, or why it is not there. */
export type GoTool =
  | { readonly path: string; readonly remove: () => void }
  | { readonly missing: string };

/** From the path, else built by Go, which takes a minute or two the first time. */
export async function installGoTool(name: keyof typeof sources): Promise<GoTool> {
  const found = Bun.which(name);
  if (found !== null) return { path: found, remove: () => undefined };
  const go = Bun.which("go");
  if (go === null) return { missing: `neither ${name} nor Go is on the path` };
  const dir = mkdtempSync(join(tmpdir(), `dfs-${name}-`));
  const remove = () => rmSync(dir, { recursive: true, force: true, maxRetries: 5 });
  const child = Bun.spawn([go, "install", sources[name]], {
    cwd: dir,
    env: { ...process.env, GOBIN: dir, GOFLAGS: "-buildvcs=false" },
    stdio: ["ignore", "ignore", "pipe"],
    ...{ timeout: installWithinMs, killSignal: "SIGKILL" },
  });
  const stderr = await child.stderr.text();
  await child.exited;
  if (child.exitCode === 0) {
    return { path: join(dir, process.platform === "win32" ? `${name}.exe` : name), remove };
  }
  remove();
  return { missing: stderr.trim().split("\n").at(-1) ?? "go install failed" };
}
