import type { Entries } from "../entry.ts";

/** The subcommands of `dfs fault`, in the order of its help. */
export const faultEntries: Entries = {
  "fault crash": {
    summary: "Kill the process that listens on a port",
    aliases: ["fault kill"],
    load: async () => (await import("./crash.ts")).crashCommand,
  },
  "fault stall": {
    summary: "Suspend the process that listens on a port, then resume it",
    aliases: ["fault pause"],
    load: async () => (await import("./stall.ts")).stallCommand,
  },
  "fault drain": {
    summary: "Ask the process that listens on a port to end, and say how it did",
    load: async () => (await import("./drain.ts")).drainCommand,
  },
  "fault restart": {
    summary: "Kill the process that listens on a port and run it again",
    load: async () => (await import("./restart.ts")).restartCommand,
  },
};
