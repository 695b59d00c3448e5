import { injectCrash } from "../../fault/crash.ts";
import { defineSubcommand } from "../subcommand.ts";
import { sharedFlags } from "./flags.ts";
import { runFault } from "./run-fault.ts";

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
    runFault({ fault: "crash", plan: "crash", config: {}, inject: injectCrash }, values, context),
});
