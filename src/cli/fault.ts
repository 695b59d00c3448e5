import { formatDuration } from "../base/duration.ts";
import { type ExitStatus, exitStatus } from "../base/exit-status.ts";
import { limits } from "../base/limits.ts";
import { freshId } from "../base/random.ts";
import { injectCrash } from "../fault/crash.ts";
import type { FaultName, FaultOptions, FaultRequest, FaultResult } from "../fault/fault-request.ts";
import { injectNoop } from "../fault/noop.ts";
import { injectStall } from "../fault/stall.ts";
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

/** Runs the fault between the header and the footer of its ledger. */
async function runFault(
  fault: FaultName,
  values: SharedValues & { readonly duration?: number },
  { terminal, interrupts, clock }: RunContext,
  inject: (options: FaultOptions) => Promise<FaultResult>,
): Promise<ExitStatus> {
  const run = freshId();
  const tools = {
    ...{ clock, run, signal: interrupts.soft },
    notify(event: Parameters<FaultOptions["notify"]>[0]) {
      if (event.kind === "warned") terminal.notices.warn(faultEventLine(event));
      else for (const line of faultEventLine(event).split("\n")) terminal.line(line);
    },
  };
  if (values.dryRun) {
    const request = { ...requestOf(values), insteadOf: fault };
    await injectNoop(request, { ...tools, ledger: { append: () => undefined } });
    terminal.line(`Dry run: nothing was done${plannedText(fault, values)}`);
    return exitStatus.verified;
  }
  const ledger =
    values.logfile === undefined
      ? undefined
      : LedgerWriter.open(values.logfile, { flush: "each", clock });
  terminal.line(`Ledger: ${values.logfile ?? "none"}; run ${run}${plannedText(fault, values)}`);
  const header = { run, command: `fault ${fault}`, seed: 0, config: configOf(values) };
  ledger?.append(runHeader(header, clock));
  let reason = "failed";
  let targetCount = 0;
  try {
    const result = await inject({ ...tools, ledger: ledger ?? { append: () => undefined } });
    reason = result.outcome === "done" ? "normal" : "interrupted";
    targetCount = result.targets.length;
  } finally {
    const totals = { targets: String(targetCount) };
    ledger?.append({ kind: "end", tUs: clock.nowUs(), run, reason, totals });
    ledger?.close();
    if (ledger?.failure !== undefined) {
      const lost = `${ledger.lostRecordCount} record(s) could not be written`;
      terminal.notices.warn(`${lost} to ${ledger.path}: ${ledger.failure}`);
    }
  }
  return reason === "normal" ? exitStatus.verified : exitStatus.interrupted;
}

function plannedText(fault: FaultName, { delay, duration }: { delay: number; duration?: number }) {
  const length = duration === undefined ? "" : ` for ${formatDuration(duration)}`;
  return delay > 0 ? `; ${fault} in ${formatDuration(delay)}${length}` : `; ${fault}${length}`;
}

/** As the run header stores it; times in the unit that the key names. */
function configOf(values: SharedValues & { readonly duration?: number }): Record<string, string> {
  return {
    port: String(values.port),
    ...(values.host === undefined ? {} : { host: values.host }),
    all: String(values.all),
    delay_ms: String(values.delay),
    ...(values.duration === undefined ? {} : { duration_ms: String(values.duration) }),
  };
}
