import { formatDuration } from "../../base/duration.ts";
import { limits } from "../../base/limits.ts";
import { injectDrain } from "../../fault/drain.ts";
import { assertEffective } from "../../fault/kill.ts";
import { formatProcess } from "../../fault/process-facts.ts";
import { duration } from "../flags.ts";
import { defineSubcommand } from "../subcommand.ts";
import { sharedFlags } from "./flags.ts";
import { runFault } from "./run-fault.ts";

export const drainCommand = defineSubcommand({
  name: "fault drain",
  description:
    "Ask the process that listens on a port to end (SIGTERM), and say how long it took and when " +
    "its port closed; never kills it",
  examples: [
    "dfs fault drain --port 50051",
    "dfs fault drain --port 50051 --within 10s",
    "dfs fault drain --port 50051 --dry-run",
  ],
  flags: {
    ...sharedFlags,
    within: duration.withDefault({
      description: "How long it may take to end",
      minMs: 1,
      maxMs: limits.durationMaxMs,
      default: "30s",
    }),
  },
  run: (values, context) => {
    const { within: withinMs } = values;
    const within = formatDuration(withinMs);
    return runFault(
      {
        fault: "drain",
        plan: `drain within ${within}`,
        config: { within_ms: String(withinMs) },
        inject: (request, options) => injectDrain({ ...request, withinMs }, options),
        foresee(target, system) {
          assertEffective(system, target, "SIGTERM");
          const proof = `watch for up to ${within} how it ends`;
          return [`send SIGTERM to ${formatProcess(target.process)} and ${proof}`];
        },
      },
      values,
      context,
    );
  },
});
