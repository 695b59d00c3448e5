/**
 * The only reader of time. A process takes its wall-clock anchor once and adds monotonic time to
 * it, so instants never run backwards and differences are exact whatever happens to the wall clock.
 */
export interface Clock {
  /** Microseconds since the Unix epoch: wall-clock anchor plus monotonic time since. */
  nowUs(): number;
  /** Runs `action` after `delayMs` (clamped to 0..2^31-1); returns how to call it off. */
  after(delayMs: number, action: () => void): CancelTimer;
}

export type CancelTimer = () => void;

/** setTimeout fires at once for delays above this. */
const timerDelayMaxMs = 2 ** 31 - 1;

const anchor = takeAnchor();

/**
 * Date.now() counts whole milliseconds; catching it as it turns makes the anchor good to
 * microseconds, so that ledgers of several processes of one host can be laid over each other.
 */
function takeAnchor(): { wallUs: number; monotonicMs: number } {
  const firstMs = Date.now();
  let wallMs = firstMs;
  while (wallMs === firstMs) wallMs = Date.now();
  return { wallUs: wallMs * 1000, monotonicMs: performance.now() };
}

export const systemClock: Clock = {
  nowUs: () => anchor.wallUs + Math.round((performance.now() - anchor.monotonicMs) * 1000),
  after(delayMs, action) {
    // setTimeout drops fractions, which would fire up to a millisecond before the time.
    const timer = setTimeout(action, Math.min(Math.max(0, Math.ceil(delayMs)), timerDelayMaxMs));
    return () => clearTimeout(timer);
  },
};

/**
 * Microseconds by which the wall clock now differs from the anchor plus monotonic time (a step, a
 * slew).
 */
export function wallClockDriftUs(): number {
  return Date.now() * 1000 + 500 - systemClock.nowUs();
}

/**
 * The wall clock as it is now, in microseconds since the epoch. Unlike Clock.nowUs() it is stepped
 * when somebody sets it, and goes on while the machine sleeps.
 */
export function wallClockUs(): number {
  return Date.now() * 1000;
}

/** The wall clock's instant `delayMs` from now, for libraries that take deadlines as dates. */
export function wallClockIn(delayMs: number): Date {
  return new Date(Date.now() + delayMs);
}

/** Monotonic milliseconds since an instant that is the same for every thread of this process. */
export function monotonicMs(): number {
  const [seconds, nanoseconds] = process.hrtime();
  return seconds * 1000 + nanoseconds / 1e6;
}

/** Resolves after `delayMs`, or as soon as `signal` is aborted. */
export function sleep(clock: Clock, delayMs: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal?.aborted) return resolve();
    const done = () => {
      cancel();
      signal?.removeEventListener("abort", done);
      resolve();
    };
    const cancel = clock.after(delayMs, done);
    signal?.addEventListener("abort", done, { once: true });
  });
}

/** Polls `condition` every `everyMs` until it holds (true) or `withinMs` have passed (false). */
export async function waitUntil(
  clock: Clock,
  condition: () => boolean | Promise<boolean>,
  limits: { withinMs: number; everyMs: number },
): Promise<boolean> {
  const endUs = clock.nowUs() + limits.withinMs * 1000;
  while (!(await condition())) {
    if (clock.nowUs() >= endUs) return false;
    await sleep(clock, limits.everyMs);
  }
  return true;
}
