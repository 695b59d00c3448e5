import { parseArgs } from "node:util";
import { type Contestant, contestants } from "./contestants.ts";
import { type Scenario, scenarioNames, scenarioOf } from "./scenarios.ts";

export interface BenchOptions {
  readonly scenario: Scenario;
  readonly chosen: readonly Contestant[];
  readonly runCount: number;
  readonly isQuick: boolean;
  readonly jsonPath: string | undefined;
  readonly binary: string | undefined;
  readonly keep: boolean;
  /** How long each run waits for other work on the machine to end. */
  readonly patienceMs: number;
}

export const usage = `bun bench/failover.ts [--scenario NAME] [--runs N] [--only NAME,...] [--quick]
                      [--json FILE] [--binary FILE] [--keep] [--patience S]
  --scenario  ${scenarioNames.join(" | ")} (run)
  --runs      rounds; every client runs once in each (5; with --quick 1)
  --only      ${contestants.map(({ name }) => name).join(", ")}
  --quick     0.4 x the time, one round: a first look that proves nothing
  --json      every run's figures as JSON, into this file
  --binary    the compiled dfs to measure; else it is built
  --keep      leave ledgers, logs and configurations in place
  --patience  seconds each run waits for a quiet machine (30); where that never comes, raise the
              priority of everything here alike, in a session of its own:
              setsid -w sh -c 'echo -15 >/proc/self/autogroup; exec bun bench/failover.ts'`;

export function readOptions(args: readonly string[]): BenchOptions {
  const { values } = parseArgs({
    args: [...args],
    options: {
      scenario: { type: "string", default: "run" },
      runs: { type: "string" },
      only: { type: "string" },
      quick: { type: "boolean", default: false },
      json: { type: "string" },
      binary: { type: "string" },
      keep: { type: "boolean", default: false },
      patience: { type: "string", default: "30" },
    },
  });
  const name = scenarioNames.find((candidate) => candidate === values.scenario);
  if (name === undefined) throw new Error(`There is no scenario "${values.scenario}"`);
  const runCount = Number(values.runs ?? (values.quick ? 1 : 5));
  if (!Number.isInteger(runCount) || runCount < 1) {
    throw new Error(`--runs must be a whole number from 1: current value is "${values.runs}"`);
  }
  const patienceMs = Number(values.patience) * 1000;
  if (!(patienceMs >= 0)) {
    throw new Error(`--patience must be seconds: current value is "${values.patience}"`);
  }
  const scenario = scenarioOf(name, values.quick);
  const names = values.only?.split(",") ?? scenario.clients;
  return {
    scenario,
    chosen: names.map(contestantNamed),
    runCount,
    isQuick: values.quick,
    jsonPath: values.json,
    binary: values.binary,
    keep: values.keep,
    patienceMs,
  };
}

function contestantNamed(name: string): Contestant {
  const found = contestants.find((candidate) => candidate.name === name);
  if (found !== undefined) return found;
  const known = contestants.map((candidate) => candidate.name).join(", ");
  throw new Error(`There is no client "${name}": known are ${known}`);
}
