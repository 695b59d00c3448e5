import { wallClockUs } from "../../base/clock.ts";
import { exitStatus } from "../../base/exit-status.ts";
import { runningFaults } from "../../fault/running-faults.ts";
import { toggle } from "../flags.ts";
import { defineSubcommand } from "../subcommand.ts";
import { faultJson, faultTable } from "./list-text.ts";
import { faultTools } from "./running.ts";

export const listCommand = defineSubcommand({
  name: "fault list",
  description: "Show the faults of this user that run now and have an undo: stalls and limps",
  examples: ["dfs fault list", "dfs fault list --json"],
  endsAtOnce: true,
  flags: { json: toggle("As JSON, for programs") },
  async run({ json }, context) {
    const { terminal } = context;
    const statuses = await runningFaults(await faultTools(context));
    if (json) terminal.line(faultJson(statuses));
    else if (statuses.length === 0) terminal.line("No fault runs");
    else {
      const { color, columns: width } = terminal;
      for (const line of faultTable(statuses, wallClockUs(), { color, width })) terminal.line(line);
    }
    return exitStatus.verified;
  },
});
