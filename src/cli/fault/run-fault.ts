import { type ExitStatus, exitStatus, worstExitStatus } from "../../base/exit-status.ts";
import { freshId } from "../../base/random.ts";
import type { FaultName } from "../../fault/fault-kinds.ts";
import type { FaultOptions, FaultRequest, FaultResult } from "../../fault/fault-request.ts";
import { injectNoop } from "../../fault/noop.ts";
import type { RunContext } from "../subcommand.ts";
import { requestOf, type SharedValues, sharedConfig, startText } from "./flags.ts";
import { faultEventLine } from "./lines.ts";
import { injectRecorded } from "./record-fault.ts";

/** What a kind of fault adds to the flags that all share. */
export interface FaultCommand {
  readonly fault: FaultName;
  /** What it is going to do, such as `stall for 10s`. */
  readonly plan: string;
  /** Its own flags as the run header stores them; times in the unit that the key names. */
  readonly config: Readonly<Record<string, string>>;
  inject(request: FaultRequest, options: FaultOptions): Promise<FaultResult>;
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
  const run = freshId();
  const options: FaultOptions = {
    ...{ clock, run, signal: interrupts.soft, ledger: { append: () => undefined } },
    notify(event) {
      const text = faultEventLine(event);
      if (event.kind === "warned") terminal.notices.warn(text);
      else for (const line of text.split("\n")) terminal.line(line);
    },
  };
  const planned = command.plan + startText(values);
  if (values.dryRun) {
    await injectNoop({ ...requestOf(values), insteadOf: command.fault }, options);
    terminal.line(`Dry run, nothing was done: ${planned}`);
    return exitStatus.verified;
  }
  terminal.line(`Run ${run}, log file ${values.logfile ?? "none"}: ${planned}`);
  const inject = (options: FaultOptions) => command.inject(requestOf(values), options);
  const recorded =
    values.logfile === undefined
      ? { result: await inject(options), lost: undefined }
      : await injectRecorded(inject, {
          ...{ options, terminal, path: values.logfile, fault: command.fault },
          config: { ...sharedConfig(values), ...command.config },
        });
  const { result, lost } = recorded;
  if (result.outcome === "target-gone") {
    const rule = "a target must live to be seen running again";
    terminal.notices.error(`Cannot prove the recovery of port ${values.port} as ${rule}`);
  }
  if (lost === undefined) return statusOf[result.outcome];
  terminal.notices.error(lost);
  return worstExitStatus([statusOf[result.outcome], exitStatus.cannotRun]);
}
