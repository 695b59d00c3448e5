import { formatDuration } from "../base/duration.ts";
import { DfsError } from "../base/errors.ts";
import { type ExitStatus, exitStatus, worstExitStatus } from "../base/exit-status.ts";
import { limits } from "../base/limits.ts";
import { freshId } from "../base/random.ts";
import { injectCrash } from "../fault/crash.ts";
import type { FaultName, FaultOptions, FaultRequest, FaultResult } from "../fault/fault-request.ts";
import { injectNoop } from "../fault/noop.ts";
import { injectStall } from "../fault/stall.ts";
import type { LedgerRecord } from "../ledger/record.ts";
import { runHeader } from "../ledger/run-header.ts";
import { LedgerWriter } from "../ledger/writer.ts";
import { faultEventLine } from "./fault-lines.ts";
import {
  duration,
  type FlagValues,
  logfile,
  portRange,
  text,
  toggle,
  wholeNumber,
} from "./flags.ts";
import { defineSubcommand, type RunContext } from "./subcommand.ts";
import type { Terminal } from "./terminal.ts";

const sharedFlags = {
  port: wholeNumber.required({
    description: "Port whose listener is hit",
    valueHint: "PORT",
    ...portRange,
  }),
  host: text.optional({
    description: "Only the listener that serves this address or name of this host",
    valueHint: "HOST",
  }),
  all: toggle("Hit every process that listens there, where there are several"),
  delay: duration.withDefault({
    description: "Wait this long before the blow",
    minMs: 0,
    maxMs: limits.durationMaxMs,
    default: "0",
  }),
  dryRun: toggle("Show whom it would hit, and do nothing"),
  logfile: logfile("fault.log"),
};

export const crashCommand = defineSubcommand({
  name: "fault crash",
  description: "Kill the process that listens on a port (SIGKILL) and prove that it is gone",
  examples: [
    "dfs fault crash --port 50051",
    "dfs fault crash --port 50051 --delay 5",
    "dfs fault crash --port 50051 --dry-run",
  ],
  flags: sharedFlags,
  run: (values, context) =>
    runFault("crash", values, context, (options) => injectCrash(requestOf(values), options)),
});

export const stallCommand = defineSubcommand({
  name: "fault stall",
  description: "Suspend the process that listens on a port, then resume it, and prove both",
  examples: [
    "dfs fault stall --port 50052 --duration 10",
    "dfs fault stall --port 50052 --duration 10 --delay 5",
    "dfs fault stall --port 50052 --duration 10 --dry-run",
  ],
  flags: {
    ...sharedFlags,
    duration: duration.required({
      description: "How long it stays suspended",
      minMs: 1,
      maxMs: limits.durationMaxMs,
    }),
  },
  run: (values, context) =>
    runFault("stall", values, context, (options) =>
      injectStall({ ...requestOf(values), durationMs: values.duration }, options),
    ),
});

type SharedValues = FlagValues<typeof sharedFlags>;

function requestOf({ port, host, all, delay }: SharedValues): FaultRequest {
  return { port, host, all, delayMs: delay };
}

const statusOf: Readonly<Record<FaultResult["outcome"], ExitStatus>> = {
  done: exitStatus.verified,
  interrupted: exitStatus.interrupted,
  // Nobody can prove any more that it would have run again.
  "target-gone": exitStatus.fault,
};

type FaultValues = SharedValues & { readonly duration?: number };

async function runFault(
  fault: FaultName,
  values: FaultValues,
  { terminal, interrupts, clock }: RunContext,
  inject: (options: FaultOptions) => Promise<FaultResult>,
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
  if (values.dryRun) {
    await injectNoop({ ...requestOf(values), insteadOf: fault }, options);
    terminal.line(`Dry run, nothing was done: ${plannedText(fault, values)}`);
    return exitStatus.verified;
  }
  terminal.line(`Run ${run}, log file ${values.logfile ?? "none"}: ${plannedText(fault, values)}`);
  const recorded =
    values.logfile === undefined
      ? { result: await inject(options), lost: undefined }
      : await injectRecorded(fault, values, { options, inject, path: values.logfile, terminal });
  const { result, lost } = recorded;
  if (result.outcome === "target-gone") {
    const rule = "a target must live to be seen running again";
    terminal.notices.error(`Cannot prove the recovery of port ${values.port} as ${rule}`);
  }
  if (lost === undefined) return statusOf[result.outcome];
  terminal.notices.error(lost);
  return worstExitStatus([statusOf[result.outcome], exitStatus.cannotRun]);
}

/** What became of a fault; `lost` says how many of its records could not be written. */
interface Recorded {
  readonly result: FaultResult;
  readonly lost: string | undefined;
}

/** Runs the fault between the header and the footer of its ledger. */
async function injectRecorded(
  fault: FaultName,
  values: FaultValues,
  tools: {
    readonly options: FaultOptions;
    readonly inject: (options: FaultOptions) => Promise<FaultResult>;
    readonly path: string;
    readonly terminal: Terminal;
  },
): Promise<Recorded> {
  const { run, clock } = tools.options;
  const ledger = LedgerWriter.open(tools.path, { flush: "each", clock });
  let failureTold = false;
  const append = (record: LedgerRecord) => {
    ledger.append(record);
    if (ledger.failure === undefined || failureTold) return;
    failureTold = true;
    const what = `Cannot write the log file "${ledger.path}": ${ledger.failure}`;
    tools.terminal.notices.warn(`${what}; the fault goes on without its records`);
  };
  const lost = () =>
    ledger.failure === undefined
      ? undefined
      : `Cannot prove the fault as ${ledger.lostRecordCount} of its record(s) could not be ` +
        `written to ${ledger.path}`;
  const description = { run, command: `fault ${fault}`, seed: 0, config: configOf(values) };
  append(runHeader(description, clock));
  const end = (reason: string, targetCount: number) => {
    const totals = { targets: String(targetCount) };
    append({ kind: "end", tUs: clock.nowUs(), run, reason, totals });
  };
  try {
    const result = await tools.inject({ ...tools.options, ledger: { append } });
    end(result.outcome === "done" ? "normal" : result.outcome, result.targets.length);
    return { result, lost: lost() };
  } catch (error) {
    end("failed", 0);
    const also = lost();
    if (also === undefined || !(error instanceof DfsError)) throw error;
    throw new DfsError("cannot-run", `${error.message}. ${also}`, { cause: error });
  } finally {
    ledger.close();
  }
}

/** `stall for 10s, in 5s`. */
function plannedText(fault: FaultName, { delay, duration }: FaultValues): string {
  const length = duration === undefined ? "" : ` for ${formatDuration(duration)}`;
  const start = delay > 0 ? `, in ${formatDuration(delay)}` : "";
  return `${fault}${length}${start}`;
}

/** As the run header stores it; times in the unit that the key names. */
function configOf(values: FaultValues): Record<string, string> {
  return {
    port: String(values.port),
    ...(values.host === undefined ? {} : { host: values.host }),
    all: String(values.all),
    delay_ms: String(values.delay),
    ...(values.duration === undefined ? {} : { duration_ms: String(values.duration) }),
  };
}
