import type { EventBase } from "./event-base.ts";
import type { Target } from "./target.ts";

export type DrainEvent =
  /** The target has been asked to end. */
  | (EventBase & { readonly kind: "asked"; readonly target: Target; readonly withinMs: number })
  /** It takes no connections any more, and still lives. */
  | (EventBase & {
      readonly kind: "port-closed";
      readonly target: Target;
      readonly closedAfterMs: number;
    })
  /** It has ended. */
  | (EventBase & {
      readonly kind: "drained";
      readonly target: Target;
      readonly endedAfterMs: number;
      /** Undefined: the port was open until the end. */
      readonly closedAfterMs: number | undefined;
    });
