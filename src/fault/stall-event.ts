import type { EventBase } from "./event-base.ts";
import type { Target } from "./target.ts";

export type StallEvent =
  /** A stall took effect: every thread is suspended. */
  | (EventBase & {
      readonly kind: "started";
      readonly target: Target;
      readonly durationMs: number;
    })
  /** The target runs again. */
  | (EventBase & {
      readonly kind: "recovered";
      readonly target: Target;
      readonly stalledMs: number;
    })
  /** The target of a stall died while it was suspended: there was nothing to resume. */
  | (EventBase & {
      readonly kind: "target-gone";
      readonly target: Target;
      readonly stalledMs: number;
    });
