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

/** At this length the timeline is the original guide's; longer ones only add quiet time at the end. */
const guideDurationMs = 30_000;

export const demoDurationMinMs = 6000;

/**
 * The guide's timeline: a crash at 5 s, a restart 2 s later, and 3 s after that a stall of 10 s, so that
 * 30 s end with the whole service healthy. A shorter demo shrinks all of it alike.
 */
export function planDemo(durationMs: number): DemoPlan {
  const scale = Math.min(1, durationMs / guideDurationMs);
  return {
    durationMs,
    crashAtMs: 5000 * scale,
    restartDelayMs: 2000 * scale,
    stallPauseMs: 3000 * scale,
    stallMs: 10_000 * scale,
  };
}
