import type { AimEvent } from "./aim-event.ts";
import type { CrashEvent } from "./crash-event.ts";
import type { DrainEvent } from "./drain-event.ts";
import type { LimpEvent } from "./limp-event.ts";
import type { RestartEvent } from "./restart-event.ts";
import type { StallEvent } from "./stall-event.ts";

/**
 * What happens during a fault, in order, for whoever shows it: what all kinds have in common, and
 * what each kind adds. Instants are those of observation.
 */
export type FaultEvent = AimEvent | CrashEvent | DrainEvent | LimpEvent | RestartEvent | StallEvent;
