import { type ExitStatus, exitStatus, worstExitStatus } from "../../base/exit-status.ts";
import { localTimeOfDay } from "../../base/local-time.ts";
import { freshId, freshSeed } from "../../base/random.ts";
import { hostSystem } from "../../fault/host-system.ts";
import { foreseeRandom } from "../../fault/random-aim.ts";
import { injectRandom } from "../../fault/random-faults.ts";
import type { PlannedFault } from "../../fault/random-plan.ts";
import type { RandomOptions, RandomRequest, RandomResult } from "../../fault/random-request.ts";
import { defineSubcommand, type RunContext } from "../subcommand.ts";
import { faultEventLine } from "./lines.ts";
import { planTable, stepLine, totalsText } from "./random-text.ts";
import {
  planOf,
  planSummary,
  type RandomValues,
  randomConfig,
  randomFlags,
} from "./random-values.ts";
import { injectRecorded, type Recorded } from "./record-fault.ts";

/** How many faults of its plan a run lists at its start; a dry run lists all. */
const listedMaxCount = 10;

export const randomCommand = defineSubcommand({
  name: "fault random",
  description:
    "Break the listeners of several ports at random times in random ways that follow from a seed, " +
    "never so many at once that fewer than --keep-healthy are left, and undo everything",
  examples: [
    "dfs fault random --ports 50051-50053 --duration 1m",
    "dfs fault random --ports 50051-50053 --seed 7 --every 5s --keep-healthy 1 --duration 10m",
    "dfs fault random --ports 50051,50061 --kinds crash,stall:3 --fault-duration 2s --duration 1m",
    "dfs fault random --ports 50051-50053 --seed 7 --duration 10m --dry-run",
  ],
  flags: randomFlags,
  async run(values, context) {
    const seed = values.seed ?? freshSeed();
    const plan = planOf(values, seed);
    if (values.dryRun) return await dryRun(values, { seed, plan }, context);
    return await play(values, { seed, plan }, context);
  },
});

interface Seeded {
  readonly seed: number;
  readonly plan: readonly PlannedFault[];
}

async function dryRun(
  values: RandomValues,
  planned: Seeded,
  context: RunContext,
): Promise<ExitStatus> {
  showPlan(planned.plan, context);
  const options = optionsOf(context, { run: freshId(), count: planned.plan.length });
  const request = { ...values, plan: planned.plan };
  await foreseeRandom(request, { ...options, system: await hostSystem(context.clock) });
  const summary = planSummary(values, planned.seed, planned.plan);
  context.terminal.line(`Dry run, nothing was done: ${summary}`);
  return exitStatus.verified;
}

async function play(
  values: RandomValues,
  { seed, plan }: Seeded,
  context: RunContext,
): Promise<ExitStatus> {
  const { terminal } = context;
  const run = freshId();
  const log = values.logfile ?? "none";
  terminal.line(`Run ${run}, log file ${log}: ${planSummary(values, seed, plan)}`);
  const restCount = plan.length - listedMaxCount;
  showPlan(plan.slice(0, listedMaxCount), context);
  if (restCount > 0) terminal.line(`  and ${restCount} more: --seed ${seed} --dry-run lists all`);
  const {
    duration: durationMs,
    settle: settleMs,
    ports,
    keepHealthy,
    host,
    expect,
    force,
  } = values;
  const request: RandomRequest = {
    ...{ ports, plan, durationMs, settleMs, keepHealthy, host, expect, force },
  };
  const options = optionsOf(context, { run, count: plan.length });
  const recorded: Recorded<RandomResult> =
    values.logfile === undefined
      ? { result: await injectRandom(request, options), lost: undefined }
      : await injectRecorded((recording) => injectRandom(request, { ...options, ...recording }), {
          ...{ fault: "random", options, terminal, path: values.logfile, seed },
          config: randomConfig(values),
          totalsOf: (result) => ({
            ...{ planned: plan.length, done: result.done.length },
            ...{ skipped: result.skipped.length, cut_short: result.cutShort.length },
            ...{ failed: result.failed.length, targets: result.targets.length },
          }),
        });
  return conclude(recorded, { plan, seed }, context);
}

function showPlan(plan: readonly PlannedFault[], { terminal }: RunContext): void {
  const { color, columns: width } = terminal;
  for (const line of planTable(plan, { color, width })) terminal.line(line);
}

function optionsOf(
  { terminal, interrupts, clock }: RunContext,
  { run, count }: { readonly run: string; readonly count: number },
): RandomOptions {
  const shown = new Set<string>();
  return {
    ...{ clock, run, signal: interrupts.soft, ledger: { append: () => undefined } },
    notify(event) {
      const text = faultEventLine(event);
      if (event.kind === "warned") {
        // What is so of a target is so at each of its faults.
        if (!shown.has(text)) terminal.notices.warn(text);
        shown.add(text);
        return;
      }
      if (event.kind !== "resolved") return terminal.line(text);
      // The start shows whom it may hit; a fault shows whom it hit.
      if (shown.has(`port ${event.port}`)) return;
      shown.add(`port ${event.port}`);
      for (const line of text.split("\n")) terminal.line(line);
    },
    onStep(step) {
      const text = stepLine(step, count);
      if (step.kind === "failed") terminal.notices.error(text);
      else terminal.line(text);
    },
  };
}

function conclude(
  { result, lost }: Recorded<RandomResult>,
  { plan, seed }: Seeded,
  { terminal, clock }: RunContext,
): ExitStatus {
  const { outcome, failed, skipped, absent } = result;
  const time = `[${localTimeOfDay(clock.nowUs())}]`;
  terminal.line(`${time} RANDOM FAULTS OVER: ${totalsText(result, plan)} (seed ${seed})`);
  if (absent.length > 0) {
    const which = absent.length === 1 ? `Port ${absent[0]} is` : `Ports ${absent.join(", ")} are`;
    terminal.notices.warn(`${which} not served at the end; nothing is under a fault any more`);
  }
  const statuses: ExitStatus[] = [
    outcome === "done" ? exitStatus.verified : exitStatus.interrupted,
    ...(failed.length > 0 ? [exitStatus.fault] : []),
  ];
  if (outcome === "done" && skipped.length === plan.length) {
    // Whoever reads only the status must not take it for a system that has stood the faults.
    statuses.push(exitStatus.fault);
    terminal.notices.error(`No fault took effect: all ${plan.length} were skipped`);
  }
  if (lost !== undefined) {
    statuses.push(exitStatus.cannotRun);
    terminal.notices.error(lost);
  }
  return worstExitStatus(statuses);
}
