import { type ExitStatus, exitStatus, worstExitStatus } from "../../base/exit-status.ts";
import { freshId } from "../../base/random.ts";
import type { FaultName } from "../../fault/fault-kinds.ts";
import type { FaultOptions, FaultRequest, FaultResult } from "../../fault/fault-request.ts";
import { type Foresee, injectNoop } from "../../fault/noop.ts";
import { type Repetition, repeatFault, type Series } from "../../fault/repeat.ts";
import type { RunContext } from "../subcommand.ts";
import type { Terminal } from "../terminal.ts";
import { requestOf, type SharedValues, sharedConfig, startText } from "./flags.ts";
import { faultEventLine } from "./lines.ts";
import { injectRecorded, type Recorded } from "./record-fault.ts";
import { blowTimesText, repetitionConfig, repetitionOf, repetitionText } from "./repetition.ts";

/** What a kind of fault adds to the flags that all share. */
export interface FaultCommand {
  readonly fault: FaultName;
  /** What it is going to do, such as `stall for 10s`. */
  readonly plan: string;
  /** How long each lasts, of a kind that is told. */
  readonly durationMs?: number;
  /** Its own flags as the run header stores them; times in the unit that the key names. */
  readonly config: Readonly<Record<string, string>>;
  inject(request: FaultRequest, options: FaultOptions): Promise<FaultResult>;
  readonly foresee: Foresee;
}

const statusOf: Readonly<Record<FaultResult["outcome"], ExitStatus>> = {
  done: exitStatus.verified,
  interrupted: exitStatus.interrupted,
  undone: exitStatus.interrupted,
  // Nobody can prove any more that it would have run again.
  "target-gone": exitStatus.fault,
};

/** Runs a fault on the listener of a port to its exit status, with its lines and its ledger. */
export async function runFault(
  command: FaultCommand,
  values: SharedValues,
  { terminal, interrupts, clock }: RunContext,
): Promise<ExitStatus> {
  const { fault, config } = command;
  const run = freshId();
  const repetition = repetitionOf(values, command.durationMs);
  const options: FaultOptions = {
    ...{ clock, run, signal: interrupts.soft, ledger: { append: () => undefined } },
    notify(event) {
      const text = faultEventLine(event);
      if (event.kind === "warned") terminal.notices.warn(text);
      else for (const line of text.split("\n")) terminal.line(line);
    },
  };
  const planned = command.plan + startText(values) + repetitionText(repetition);
  if (values.dryRun) {
    await foresee(command, { values, repetition, options, terminal });
    terminal.line(`Dry run, nothing was done: ${planned}`);
    return exitStatus.verified;
  }
  terminal.line(`Run ${run}, log file ${values.logfile ?? "none"}: ${planned}`);
  const request = requestOf(values);
  const inject = (options: FaultOptions) =>
    repeatFault(command.inject, { fault, request, repetition }, options);
  const recorded =
    values.logfile === undefined
      ? { result: await inject(options), lost: undefined }
      : await injectRecorded(inject, {
          ...{ fault, options, terminal, path: values.logfile, seed: repetition.seed },
          config: { ...sharedConfig(values), ...repetitionConfig(repetition), ...config },
          totalsOf: ({ targets, failedCount }) => ({
            targets: targets.length,
            failed: failedCount,
          }),
        });
  return conclude(recorded, { values, terminal });
}

/** Shows what would happen, and throws what would keep it from happening. */
async function foresee(
  command: FaultCommand,
  tools: {
    readonly values: SharedValues;
    readonly repetition: Repetition;
    readonly options: FaultOptions;
    readonly terminal: Terminal;
  },
): Promise<void> {
  const { values, repetition, options, terminal } = tools;
  const { clock } = options;
  const request = { ...requestOf(values), insteadOf: command.fault };
  const { foreseen } = await injectNoop(request, options, command.foresee);
  for (const line of foreseen) terminal.line(`Would ${line}`);
  const times = blowTimesText(repetition, clock.nowUs() + values.delay * 1000);
  if (times !== "") terminal.line(`If started now: ${times}`);
}

function conclude(
  { result, lost }: Recorded<Series>,
  { values, terminal }: { readonly values: SharedValues; readonly terminal: Terminal },
): ExitStatus {
  const { outcome, failedCount, begunCount } = result;
  if (outcome === "target-gone") {
    const rule = "a target must live to be seen running again";
    terminal.notices.error(`Cannot prove the recovery of port ${values.port} as ${rule}`);
  }
  const statuses = [statusOf[outcome]];
  if (failedCount > 0) {
    statuses.push(exitStatus.fault);
    terminal.notices.error(`${failedCount} of ${begunCount} repetitions failed`);
  }
  if (lost !== undefined) {
    statuses.push(exitStatus.cannotRun);
    terminal.notices.error(lost);
  }
  return worstExitStatus(statuses);
}
