import * as flags from "./flags.ts";

/** The flags that say how a load is watched while it runs, shared by `load` and `demo`. */
export const viewFlags = {
  live: flags.toggle(
    "On a terminal: progress, rate, latency and a line per replica, redrawn in place",
  ),
  ui: flags.valueOrNone(
    {
      description:
        "Serve the report as a page that follows the run, on this host only; " +
        "alone it takes port 50180, or a free one",
      valueHint: "PORT",
    },
    flags.port,
  ),
};

export type ViewFlagValues = flags.FlagValues<typeof viewFlags>;
