import type { CancelTimer, Clock } from "../base/clock.ts";
import { limits } from "../base/limits.ts";

/**
 * Like clock.after(), but when this process itself was held up, it gives the answers that came in
 * meanwhile a moment to be read before `action` calls their senders silent.
 */
export function afterFairly(clock: Clock, delayMs: number, action: () => void): CancelTimer {
  const dueUs = clock.nowUs() + delayMs * 1000;
  let cancel = clock.after(delayMs, () => {
    const lateMs = (clock.nowUs() - dueUs) / 1000;
    if (lateMs < limits.timerLateMs) action();
    else cancel = clock.after(limits.timerLateMs, action);
  });
  return () => cancel();
}
