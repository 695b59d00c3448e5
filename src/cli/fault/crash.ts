import { injectCrash } from "../../fault/crash.ts";
import { crashSignals, parseCrashSignal } from "../../fault/crash-signals.ts";
import { assertEffective } from "../../fault/kill.ts";
import { formatProcess } from "../../fault/process-facts.ts";
import { named } from "../flags.ts";
import { defineSubcommand } from "../subcommand.ts";
import { sharedFlags } from "./flags.ts";
import { runFault } from "./run-fault.ts";

export const crashCommand = defineSubcommand({
  name: "fault crash",
  description:
    "Kill the process that listens on a port (SIGKILL) and prove that it is gone; " +
    "dfs fault kill is the same",
  examples: [
    "dfs fault crash --port 50051",
    "dfs fault crash --port 50051 --delay 5",
    "dfs fault crash --port 50051 --repeat 5 --every 20s --expect dfs",
    "dfs fault crash --port 50051 --signal SIGTERM",
    "dfs fault crash --port 50051 --dry-run",
  ],
  flags: {
    ...sharedFlags,
    signal: named({
      description: "Signal that ends it; others than SIGKILL can be survived",
      valueHint: "NAME",
      default: "SIGKILL",
      names: crashSignals,
      parse: parseCrashSignal,
    }),
  },
  run: (values, context) => {
    const { signal } = values;
    return runFault(
      {
        fault: "crash",
        plan: signal === "SIGKILL" ? "crash" : `crash by ${signal}`,
        config: { signal },
        inject: (request, options) => injectCrash({ ...request, signal }, options),
        foresee(target, system) {
          assertEffective(system, target, signal);
          const proof = `wait up to ${system.proofWithinMs / 1000} s until it is gone`;
          return [`send ${signal} to ${formatProcess(target.process)} and ${proof}`];
        },
      },
      values,
      context,
    );
  },
});
