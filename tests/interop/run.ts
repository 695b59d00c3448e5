/** `bun run test:interop`: the executable against clients and tools that are not ours. */
import { binaryPath, hostTarget } from "../../build.ts";
import { hasTests, runStages, tests } from "../support/stages.ts";

if (hasTests("tests/interop")) {
  process.exitCode = await runStages([
    tests("interoperation, on the executable", ["./tests/interop"], {
      env: { DFS_BINARY: binaryPath(hostTarget()) },
      // Wine alone takes three, and one more to install.
      withinMs: 12 * 60_000,
    }),
  ]);
} else {
  console.log("NO INTEROPERATION TESTS EXIST under tests/interop: nothing was run");
  process.exitCode = 1;
}
