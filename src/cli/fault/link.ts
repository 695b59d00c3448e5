import { formatEndpoint } from "../../base/endpoint.ts";
import { type ExitStatus, exitStatus } from "../../base/exit-status.ts";
import { freshId, freshSeed } from "../../base/random.ts";
import {
  assertPossible,
  type LinkOptions,
  type LinkRequest,
} from "../../fault/link/link-request.ts";
import { rehearseLink, runLink } from "../../fault/link/run-link.ts";
import { defineSubcommand, type RunContext } from "../subcommand.ts";
import { type LinkValues, linkFaultsOf, linkFlags } from "./link-flags.ts";
import { runRecorded } from "./link-ledger.ts";
import { linkEventLine, linkPlan } from "./link-lines.ts";

export const linkCommand = defineSubcommand({
  name: "fault link",
  description: "Relay TCP connections over a link that can be made slow, silent, broken or lossy",
  examples: [
    "dfs fault link --listen 50061 --to localhost:50051 --latency 100ms --jitter 20ms",
    "dfs fault link --listen 50061 --to localhost:50051 --blackhole --delay 5 --duration 10",
    "dfs fault link --listen 50061 --to localhost:50051 --bandwidth 64KiB/s --direction down",
    "dfs fault link --listen 50061 --to localhost:50051 --reset --refuse --delay 5 --for 60s",
  ],
  flags: linkFlags,
  run: runLinkCommand,
});

async function runLinkCommand(values: LinkValues, context: RunContext): Promise<ExitStatus> {
  const { terminal, interrupts, clock } = context;
  const request = requestOf(values);
  assertPossible(request);
  if (values.dryRun) {
    const answers = await rehearseLink(request, clock);
    terminal.line(`Dry run, nothing was done: ${linkPlan(request)}`);
    if (!answers) terminal.notices.warn(`Nothing listens at ${formatEndpoint(values.to)}`);
    return exitStatus.verified;
  }
  const run = freshId();
  const { logfile } = values;
  terminal.line(
    `Run ${run}, seed ${request.seed}, log file ${logfile ?? "none"}: ${linkPlan(request)}`,
  );
  const notify: LinkOptions["notify"] = (event) => {
    const text = linkEventLine(event, request);
    if (event.kind === "unreachable") terminal.notices.warn(text);
    else terminal.line(text);
  };
  const options = { clock, run, signal: interrupts.soft, notify };
  return runRecorded((ledger) => runLink(request, { ...options, ledger }), {
    ...{ request, run, clock, logfile, terminal },
  });
}

function requestOf(values: LinkValues): LinkRequest {
  return {
    listen: { host: values.host, port: values.listen },
    to: values.to,
    faults: linkFaultsOf(values),
    seed: values.seed ?? freshSeed(),
    delayMs: values.delay,
    durationMs: values.duration,
    forMs: values.for,
  };
}
