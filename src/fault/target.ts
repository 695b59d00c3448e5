import type { ProcessFacts } from "./process-facts.ts";

/** A process that owns the port, and the addresses it listens at there. */
export interface Target {
  readonly process: ProcessFacts;
  readonly addresses: readonly string[];
}
