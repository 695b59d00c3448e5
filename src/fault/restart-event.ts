import type { EventBase } from "./event-base.ts";
import type { ProcessFacts } from "./process-facts.ts";

/** The port is open again. */
export type RestartEvent = EventBase & {
  readonly kind: "restarted";
  readonly process: ProcessFacts;
  /** `us`: the process that was started for it owns the port; `others`: somebody was faster. */
  readonly by: "us" | "others";
  /** From the instant the old process was seen gone. */
  readonly downMs: number;
  /** Files that its output goes to, each once; empty when others started it. */
  readonly outputs: readonly string[];
};
