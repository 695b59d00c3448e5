/** `dfs load` on servers that are not ours: gRPC for Python, and the examples of grpc-go. */
import { afterAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { systemClock, waitUntil } from "../../src/base/clock.ts";
import { runDfs } from "../support/dfs-process.ts";
import { freePorts } from "../support/free-ports.ts";
import { expectNothingLost, readReport } from "../support/read-report.ts";
import { answersOnPort } from "../support/tcp-peer.ts";
import { type TempDir, tempDir } from "../support/temp-dir.ts";
import { buildGoPrograms } from "./go-programs.ts";
import { installPython } from "./python-client.ts";
import { startPythonServer } from "./python-server.ts";

/** Every wait inside has a shorter bound of its own. */
setDefaultTimeout(120_000);

const examples = "google.golang.org/grpc/examples";
const greeterPackage = `${examples}/helloworld/greeter_server`;
const guidePackage = `${examples}/route_guide/server`;
const python = await installPython();
const go = await buildGoPrograms(
  [`${examples}@v0.0.0-20260825154716-030ee8becb20`],
  [greeterPackage, guidePackage],
);
for (const [peer, had] of Object.entries({ "gRPC for Python": python, "grpc-go's examples": go })) {
  if ("missing" in had) console.log(`SKIPPED, NOTHING PROVED: no ${peer} (${had.missing})`);
}

afterAll(() => {
  for (const had of [python, go]) if ("remove" in had) had.remove();
});

const guideProto = join(import.meta.dir, "route_guide.proto");

/** Four seconds to the servers at `ports`, the first of which is killed in the second. */
async function loadThroughCrash(dir: TempDir, ports: readonly number[], args: readonly string[]) {
  const replicas = ports.map((port) => `127.0.0.1:${port}`).join(",");
  const load = ["load", "--replicas", replicas, "--duration", "4s", "--rate", "25"];
  const ended = await runDfs([...load, "--fault", `crash:${ports[0]}@1s`, ...args], {
    cwd: dir.path,
    withinMs: 60_000,
  });
  expect(ended.stdout).toContain("FAULT CRASH");
  const { run } = await readReport(dir.path);
  return { ended, run };
}
