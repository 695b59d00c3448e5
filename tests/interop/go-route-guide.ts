import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const examples = "google.golang.org/grpc/examples";
const release = "v0.0.0-20260825154716-030ee8becb20";

const stepWithinMs = 300_000;

/** The route_guide server of grpc-go's examples, or why there is none. */
export type GoRouteGuide =
  | { readonly server: string; readonly remove: () => void }
  | { readonly missing: string };

/** Builds it from the module proxy in a directory of its own; some 10 s, the first time more. */
export async function buildGoRouteGuide(): Promise<GoRouteGuide> {
  const go = Bun.which("go");
  if (go === null) return { missing: "no Go on the path" };
  const dir = mkdtempSync(join(tmpdir(), "dfs-go-"));
  const remove = () => rmSync(dir, { recursive: true, force: true, maxRetries: 5 });
  const server = join(dir, "route-guide");
  const module = join(dir, "module");
  mkdirSync(module);
  // A module of our own: what the examples replace in theirs is found beside them alone.
  writeFileSync(join(module, "go.mod"), "module routeguide\n\ngo 1.24\n");
  const steps = [
    ["get", `${examples}/route_guide/server@${release}`],
    ["build", "-o", server, `${examples}/route_guide/server`],
  ];
  for (const step of steps) {
    const child = Bun.spawn([go, ...step], {
      ...{ cwd: module, stdio: ["ignore", "ignore", "pipe"] },
      ...{ timeout: stepWithinMs, killSignal: "SIGKILL" },
    });
    const stderr = await child.stderr.text();
    await child.exited;
    if (child.exitCode === 0) continue;
    remove();
    return { missing: stderr.trim().split("\n").at(-1) ?? `go ${step.join(" ")} failed` };
  }
  return { server, remove };
}
