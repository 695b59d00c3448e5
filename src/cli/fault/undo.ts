import { DfsError, messageOf } from "../../base/errors.ts";
import { exitStatus } from "../../base/exit-status.ts";
import { localTimeOfDay } from "../../base/local-time.ts";
import { didYouMean } from "../../base/nearest.ts";
import { type FaultStatus, runningFaults, undoFault } from "../../fault/running-faults.ts";
import { defineSubcommand } from "../subcommand.ts";
import { faultName, nameOf } from "./list-text.ts";
import { faultTools } from "./running.ts";

export const undoCommand = defineSubcommand({
  name: "fault undo",
  description: "Resume at once what running faults have suspended, and end them",
  examples: ["dfs fault undo", "dfs fault undo k2bgi", "dfs fault undo all"],
  endsAtOnce: true,
  flags: {},
  positionals: { name: "id", description: "Ids of dfs fault list, or all; none: the only one" },
  async run(_values, context) {
    const tools = await faultTools(context);
    const chosen = choose(context.positionals, await runningFaults(tools));
    const outcomes = await Promise.allSettled(chosen.map((status) => undoFault(status, tools)));
    const failures: string[] = [];
    for (const [index, status] of chosen.entries()) {
      const outcome = outcomes[index];
      if (outcome?.status === "rejected") failures.push(messageOf(outcome.reason));
      if (outcome?.status !== "fulfilled") continue;
      const now = outcome.value.map((state) => (state === "gone" ? "is gone" : "runs again"));
      const whom = status.fault.targets.map((target, at) => `${nameOf(target)} ${now[at]}`);
      const time = `[${localTimeOfDay(tools.clock.nowUs())}]`;
      context.terminal.line(`${time} UNDONE: ${faultName(status)}: ${whom.join(", ")}`);
    }
    if (failures.length > 0) throw new DfsError("fault", failures.join("; "));
    return exitStatus.verified;
  },
});

/** Those of `running` that `words` name; a `fault` error that lists what runs when one is none. */
export function choose(
  words: readonly string[],
  running: readonly FaultStatus[],
): readonly FaultStatus[] {
  const ids = running.map(({ fault }) => fault.id);
  if (running.length === 0) {
    const what = words.length === 0 ? "a fault" : words.map((word) => `"${word}"`).join(", ");
    throw new DfsError("fault", `Cannot undo ${what} as no fault of this user runs`);
  }
  const list = `running: ${running.map(faultName).join(", ")}`;
  if (words.length === 0) {
    if (running.length === 1) return running;
    const rule = `${running.length} faults run, and one must be named, or all of them with "all"`;
    throw new DfsError("usage", `Cannot undo a fault as ${rule}; ${list}`);
  }
  if (words.includes("all")) return running;
  for (const word of words) {
    if (ids.includes(word)) continue;
    const hint = didYouMean(word, [...ids, "all"]);
    throw new DfsError("fault", `Cannot undo "${word}" as no fault has that id${hint} (${list})`);
  }
  return running.filter(({ fault }) => words.includes(fault.id));
}
