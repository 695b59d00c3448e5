import type { EventBase } from "./event-base.ts";
import type { Target } from "./target.ts";

export type LimpEvent =
  /** A limp took effect: the target was seen suspended for the first time. */
  | (EventBase & {
      readonly kind: "limping";
      readonly target: Target;
      readonly durationMs: number;
      readonly dutyShare: number;
      readonly periodMs: number;
    })
  /** The target runs again, for good. */
  | (EventBase & {
      readonly kind: "limped";
      readonly target: Target;
      readonly limpedMs: number;
      /** How often it was suspended, and how often that fell out because we came too late. */
      readonly cycleCount: number;
      readonly droppedCount: number;
      /** Of the whole limp, the share that it was suspended for. */
      readonly suspendedShare: number;
    });
