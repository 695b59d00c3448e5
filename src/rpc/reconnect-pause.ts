import { limits } from "../base/limits.ts";
import type { Random } from "../base/random.ts";

/** Each pause differs by up to this share, so that many clients do not come all at once. */
const jitterShare = 0.2;

/**
 * The pause between the beginnings of two attempts to connect, in milliseconds. It is a share of
 * the time there has been no connection, so that a restart of whatever length is prolonged by no
 * more than that share, and a replica that is gone for long is left in peace.
 */
export function reconnectPauseMs(downMs: number, random: Random): number {
  const shareMs = downMs * limits.reconnectPauseShare;
  const pauseMs = Math.min(
    Math.max(shareMs, limits.reconnectPauseMinMs),
    limits.reconnectPauseMaxMs,
  );
  return pauseMs * (1 + jitterShare * (2 * random.next() - 1));
}
