import { DfsError } from "../base/errors.ts";
import { type ExitStatus, worstExitStatus } from "../base/exit-status.ts";
import { limits } from "../base/limits.ts";
import { printable } from "../base/printable.ts";
import { type DemoPlan, demoDurationMinMs, planDemo } from "../drill/demo-plan.ts";
import type { ClientName, LoadConfig } from "../load/load-config.ts";
import type { StreamConfig } from "../load/stream-config.ts";
import { compareDemo } from "./compare-demo.ts";
import { demoObserver } from "./demo-observer.ts";
import { choosePorts, type DemoStage, headline, makeDirectory } from "./demo-stage.ts";
import * as flags from "./flags.ts";
import { policyLine } from "./load.ts";
import { loadFlags } from "./load-flags.ts";
import { type DemoPlay, demoHost, playDemo } from "./play-demo.ts";
import { showReport } from "./report.ts";
import { requireFlag } from "./require-flag.ts";
import { type ServedPage, whileServing } from "./serve-page.ts";
import { defineSubcommand, type RunContext } from "./subcommand.ts";
import { viewFlags } from "./view-flags.ts";
import { watchLoad } from "./watch-load.ts";

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

const { rate, policy, attemptTimeout } = loadFlags;

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
  ...{ rate, policy, attemptTimeout },
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
  ],
  flags: flagSpecs,
  async run(values, context) {
    refuseViewsOfComparison(values);
    // The page comes first, so that the replicas choose other ports than its.
    return whileServing(values.ui, context, (page) => runOn(values, page, context));
  },
});

async function runOn(
  values: DemoValues,
  page: ServedPage | undefined,
  context: RunContext,
): Promise<ExitStatus> {
  const { terminal, clock } = context;
  const { require } = values;
  const ports = await choosePorts(values.port, values.numReplicas, terminal);
  const directory = makeDirectory(values.directory, clock);
  const stage: DemoStage = { ports, directory };
  const plan = planDemo(values.duration ?? (values.compare ? compareDurationMs : demoDurationMs));
  const loadOf = (client: ClientName) => demoLoad(values, stage, { client, plan });
  terminal.line(headline(plan, ports.length, loadOf(values.policy)));
  terminal.line(`Ledgers: ${directory}`);
  if (values.compare) return compareDemo({ plan, stage, loadOf, require }, context);
  const load = loadOf(values.policy);
  const play = { ...stage, plan, load, watcher: page?.sink, require };
  return playOne(play, { live: values.live, page }, context);
}

function refuseViewsOfComparison({ compare, live, ui }: DemoValues): void {
  if (!compare || (!live && ui === undefined)) return;
  const name = live ? "--live" : "--ui";
  throw new DfsError(
    "usage",
    `${name} shows one run: it does not go with --compare, which is four`,
  );
}

async function playOne(
  play: Omit<DemoPlay, "observer">,
  { live, page }: { readonly live: boolean; readonly page: ServedPage | undefined },
  context: RunContext,
): Promise<ExitStatus> {
  const { terminal, clock } = context;
  terminal.line(policyLine(play.load));
  const watch = watchLoad(play.load, { detail: "seconds", live }, context);
  const observer = demoObserver(watch.observer, terminal, clock);
  const played = await playDemo({ ...play, observer }, context).finally(watch.close);
  const { statuses, ledger, report, pagePath } = played;
  page?.conclude(ledger, report);
  terminal.line("");
  const judged = showReport(report, terminal);
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
  { client, plan }: { readonly client: ClientName; readonly plan: DemoPlan },
): LoadConfig {
  const hasAttemptTimeout = client === "adaptive" || client === "retry";
  return {
    replicas: ports.map((port) => ({ host: demoHost, port })),
    durationMs: plan.durationMs,
    ratePerSecond: values.rate,
    deadlineMs: values.deadline ?? (values.compare ? compareDeadlineMs : demoDeadlineMs),
    attemptTimeoutMs: hasAttemptTimeout ? values.attemptTimeout : undefined,
    policy: client,
    question: { target: { vertex: 42_000 }, source: undefined, numVertices: 50_000 },
    verify: "answer",
    mode: "unary",
    streams: values.compare ? undefined : demoStreams(plan),
  };
}
