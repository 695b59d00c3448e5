/** `bun run test`: everything that must hold before a change is one. */
import { binaryPath, hostTarget } from "../build.ts";
import { endToEnd } from "./e2e/known-files.ts";
import { check, hasTests, runStages, type Stage, testFiles, tests } from "./support/stages.ts";

const toolsDir = "node_modules";
/** Biome colours its output even into a file. */
const colors = process.stdout.isTTY ? [] : ["--colors=off"];

const stages: readonly Stage[] = [
  check("format and lint", [
    `${toolsDir}/@biomejs/biome/bin/biome`,
    "ci",
    "--error-on-warnings",
    ...colors,
    ".",
  ]),
  check("types", [`${toolsDir}/typescript/bin/tsc`]),
  check("types of the page's script", [
    `${toolsDir}/typescript/bin/tsc`,
    "--project",
    "src/report/page/client",
  ]),
  tests("tidy and unit tests", [
    "./src",
    "./tests/tidy.test.ts",
    "./tests/tidy",
    "./tests/support",
  ]),
  ...(hasTests("tests/simulation") ? [tests("simulation", ["./tests/simulation"])] : []),
  check("build", ["build.ts"]),
  testFiles("end to end, on the executable", "tests/e2e", endToEnd, {
    env: { DFS_BINARY: binaryPath(hostTarget()) },
  }),
];

process.exitCode = await runStages(stages);
