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
  "fault limp": {
    summary: "Suspend it again and again: slow but alive",
    load: async () => (await import("./limp.ts")).limpCommand,
  },
  "fault drain": {
    summary: "Ask the process that listens on a port to end, and say how it did",
    load: async () => (await import("./drain.ts")).drainCommand,
  },
  "fault restart": {
    summary: "Kill the process that listens on a port and run it again",
    load: async () => (await import("./restart.ts")).restartCommand,
  },
  "fault link": {
    summary: "Relay TCP connections over a link that can be broken",
    load: async () => (await import("./link.ts")).linkCommand,
  },
  "fault random": {
    summary: "Break several ports at random times, never all at once",
    load: async () => (await import("./random.ts")).randomCommand,
  },
  "fault list": {
    summary: "Show the stalls and limps that run now",
    load: async () => (await import("./list.ts")).listCommand,
  },
  "fault undo": {
    summary: "End running faults at once",
    load: async () => (await import("./undo.ts")).undoCommand,
  },
};
