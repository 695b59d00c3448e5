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
  | "not-listed"
  | "undone-early"
  | "resumed-by-others"
  /** This process was held up, and its watchdog resumed the target in its stead. */
  | "resumed-by-watchdog"
  /** Others listen on the port as well, and are not hit. */
  | "port-shared"
  /** The target is a service of systemd. */
  | "service-unit"
  /** A service manager holds the target's port open. */
  | "socket-activated"
  /** The target is the first process of a pid namespace. */
  | "leads-namespace"
  /** One of several blows failed; the rest go on. */
  | "repetition-failed"
  /** Somebody else restarted the port too, and ours was ended. */
  | "second-ended"
  /** A drain was interrupted; its target ends all the same. */
  | "not-awaited"
  /** It would have been refused without --force. */
  | "forced";
