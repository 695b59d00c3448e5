import type { TcpEndpoint } from "../base/endpoint.ts";
import { faultDefaults, type PlannedFault } from "./planned-fault.ts";

/** The demo's timeline, in spans since the load began unless said otherwise. */
export interface DemoPlan {
  readonly durationMs: number;
  readonly crashAtMs: number;
  /** From the crash until the supervisor starts the replica again. */
  readonly restartDelayMs: number;
  /** From the moment the crashed replica serves again until the other is suspended. */
  readonly stallPauseMs: number;
  readonly stallMs: number;
}

/**
 * At this length the timeline is the original guide's; longer ones only add quiet time at the end.
 */
const guideDurationMs = 30_000;

export const demoDurationMinMs = 6000;

/**
 * The guide's timeline: a crash at 5 s, a restart 2 s later, and 3 s after that a stall of 10 s, so
 * that 30 s end with the whole service healthy. A shorter demo shrinks all of it alike.
 */
export function planDemo(durationMs: number): DemoPlan {
  const scale = Math.min(1, durationMs / guideDurationMs);
  // Whole tenths of a second, since people read them.
  const scaled = (spanMs: number) => Math.round((spanMs * scale) / 100) * 100;
  return {
    durationMs,
    crashAtMs: scaled(5000),
    restartDelayMs: scaled(2000),
    stallPauseMs: scaled(3000),
    stallMs: scaled(10_000),
  };
}

/** The faults of the timeline: the first replica is crashed, the second stalled. */
export function demoFaults(
  { crashAtMs, stallPauseMs, stallMs }: DemoPlan,
  replicas: readonly TcpEndpoint[],
): readonly PlannedFault[] {
  const [first, second = first] = replicas;
  if (first === undefined || second === undefined) throw new Error("a demo has replicas");
  const { signal } = faultDefaults;
  const whoever = { expect: undefined, namesHost: false };
  const atCrash = { from: "begin", afterMs: crashAtMs } as const;
  const atStall = { from: "back", afterMs: stallPauseMs } as const;
  return [
    { kind: "crash", signal, endpoint: first, start: atCrash, ...whoever },
    { kind: "stall", durationMs: stallMs, endpoint: second, start: atStall, ...whoever },
  ];
}
