import { formatDuration } from "../../base/duration.ts";
import { limits } from "../../base/limits.ts";
import { formatProcess } from "../../fault/process-facts.ts";
import { injectStall } from "../../fault/stall.ts";
import { duration } from "../flags.ts";
import { defineSubcommand } from "../subcommand.ts";
import { sharedFlags } from "./flags.ts";
import { runFault } from "./run-fault.ts";

export const stallCommand = defineSubcommand({
  name: "fault stall",
  description:
    "Suspend the process that listens on a port, then resume it, and prove both; " +
    "dfs fault pause is the same",
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
    runFault(
      {
        fault: "stall",
        plan: `stall for ${formatDuration(values.duration)}`,
        durationMs: values.duration,
        config: { duration_ms: String(values.duration) },
        inject: (request, options) =>
          injectStall({ ...request, durationMs: values.duration }, options),
        foresee: ({ process }) => [
          `suspend ${formatProcess(process)} for ${formatDuration(values.duration)}, then resume it`,
        ],
      },
      values,
      context,
    ),
});
