import type { CrashSignal } from "./crash-signals.ts";
import type { EventBase } from "./event-base.ts";
import type { Target } from "./target.ts";

/** A crash took effect: the process is gone and does not listen any more. */
export type CrashEvent = EventBase & {
  readonly kind: "injected";
  readonly target: Target;
  readonly signal: CrashSignal;
};
