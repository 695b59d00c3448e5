import type { EventBase } from "./event-base.ts";
import type { Target } from "./target.ts";

export type AimEvent =
  /**
   * Whom the fault is going to hit, as known at its start (or at the blow, if nothing listened
   * before).
   */
  | (EventBase & { readonly kind: "resolved"; readonly targets: readonly Target[] })
  | (EventBase & {
      readonly kind: "warned";
      readonly reason: WarningReason;
      /** One line for people. */
      readonly message: string;
    });

export type WarningReason =
  | "port-empty"
  | "target-replaced"
  | "foreground-job"
  | "watchdog-replaced"
  | "not-registered"
  | "undone-early"
  | "resumed-by-others";
