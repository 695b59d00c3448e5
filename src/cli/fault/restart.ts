import { formatDuration } from "../../base/duration.ts";
import { limits } from "../../base/limits.ts";
import { printable } from "../../base/printable.ts";
import type { Launch } from "../../fault/launch.ts";
import { formatCommandLine, formatProcess } from "../../fault/process-facts.ts";
import { injectRestart, launchFor } from "../../fault/restart.ts";
import { duration, text } from "../flags.ts";
import { defineSubcommand } from "../subcommand.ts";
import { sharedFlags } from "./flags.ts";
import { runFault } from "./run-fault.ts";

const { all: _all, ...ownFlags } = sharedFlags;

export const restartCommand = defineSubcommand({
  name: "fault restart",
  description:
    "Kill the process that listens on a port (SIGKILL), run it again with the same command line, " +
    "environment and directory, and prove that the port is open again",
  examples: [
    "dfs fault restart --port 50051",
    "dfs fault restart --port 50051 --downtime 5s",
    "dfs fault restart --port 50051 --command ./start.sh",
    "dfs fault restart --port 50051 --dry-run",
  ],
  flags: {
    ...ownFlags,
    command: text.optional({
      description: "What starts it, for sh, here; if left out: as the process was started (Linux)",
      valueHint: "LINE",
    }),
    downtime: duration.withDefault({
      description: "From the end of the old process to the start of the new one",
      minMs: 0,
      maxMs: limits.durationMaxMs,
      default: "0",
    }),
    within: duration.withDefault({
      description: "How long the new process may take to open the port",
      minMs: 1,
      maxMs: limits.durationMaxMs,
      default: "30s",
    }),
    output: text.optional({
      description: "File for its output where the old one had none; restart_PORT.log if left out",
      valueHint: "FILE",
    }),
  },
  run: (values, context) => {
    const { command, downtime: downtimeMs, within: withinMs } = values;
    const outputPath = values.output ?? `restart_${values.port}.log`;
    const pause = downtimeMs === 0 ? "" : ` after ${formatDuration(downtimeMs)}`;
    return runFault(
      {
        fault: "restart",
        plan: `restart${pause}`,
        config: {
          ...(command === undefined ? {} : { command }),
          ...{ downtime_ms: String(downtimeMs), within_ms: String(withinMs), output: outputPath },
        },
        inject: (request, options) =>
          injectRestart({ ...request, command, downtimeMs, withinMs, outputPath }, options),
        foresee(target, system) {
          const launch = launchFor(target, { command, port: values.port }, system);
          return [
            `send SIGKILL to ${formatProcess(target.process)}`,
            `start${pause}: ${launchText(launch)}`,
            `send its output to ${printable(launch.stdout ?? outputPath)} and its errors to ` +
              printable(launch.stderr ?? outputPath),
          ];
        },
      },
      { ...values, all: false },
      context,
    );
  },
});

function launchText({ program, words, directory, environment }: Launch): string {
  const count = Object.keys(environment).length;
  const line = printable(formatCommandLine(words));
  return `${line} (program ${printable(program)}) in ${printable(directory)}, with ${count} variables`;
}
