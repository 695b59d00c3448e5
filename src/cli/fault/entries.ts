import type { Entries } from "../entry.ts";

/** The subcommands of `dfs fault`, in the order of its help. */
export const faultEntries: Entries = {
  "fault crash": {
    summary: "Kill the process that listens on a port",
    load: async () => (await import("./crash.ts")).crashCommand,
  },
  "fault stall": {
    summary: "Suspend the process that listens on a port, then resume it",
    load: async () => (await import("./stall.ts")).stallCommand,
  },
  "fault link": {
    summary: "Relay TCP connections over a link that can be broken",
    load: async () => (await import("./link.ts")).linkCommand,
  },
};
