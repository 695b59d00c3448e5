import { DfsError } from "../base/errors.ts";
import { type ExitStatus, exitStatus, worstExitStatus } from "../base/exit-status.ts";
import { limits } from "../base/limits.ts";
import { printable } from "../base/printable.ts";
import { type DemoPlan, demoDurationMinMs, demoFaults, planDemo } from "../drill/demo-plan.ts";
import type { DrillPlan } from "../drill/run-drill.ts";
import type { Scenario } from "../drill/scenario/read-scenario.ts";
import scenarioSchema from "../drill/scenario/scenario.schema.json" with { type: "json" };
import { type ClientName, type LoadConfig, loadDefaults } from "../load/load-config.ts";
import { constantProfile } from "../load/load-profile.ts";
import type { StreamConfig } from "../load/stream-config.ts";
import { compareDemo } from "./compare-demo.ts";
import { drillObserver } from "./demo-observer.ts";
import {
  choosePorts,
  type DemoStage,
  demoHost,
  headline,
  makeDirectory,
  scenarioHeadline,
} from "./demo-stage.ts";
import { drillLines } from "./drill-lines.ts";
import * as flags from "./flags.ts";
import { policyLine } from "./load.ts";
import { loadFlags } from "./load-flags.ts";
import { type DemoPlay, playDemo } from "./play-demo.ts";
import { showReport, writeOutputs } from "./report.ts";
import { planOutputs } from "./report-output.ts";
import { requireFlag } from "./require-flag.ts";
import { scenarioAt, scenarioPlan } from "./scenario-drill.ts";
import { type ServedPage, whileServing } from "./serve-page.ts";
import { defineSubcommand, type RunContext } from "./subcommand.ts";
import { viewFlags } from "./view-flags.ts";
import { watchLoad } from "./watch-load.ts";
import { htmlFlag, requirePagePlace } from "./write-page.ts";

const demoDurationMs = 30_000;
const demoDeadlineMs = 30_000;
/** Four runs in a row should not try anyone's patience. */
const compareDurationMs = 12_000;
/**
 * Above the attempt timeout of retry, below the stall: turning elsewhere helps, waiting does not.
 */
const compareDeadlineMs = 3500;

/** The graph that the demo's stream is of, and how much of the demo it takes to read. */
const demoStreamVertexCount = 500_000;
const demoStreamShare = 0.85;

const { policy, attemptTimeout } = loadFlags;

const flagSpecs = {
  duration: flags.duration.optional({
    description:
      "How long the load runs; below 30s the whole timeline shrinks " +
      "(Default: 30s, with --compare 12s for each policy)",
    minMs: demoDurationMinMs,
    maxMs: limits.durationMaxMs,
  }),
  numReplicas: flags.wholeNumber.withDefault({
    description: "Replicas to start",
    valueHint: "N",
    default: "2",
    min: 2,
    max: limits.replicaMaxCount,
  }),
  port: flags.wholeNumber.withDefault({
    description: "First of their ports; free ones are taken when these are not",
    valueHint: "PORT",
    default: "50051",
    ...flags.portRange,
  }),
  rate: flags.decimalNumber.withDefault({
    description: "Requests a second",
    valueHint: "R",
    default: loadDefaults.rate,
    min: limits.rateMinPerSecond,
    max: limits.rateMaxPerSecond,
  }),
  ...{ policy, attemptTimeout },
  deadline: flags.duration.optional({
    description: "Of a request, over all its attempts (Default: 30s, with --compare 3.5s)",
    minMs: 1,
    maxMs: limits.durationMaxMs,
  }),
  compare: flags.toggle(
    "Play the same timeline under every policy and plain gRPC, then show one table; judge adaptive",
  ),
  ...viewFlags,
  require: requireFlag,
  scenario: flags.text.optional({
    description:
      "Play the drill of this file instead: replicas, load, faults and criteria, in YAML",
    valueHint: "FILE",
  }),
  scenarioSchema: flags.toggle("Print the JSON schema of scenario files, and do nothing else"),
  output: flags.repeated(
    {
      description:
        "File to write the report to as well; repeatable, format by its name: " +
        ".txt .json .csv .xml (junit)",
      valueHint: "FILE",
      alias: "o",
    },
    flags.parseText,
  ),
  html: htmlFlag,
  directory: flags.text.optional({
    description: "Where the ledgers go; by default a new directory below demo-runs",
    valueHint: "DIR",
  }),
};

type DemoValues = flags.FlagValues<typeof flagSpecs>;

export const demoCommand = defineSubcommand({
  name: "demo",
  description:
    "Start replicas, drive load, crash one and stall another for real, and judge the run",
  examples: [
    "dfs demo",
    "dfs demo --compare",
    "dfs demo --duration 12s --num-replicas 3 --rate 50",
    "dfs demo --live --ui",
    "dfs demo --require 'recovery<=200ms' --require 'p99<=50ms'",
    "dfs demo --policy none",
    "dfs demo --scenario drill.yaml --output verdict.xml",
    "dfs demo --scenario-schema",
  ],
  flags: flagSpecs,
  async run(values, context) {
    if (values.scenarioSchema) {
      context.terminal.line(JSON.stringify(scenarioSchema, undefined, 2));
      return exitStatus.verified;
    }
    refuseWithComparison(values);
    planOutputs(values.output, undefined);
    if (values.html !== undefined) requirePagePlace(values.html);
    const { scenario: path } = values;
    const scenario = path === undefined ? undefined : scenarioAt(path, context.typed);
    // The page comes first, so that the replicas choose other ports than its.
    return whileServing(values.ui, context, (page) =>
      path === undefined || scenario === undefined
        ? playFlags(values, page, context)
        : playScenario({ values, page, path, scenario }, context),
    );
  },
});

/** The guide's timeline, as the flags say. */
async function playFlags(
  values: DemoValues,
  page: ServedPage | undefined,
  context: RunContext,
): Promise<ExitStatus> {
  const { terminal, clock } = context;
  const { require } = values;
  const ports = await choosePorts(values.port, values.numReplicas, terminal);
  const directory = makeDirectory(values.directory, clock);
  const stage: DemoStage = { ports, directory };
  const times = planDemo(values.duration ?? (values.compare ? compareDurationMs : demoDurationMs));
  const planOf = (client: ClientName): DrillPlan => {
    const load = demoLoad(values, stage, { client, times });
    const faults = demoFaults(times, load.replicas);
    const { restartDelayMs } = times;
    const served = { graphArguments: [], graph: undefined };
    return { restart: "on-crash", restartDelayMs, ...served, load, faults };
  };
  const plan = planOf(values.policy);
  terminal.line(headline(times, ports.length, plan.load));
  terminal.line(`Ledgers: ${directory}`);
  if (values.compare) return compareDemo({ planOf, stage, require }, context);
  return playOne({ plan, directory, require }, { values, page }, context);
}

/** The drill that a file says. */
async function playScenario(
  {
    values,
    page,
    path,
    scenario,
  }: {
    readonly values: DemoValues;
    readonly page: ServedPage | undefined;
    readonly path: string;
    readonly scenario: Scenario;
  },
  context: RunContext,
): Promise<ExitStatus> {
  const { terminal, clock } = context;
  const { replicas } = scenario.load;
  const ports = await choosePorts(replicas[0]?.port ?? 0, replicas.length, terminal);
  const plan = await scenarioPlan(scenario, { path, ports }, terminal);
  const directory = makeDirectory(values.directory, clock);
  terminal.line(scenarioHeadline(scenario, path));
  terminal.line(`Ledgers: ${directory}`);
  const require = [...scenario.require, ...values.require];
  return playOne({ plan, directory, require }, { values, page }, context);
}

function refuseWithComparison({ compare, live, ui, output, html }: DemoValues): void {
  if (!compare) return;
  const given = { live, ui: ui !== undefined, output: output.length > 0, html: html !== undefined };
  const [name] = Object.entries(given).find(([, isGiven]) => isGiven) ?? [];
  if (name === undefined) return;
  throw new DfsError(
    "usage",
    `--${name} shows one run: it does not go with --compare, which is four`,
  );
}

async function playOne(
  play: Omit<DemoPlay, "observer">,
  { values, page }: { readonly values: DemoValues; readonly page: ServedPage | undefined },
  context: RunContext,
): Promise<ExitStatus> {
  const { terminal, clock } = context;
  const outputs = planOutputs(values.output, undefined);
  const { plan, require } = play;
  terminal.line("The same by hand, each line in a terminal of its own:");
  for (const line of drillLines(plan, require)) terminal.line(`  ${printable(line)}`);
  terminal.line(policyLine(plan.load));
  const watch = watchLoad(plan.load, { detail: "seconds", live: values.live }, context);
  const observer = drillObserver(watch.observer, terminal, clock);
  const played = await playDemo(
    { ...play, ...{ observer, watcher: page?.sink, html: values.html } },
    context,
  ).finally(watch.close);
  const { statuses, ledger, report, pagePath } = played;
  page?.conclude(ledger, report);
  terminal.line("");
  const judged = showReport(report, terminal);
  writeOutputs(outputs, { report, ledger });
  for (const { path, format } of outputs) terminal.line(`Written: ${printable(path)} (${format})`);
  if (pagePath !== undefined) terminal.line(`HTML report: ${printable(pagePath)}`);
  return worstExitStatus([...statuses, judged]);
}

/** One stream beside the requests, open for most of the time: through the crash, and the stall. */
function demoStreams({ durationMs }: DemoPlan): StreamConfig {
  const openMs = durationMs * demoStreamShare;
  const ratePerSecond = Math.ceil(demoStreamVertexCount / (openMs / 1000));
  return { count: 1, ratePerSecond, numVertices: demoStreamVertexCount };
}

/** The guide's own question, to the replicas of the demo. */
function demoLoad(
  values: DemoValues,
  { ports }: DemoStage,
  { client, times }: { readonly client: ClientName; readonly times: DemoPlan },
): LoadConfig {
  const hasAttemptTimeout = client === "adaptive" || client === "retry";
  return {
    replicas: ports.map((port) => ({ host: demoHost, port })),
    durationMs: times.durationMs,
    profile: constantProfile(values.rate, times.durationMs),
    seed: undefined,
    deadlineMs: values.deadline ?? (values.compare ? compareDeadlineMs : demoDeadlineMs),
    attemptTimeoutMs: hasAttemptTimeout ? values.attemptTimeout : undefined,
    policy: client,
    question: { target: { vertex: 42_000 }, source: undefined, numVertices: 50_000 },
    verify: "answer",
    mode: "unary",
    streams: values.compare ? undefined : demoStreams(times),
  };
}
